//! Likes. What is said of a repost is about its original.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Result, Time};
use crate::graph::{Listed, Span};
use crate::{PostId, UserId};

pub(in crate::posts) struct Liked {
    pub(in crate::posts) post: PostId,
    pub(in crate::posts) author: UserId,
    pub(in crate::posts) changed: bool,
    pub(in crate::posts) like_count: i64,
}

pub(in crate::posts) async fn like(
    connection: &mut PgConnection,
    actor: UserId,
    post: PostId,
    place: Uuid,
    now: Time,
) -> Result<Option<Liked>> {
    sqlx::query_as!(
        Liked,
        r#"
        with target as (
            select original.id, original.author_id
            from posts_seen_by($1) p join posts original on original.id = coalesce(p.repost_of, p.id)
            where p.id = $2 and p.state = 'published'),
        made as (
            insert into post_likes (post_id, user_id, id, created_at) select id, $1, $3, $4 from target
            on conflict on constraint post_likes_once do nothing
            returning post_id),
        counted as (
            update post_counts c set like_count = like_count + 1 from made where c.post_id = made.post_id
            returning c.like_count)
        select id as "post: PostId", author_id as "author: UserId", exists (select from made) as "changed!",
               coalesce((select like_count from counted), 0) as "like_count!"
        from target
        "#,
        actor.0,
        post.0,
        place,
        now,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::posts) async fn unlike(
    connection: &mut PgConnection,
    actor: UserId,
    post: PostId,
) -> Result<Option<Liked>> {
    sqlx::query_as!(
        Liked,
        r#"
        with target as (
            select original.id, original.author_id
            from posts_seen_by($1) p join posts original on original.id = coalesce(p.repost_of, p.id)
            where p.id = $2 and p.state = 'published'),
        gone as (
            delete from post_likes where post_id = (select id from target) and user_id = $1
            returning post_id),
        counted as (
            update post_counts c set like_count = like_count - 1 from gone where c.post_id = gone.post_id
            returning c.like_count)
        select id as "post: PostId", author_id as "author: UserId", exists (select from gone) as "changed!",
               coalesce((select like_count from counted), 0) as "like_count!"
        from target
        "#,
        actor.0,
        post.0,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::posts) async fn count(connection: &mut PgConnection, post: PostId) -> Result<i64> {
    sqlx::query_scalar!(
        "select like_count from post_counts where post_id = $1",
        post.0
    )
    .fetch_one(connection)
    .await
}

pub(in crate::posts) async fn list(
    connection: &mut PgConnection,
    viewer: UserId,
    post: PostId,
    span: &Span,
) -> Result<Vec<Listed>> {
    sqlx::query_as!(
        Listed,
        r#"
        select id as place, user_id as "person: UserId" from post_likes
        where post_id = $2 and id < $3 and exists (select from people_seen_by($1) seen where seen.id = user_id offset 0)
        order by id desc offset $4 limit $5
        "#,
        viewer.0,
        post.0,
        span.before(),
        span.offset,
        span.limit + 1,
    )
    .fetch_all(connection)
    .await
}
