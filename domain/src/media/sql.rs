//! Every statement about files.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Media, MediaKind, MediaState};
use crate::{MediaId, UserId};

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
        select v.media_id as "media_id: MediaId", v.name, v.content_type, v.key, v.width, v.height, v.size
        from media_variants v join media m on m.id = v.media_id
        where v.media_id = any($1) and m.state = 'ready'
        order by v.media_id, v.width desc nulls first, v.name, v.content_type
        "#,
        ids,
    )
    .fetch_all(connection)
    .await
}

/// The states of those files that are the owner's, held in the order of their ids.
pub(super) async fn hold(
    connection: &mut PgConnection,
    owner: UserId,
    ids: &[Uuid],
) -> Result<Vec<MediaState>> {
    sqlx::query_scalar!(
        r#"
        select state as "state: MediaState" from media where id = any($2) and owner_id = $1
        order by id for no key update
        "#,
        owner.0,
        ids,
    )
    .fetch_all(connection)
    .await
}

/// Of files that are held.
pub(super) async fn use_once_more(connection: &mut PgConnection, ids: &[Uuid]) -> Result<()> {
    sqlx::query!(
        "update media set uses = uses + 1, unused_since = null where id = any($1)",
        ids
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn use_once_less(
    connection: &mut PgConnection,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "with held as (select id from media where id = any($1) order by id for no key update)
         update media as m
         set uses = greatest(uses - 1, 0), unused_since = case when uses <= 1 then $2::timestamptz else unused_since end
         from held where m.id = held.id",
        ids,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
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
