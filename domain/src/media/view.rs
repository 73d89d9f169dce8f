//! A file as it is shown, beside a post or by itself.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use platform::Storage;
use platform::storage::Grant;
use poem_openapi::Object;
use poem_openapi::types::Example;
use sqlx::PgConnection;

use super::{MediaKind, MediaState, sql};
use crate::{MediaId, Result};

/// Links are good for so long, at least; they change once in as long a time, so that what shows them can be cached.
const LINKED_FOR: Duration = Duration::from_secs(24 * 3600);

/// A picture, a video, a sound or a document.
#[derive(Clone, Debug, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct Media {
    pub id: MediaId,
    pub media_type: MediaKind,
    pub state: MediaState,
    /// Where it is, as large as it is kept. Absent until it is ready.
    pub media_url: Option<String>,
    /// What was made of it: smaller pictures, the still of a video, what a video is streamed from.
    pub variants: Vec<MediaVariant>,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub duration_ms: Option<i64>,
    /// What to show until it is loaded (blurha.sh).
    pub blurhash: Option<String>,
    /// Whether it moves.
    pub animated: bool,
    /// What it shows, in words.
    pub alt: Option<String>,
    /// How far the work on it is, in percent.
    pub progress: i16,
    /// Why it failed.
    pub failure: Option<String>,
}

/// One form of a file.
#[derive(Clone, Debug, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct MediaVariant {
    /// `original`, `small`, `medium`, `large`, `poster`, `hls`.
    pub name: String,
    pub content_type: String,
    pub url: String,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub size: i64,
}

/// Files as they are shown, by id. Whether somebody may see them is asked of what shows them.
pub async fn views(
    connection: &mut PgConnection,
    storage: &Storage,
    ids: &[MediaId],
    now: DateTime<Utc>,
) -> Result<HashMap<MediaId, Media>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<uuid::Uuid> = ids.iter().map(|id| id.0).collect();
    let mut found: HashMap<MediaId, Media> = HashMap::new();
    for row in sql::media(connection, &ids).await? {
        found.insert(row.id, row.view());
    }
    for row in sql::variants(connection, &ids).await? {
        let Some(media) = found.get_mut(&row.media_id) else {
            continue;
        };
        let url = link(storage, &row, good_until(now));
        if row.name == "original" {
            media.media_url = Some(url.clone());
        }
        media.variants.push(MediaVariant {
            name: row.name,
            content_type: row.content_type,
            url,
            width: row.width,
            height: row.height,
            size: row.size,
        });
    }
    Ok(found)
}

/// Documents are saved and not shown, and always by a link that ends: what somebody pays for may be one.
fn link(storage: &Storage, row: &sql::VariantRow, until: DateTime<Utc>) -> String {
    if row.key.starts_with("https://") {
        return row.key.clone();
    }
    let filename = match row.kind {
        MediaKind::Document => row.filename.clone(),
        MediaKind::Image | MediaKind::Video | MediaKind::Audio => {
            if let Some(link) = storage.cdn_link(&row.key) {
                return link;
            }
            None
        }
    };
    let is_document = row.kind == MediaKind::Document;
    storage.link(&Grant {
        key: row.key.clone(),
        filename: filename.or_else(|| is_document.then(|| "document".to_owned())),
        until,
    })
}

/// The same for everybody who asks within the time that links are good for.
fn good_until(now: DateTime<Utc>) -> DateTime<Utc> {
    let span = i64::try_from(LINKED_FOR.as_secs()).unwrap_or(i64::MAX);
    let until = (now.timestamp() / span + 2) * span;
    DateTime::from_timestamp(until, 0).unwrap_or(now)
}

impl Example for Media {
    fn example() -> Self {
        Self {
            id: MediaId::example(),
            media_type: MediaKind::Image,
            state: MediaState::Ready,
            media_url: Some("https://commons.example/files/…".to_owned()),
            variants: vec![MediaVariant::example()],
            width: Some(3024),
            height: Some(4032),
            duration_ms: None,
            blurhash: Some("LEHV6nWB2yk8pyo0adR*.7kCMdnj".to_owned()),
            animated: false,
            alt: Some("A sunset over the campus".to_owned()),
            progress: 100,
            failure: None,
        }
    }
}

impl Example for MediaVariant {
    fn example() -> Self {
        Self {
            name: "medium".to_owned(),
            content_type: "image/webp".to_owned(),
            url: "https://commons.example/files/…".to_owned(),
            width: Some(480),
            height: Some(640),
            size: 48_213,
        }
    }
}
