//! Posts that people keep for later. Nobody else learns of it.

use platform::{Tx, id_at};
use poem_openapi::Object;
use poem_openapi::types::Example;
use sqlx::PgConnection;

use super::lists::Placed;
use super::sql;
use crate::graph::{Found, Span};
use crate::{Error, PostId, Result, UserId};

/// Whether whoever asks has saved a post.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct SaveState {
    /// The post that is saved: of a repost, the original.
    pub post_id: PostId,
    pub is_saved: bool,
}

/// Saves a post. Doing it again changes nothing.
pub async fn save(tx: &mut Tx, actor: UserId, post: PostId) -> Result<SaveState> {
    let (place, now) = (id_at(tx.now()), tx.now());
    let saved = sql::saves::save(tx.connection(), actor, post, place, now).await?;
    Ok(SaveState {
        post_id: saved.ok_or(Error::NotFound("post"))?,
        is_saved: true,
    })
}

/// Saves a post no more. Doing it again changes nothing.
pub async fn unsave(tx: &mut Tx, actor: UserId, post: PostId) -> Result<SaveState> {
    let unsaved = sql::saves::unsave(tx.connection(), actor, post).await?;
    Ok(SaveState {
        post_id: unsaved.ok_or(Error::NotFound("post"))?,
        is_saved: false,
    })
}

/// What `viewer` has saved and may still see, the latest first.
pub async fn saved(
    connection: &mut PgConnection,
    viewer: UserId,
    span: &Span,
) -> Result<Found<Placed>> {
    Ok(Found {
        rows: sql::saves::list(connection, viewer, span).await?,
        total: sql::saves::count(connection, viewer).await?,
        total_is_estimate: true,
    })
}

impl Example for SaveState {
    fn example() -> Self {
        Self {
            post_id: PostId::example(),
            is_saved: true,
        }
    }
}
