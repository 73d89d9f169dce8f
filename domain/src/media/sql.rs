//! Every statement about files.

mod files;
mod keeping;
mod pictures;
mod room;

pub(super) use files::*;
pub(super) use keeping::*;
pub(super) use pictures::*;
pub(super) use room::*;

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Media, MediaKind, MediaState};
use crate::MediaId;

type Result<T> = std::result::Result<T, sqlx::Error>;

pub(super) struct MediaRow {
    pub id: MediaId,
    pub kind: MediaKind,
    pub state: MediaState,
    pub failure: Option<String>,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub duration_ms: Option<i64>,
    pub blurhash: Option<String>,
    pub animated: bool,
    pub alt: Option<String>,
    pub progress: i16,
}

pub(super) struct VariantRow {
    pub media_id: MediaId,
    pub name: String,
    pub content_type: String,
    pub key: String,
    pub kind: MediaKind,
    pub filename: Option<String>,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub size: i64,
}

pub(super) async fn media(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<MediaRow>> {
    sqlx::query_as!(
        MediaRow,
        r#"
        select id as "id: MediaId", kind as "kind: MediaKind", state as "state: MediaState", failure, width, height,
               duration_ms, blurhash, animated, alt, progress
        from media where id = any($1)
        "#,
        ids,
    )
    .fetch_all(connection)
    .await
}

/// Of files that may be shown, the largest forms first.
pub(super) async fn variants(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<Vec<VariantRow>> {
    sqlx::query_as!(
        VariantRow,
        r#"
        select v.media_id as "media_id: MediaId", v.name, v.content_type, v.key,
               m.kind as "kind: MediaKind", m.filename, v.width, v.height, v.size
        from media_variants v join media m on m.id = v.media_id
        where v.media_id = any($1) and m.state = 'ready'
        order by v.media_id, v.width desc nulls first, v.name, v.content_type
        "#,
        ids,
    )
    .fetch_all(connection)
    .await
}

impl MediaRow {
    pub(super) fn view(self) -> Media {
        Media {
            id: self.id,
            media_type: self.kind,
            state: self.state,
            media_url: None,
            variants: Vec::new(),
            width: self.width,
            height: self.height,
            duration_ms: self.duration_ms,
            blurhash: self.blurhash,
            animated: self.animated,
            alt: self.alt,
            progress: self.progress,
            failure: self.failure,
        }
    }
}
