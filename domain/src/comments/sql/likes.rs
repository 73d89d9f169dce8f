//! Likes of comments.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Result, Time};
use crate::graph::{Listed, Span};
use crate::{CommentId, UserId};

pub(in crate::comments) struct Liked {
    pub(in crate::comments) author: UserId,
    pub(in crate::comments) changed: bool,
    pub(in crate::comments) like_count: i64,
}

/// The comment is held: it does not go while it is liked.
pub(in crate::comments) async fn like(
    connection: &mut PgConnection,
    actor: UserId,
    comment: CommentId,
    place: Uuid,
    now: Time,
) -> Result<Option<Liked>> {
    sqlx::query_as!(
        Liked,
        r#"
        with target as (
            select c.id, c.author_id
            from comments c join comments_seen_by($1) seen on seen.id = c.id join posts_seen_by($1) p on p.id = c.post_id
            where c.id = $2 and c.deleted_at is null
            for key share of c),
        made as (
            insert into comment_likes (comment_id, user_id, id, created_at) select id, $1, $3, $4 from target
            on conflict on constraint comment_likes_once do nothing
            returning comment_id),
        counted as (
            update comment_counts c set like_count = like_count + 1 from made where c.comment_id = made.comment_id
            returning c.like_count)
        select author_id as "author!: UserId", exists (select from made) as "changed!",
               coalesce((select like_count from counted), 0) as "like_count!"
        from target
        "#,
        actor.0,
        comment.0,
        place,
        now,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::comments) async fn unlike(
    connection: &mut PgConnection,
    actor: UserId,
    comment: CommentId,
) -> Result<Option<Liked>> {
    sqlx::query_as!(
        Liked,
        r#"
        with target as (
            select c.id, c.author_id from comments_seen_by($1) c join posts_seen_by($1) p on p.id = c.post_id
            where c.id = $2 and c.deleted_at is null),
        gone as (
            delete from comment_likes where comment_id = (select id from target) and user_id = $1
            returning comment_id),
        counted as (
            update comment_counts c set like_count = like_count - 1 from gone where c.comment_id = gone.comment_id
            returning c.like_count)
        select author_id as "author!: UserId", exists (select from gone) as "changed!",
               coalesce((select like_count from counted), 0) as "like_count!"
        from target
        "#,
        actor.0,
        comment.0,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::comments) async fn count(
    connection: &mut PgConnection,
    comment: CommentId,
) -> Result<i64> {
    let count = sqlx::query_scalar!(
        "select like_count from comment_counts where comment_id = $1",
        comment.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(count.unwrap_or_default())
}

pub(in crate::comments) async fn list(
    connection: &mut PgConnection,
    viewer: UserId,
    comment: CommentId,
    span: &Span,
) -> Result<Vec<Listed>> {
    sqlx::query_as!(
        Listed,
        r#"
        select id as place, user_id as "person: UserId" from comment_likes
        where comment_id = $2 and id < $3 and exists (select from people_seen_by($1) seen where seen.id = user_id offset 0)
        order by id desc offset $4 limit $5
        "#,
        viewer.0,
        comment.0,
        span.before(),
        span.offset,
        span.limit + 1,
    )
    .fetch_all(connection)
    .await
}
