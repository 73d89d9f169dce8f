//! Likes of posts.

use platform::{Tx, id_at};
use poem_openapi::Object;
use poem_openapi::types::Example;
use sqlx::PgConnection;

use super::{consequences, sql};
use crate::graph::{Found, Listed, Span};
use crate::{Error, PostId, Result, UserId};

/// Whether whoever asks likes a post.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct LikeState {
    /// The post that is liked: of a repost, the original.
    pub post_id: PostId,
    /// How many like it now.
    pub like_count: i64,
    pub is_liked: bool,
}

/// Likes a post. Doing it again changes nothing.
pub async fn like(tx: &mut Tx, actor: UserId, post: PostId) -> Result<LikeState> {
    let (place, now) = (id_at(tx.now()), tx.now());
    let liked = sql::likes::like(tx.connection(), actor, post, place, now).await?;
    let liked = liked.ok_or(Error::NotFound("post"))?;
    if liked.changed {
        consequences::liking(tx, liked.post, liked.author, actor).await?;
    }
    state(tx, &liked, true).await
}

/// Likes a post no more. Doing it again changes nothing.
pub async fn unlike(tx: &mut Tx, actor: UserId, post: PostId) -> Result<LikeState> {
    let unliked = sql::likes::unlike(tx.connection(), actor, post).await?;
    let unliked = unliked.ok_or(Error::NotFound("post"))?;
    if unliked.changed {
        consequences::liking(tx, unliked.post, unliked.author, actor).await?;
    }
    state(tx, &unliked, false).await
}

/// Where nothing changed, somebody may have been faster: the count is read when they are done.
async fn state(tx: &mut Tx, did: &sql::likes::Liked, is_liked: bool) -> Result<LikeState> {
    let like_count = match did.changed {
        true => did.like_count,
        false => sql::likes::count(tx.connection(), did.post).await?,
    };
    Ok(LikeState {
        post_id: did.post,
        like_count,
        is_liked,
    })
}

/// Who likes a post, the latest first.
pub async fn likers(
    connection: &mut PgConnection,
    viewer: UserId,
    post: PostId,
    span: &Span,
) -> Result<Found<Listed>> {
    let target = sql::target(connection, viewer, post).await?;
    let target = target.ok_or(Error::NotFound("post"))?;
    Ok(Found {
        rows: sql::likes::list(connection, viewer, target.id, span).await?,
        total: sql::likes::count(connection, target.id).await?,
        total_is_estimate: true,
    })
}

impl Example for LikeState {
    fn example() -> Self {
        Self {
            post_id: PostId::example(),
            like_count: 246,
            is_liked: true,
        }
    }
}
