//! Likes of comments.

use platform::{Tx, id_at};
use poem_openapi::Object;
use poem_openapi::types::Example;
use sqlx::PgConnection;

use super::sql;
use crate::graph::{Found, Listed, Span};
use crate::posts::consequences;
use crate::{CommentId, Error, Result, UserId};

/// Whether whoever asks likes a comment.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct CommentLikeState {
    pub comment_id: CommentId,
    /// How many like it now.
    pub like_count: i64,
    pub is_liked: bool,
}

/// Likes a comment. Doing it again changes nothing.
pub async fn like(tx: &mut Tx, actor: UserId, comment: CommentId) -> Result<CommentLikeState> {
    let (place, now) = (id_at(tx.now()), tx.now());
    let liked = sql::likes::like(tx.connection(), actor, comment, place, now).await?;
    let liked = liked.ok_or(Error::NotFound("comment"))?;
    if liked.changed {
        consequences::comment_liking(tx, comment, liked.author, actor).await?;
    }
    state(tx, comment, &liked, true).await
}

/// Likes a comment no more. Doing it again changes nothing.
pub async fn unlike(tx: &mut Tx, actor: UserId, comment: CommentId) -> Result<CommentLikeState> {
    let unliked = sql::likes::unlike(tx.connection(), actor, comment).await?;
    let unliked = unliked.ok_or(Error::NotFound("comment"))?;
    if unliked.changed {
        consequences::comment_liking(tx, comment, unliked.author, actor).await?;
    }
    state(tx, comment, &unliked, false).await
}

/// Where nothing changed, somebody may have been faster: the count is read when they are done.
async fn state(
    tx: &mut Tx,
    comment: CommentId,
    did: &sql::likes::Liked,
    is_liked: bool,
) -> Result<CommentLikeState> {
    let like_count = match did.changed {
        true => did.like_count,
        false => sql::likes::count(tx.connection(), comment).await?,
    };
    Ok(CommentLikeState {
        comment_id: comment,
        like_count,
        is_liked,
    })
}

/// Who likes a comment, the latest first.
pub async fn likers(
    connection: &mut PgConnection,
    viewer: UserId,
    comment: CommentId,
    span: &Span,
) -> Result<Found<Listed>> {
    let seen = sql::list::seen(connection, viewer, comment).await?;
    seen.filter(|seen| !seen.is_deleted)
        .ok_or(Error::NotFound("comment"))?;
    Ok(Found {
        rows: sql::likes::list(connection, viewer, comment, span).await?,
        total: sql::likes::count(connection, comment).await?,
        total_is_estimate: true,
    })
}

impl Example for CommentLikeState {
    fn example() -> Self {
        Self {
            comment_id: CommentId::example(),
            like_count: 6,
            is_liked: true,
        }
    }
}
