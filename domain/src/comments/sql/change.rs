//! Changes of comments.

use sqlx::PgConnection;

use super::{Result, Time};
use crate::{CommentId, PostId, UserId};

pub(in crate::comments) struct Known {
    pub(in crate::comments) post: PostId,
    pub(in crate::comments) author: UserId,
    pub(in crate::comments) post_author: UserId,
    pub(in crate::comments) answered: Option<CommentId>,
    pub(in crate::comments) answered_author: Option<UserId>,
    pub(in crate::comments) is_own: bool,
    pub(in crate::comments) is_under_own: bool,
}

/// A comment that is there for the viewer, or for whoever may see `any`.
pub(in crate::comments) async fn known(
    connection: &mut PgConnection,
    viewer: UserId,
    comment: CommentId,
    any: bool,
) -> Result<Option<Known>> {
    sqlx::query_as!(
        Known,
        r#"
        select c.post_id as "post: PostId", c.author_id as "author!: UserId", p.author_id as "post_author: UserId",
               c.parent_id as "answered: CommentId", parent.author_id as "answered_author?: UserId",
               c.author_id = $1 as "is_own!", p.author_id = $1 as "is_under_own!"
        from comments c join posts p on p.id = c.post_id left join comments parent on parent.id = c.parent_id
        where c.id = $2 and c.deleted_at is null
          and ($3 or exists (
              select from comments_seen_by($1) comment join posts_seen_by($1) post on post.id = comment.post_id
              where comment.id = c.id offset 0))
        "#,
        viewer.0,
        comment.0,
        any,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::comments) async fn edit(
    connection: &mut PgConnection,
    author: UserId,
    comment: CommentId,
    content: &str,
    now: Time,
) -> Result<bool> {
    let done = sqlx::query!(
        "update comments set content = $3, updated_at = $4, edited_at = case when content = $3 then edited_at else $4 end
         where id = $2 and author_id = $1",
        author.0,
        comment.0,
        content,
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Whom it names that it did not before, and whom it names no more.
pub(in crate::comments) async fn name(
    connection: &mut PgConnection,
    author: UserId,
    comment: CommentId,
    names: &[String],
    now: Time,
) -> Result<Vec<UserId>> {
    sqlx::query_scalar!(
        r#"
        with forgotten as (
            delete from comment_mentions where comment_id = $2 and user_id in (
                select m.user_id from comment_mentions m join users u on u.id = m.user_id
                where m.comment_id = $2 and lower(u.username) <> all($3))
            returning user_id),
        named as (
            insert into comment_mentions (comment_id, user_id, created_at)
            select $2, id, $4 from people_seen_by($1) where lower(username) = any($3)
            on conflict do nothing
            returning user_id)
        select user_id as "user_id!: UserId" from forgotten union all select user_id from named
        "#,
        author.0,
        comment.0,
        names,
        now,
    )
    .fetch_all(connection)
    .await
}

/// Whether it was there.
pub(in crate::comments) async fn remove(
    connection: &mut PgConnection,
    comment: CommentId,
    now: Time,
) -> Result<bool> {
    sqlx::query_scalar!(
        r#"select remove_comment($1, $2) as "was_there!""#,
        comment.0,
        now,
    )
    .fetch_one(connection)
    .await
}
