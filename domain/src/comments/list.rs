//! Comments level by level: those of a post, and what answers one of them. Each comes with the first of its answers.

use chrono::{DateTime, Utc};
use platform::Storage;
use sqlx::PgConnection;

use super::{Comment, CommentSort, PostPage, sql, view};
use crate::graph::{Found, Span};
use crate::{CommentId, Error, PostId, Result, UserId, posts};

/// Comments of a post that are shown with it.
const FIRST: i64 = 3;

/// A part of a level, before it is shown.
pub type Level = Found<CommentId>;

/// Comments on a post.
pub async fn of_post(
    connection: &mut PgConnection,
    viewer: UserId,
    post: PostId,
    sort: CommentSort,
    span: &Span,
) -> Result<Level> {
    let ground = sql::list::ground(connection, viewer, post).await?;
    let ground = ground.ok_or(Error::NotFound("post"))?;
    let rows = match sort {
        CommentSort::Newest => sql::list::newest(connection, viewer, ground.post, span).await?,
        CommentSort::Oldest => sql::list::oldest(connection, viewer, ground.post, span).await?,
    };
    Ok(Found {
        rows,
        total: ground.comment_count,
        total_is_estimate: true,
    })
}

/// What answers a comment, as it was said.
pub async fn replies(
    connection: &mut PgConnection,
    viewer: UserId,
    comment: CommentId,
    span: &Span,
) -> Result<Level> {
    let seen = sql::list::seen(connection, viewer, comment).await?;
    let seen = seen.ok_or(Error::NotFound("comment"))?;
    Ok(Found {
        rows: sql::list::answers(connection, viewer, comment, span).await?,
        total: seen.reply_count,
        total_is_estimate: true,
    })
}

/// A page of a level as the viewer sees it.
pub async fn page(
    connection: &mut PgConnection,
    viewer: UserId,
    rows: &[CommentId],
) -> Result<Vec<Comment>> {
    view::views(connection, viewer, rows, true).await
}

/// A post with the first comments on it, and the place of the last of them where there are more.
pub async fn first(
    connection: &mut PgConnection,
    storage: &Storage,
    viewer: UserId,
    post: PostId,
    now: DateTime<Utc>,
) -> Result<(PostPage, Option<CommentId>)> {
    let post = posts::one(connection, storage, viewer, post, now).await?;
    let original = post.repost_of.as_ref().map_or(post.id, |post| post.id);
    let span = Span {
        after: None,
        offset: 0,
        limit: FIRST,
    };
    let mut rows = sql::list::newest(connection, viewer, original, &span).await?;
    let most = usize::try_from(FIRST).unwrap_or_default();
    let has_more = rows.len() > most;
    rows.truncate(most);
    let comments = page(connection, viewer, &rows).await?;
    let shown = PostPage {
        post,
        comments,
        comments_cursor: None,
    };
    Ok((shown, rows.last().copied().filter(|_| has_more)))
}
