//! New comments.

use sqlx::PgConnection;

use super::{Result, Time};
use crate::{CommentId, PostId, UserId};

/// What is commented on: of a repost, its original.
pub(in crate::comments) struct Ground {
    pub(in crate::comments) post: PostId,
    pub(in crate::comments) author: UserId,
    pub(in crate::comments) may_comment: bool,
}

pub(in crate::comments) async fn ground(
    connection: &mut PgConnection,
    viewer: UserId,
    post: PostId,
) -> Result<Option<Ground>> {
    sqlx::query_as!(
        Ground,
        r#"
        select original.id as "post: PostId", original.author_id as "author: UserId",
               original.author_id = $1 or case original.comments_from
                   when 'everyone' then true
                   when 'followers' then exists (
                       select from follows where follower_id = $1 and following_id = original.author_id)
                   else false end as "may_comment!"
        from posts_seen_by($1) p join posts original on original.id = coalesce(p.repost_of, p.id)
        where p.id = $2 and p.state = 'published'
        "#,
        viewer.0,
        post.0,
    )
    .fetch_optional(connection)
    .await
}

/// A comment that is answered.
pub(in crate::comments) struct Answered {
    pub(in crate::comments) id: CommentId,
    pub(in crate::comments) author: UserId,
    pub(in crate::comments) parent: Option<CommentId>,
    pub(in crate::comments) depth: i16,
}

/// It cannot go while it is answered.
pub(in crate::comments) async fn hold(
    connection: &mut PgConnection,
    viewer: UserId,
    post: PostId,
    comment: CommentId,
) -> Result<Option<Answered>> {
    sqlx::query_as!(
        Answered,
        r#"
        select id as "id: CommentId", author_id as "author!: UserId", parent_id as "parent: CommentId", depth
        from comments
        where id = $3 and post_id = $2 and deleted_at is null
          and exists (select from people_seen_by($1) seen where seen.id = author_id offset 0)
        for key share
        "#,
        viewer.0,
        post.0,
        comment.0,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::comments) struct NewRow<'a> {
    pub(in crate::comments) id: CommentId,
    pub(in crate::comments) post: PostId,
    pub(in crate::comments) author: UserId,
    pub(in crate::comments) parent: Option<CommentId>,
    pub(in crate::comments) depth: i16,
    pub(in crate::comments) content: &'a str,
}

/// Whom it names: those who are not hidden from its author. The counters are taken in the order of `remove_comment`.
pub(in crate::comments) async fn insert(
    connection: &mut PgConnection,
    comment: &NewRow<'_>,
    names: &[String],
    now: Time,
) -> Result<Vec<UserId>> {
    sqlx::query_scalar!(
        r#"
        with made as (
            insert into comments (id, post_id, author_id, parent_id, depth, content, created_at, updated_at)
            values ($1, $2, $3, $4, $5, $6, $8, $8)),
        own as (insert into comment_counts (comment_id, created_at) values ($1, $8)),
        answered as (
            update comment_counts set reply_count = reply_count + 1 where comment_id = $4
            returning comment_id),
        counted as (
            update post_counts set comment_count = comment_count + 1
            where post_id = $2 and (select count(*) from answered) >= 0)
        insert into comment_mentions (comment_id, user_id, created_at)
        select $1, id, $8 from people_seen_by($3) where lower(username) = any($7)
        on conflict do nothing
        returning user_id as "user_id: UserId"
        "#,
        comment.id.0,
        comment.post.0,
        comment.author.0,
        comment.parent.map(|id| id.0),
        comment.depth,
        comment.content,
        names,
        now,
    )
    .fetch_all(connection)
    .await
}
