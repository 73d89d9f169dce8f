//! What is saved. Of a repost it is the original.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Result, Time};
use crate::graph::Span;
use crate::posts::lists::{MOST_COUNTED, Placed};
use crate::{PostId, UserId};

pub(in crate::posts) async fn save(
    connection: &mut PgConnection,
    actor: UserId,
    post: PostId,
    place: Uuid,
    now: Time,
) -> Result<Option<PostId>> {
    sqlx::query_scalar!(
        r#"
        with target as (
            select coalesce(repost_of, id) as id from posts_seen_by($1) p
            where id = $2 and state = 'published'),
        made as (
            insert into post_saves (user_id, post_id, id, created_at) select $1, id, $3, $4 from target
            on conflict on constraint post_saves_once do nothing
            returning post_id),
        counted as (
            update post_counts c set save_count = save_count + 1 from made where c.post_id = made.post_id)
        select id as "id!: PostId" from target
        "#,
        actor.0,
        post.0,
        place,
        now,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::posts) async fn unsave(
    connection: &mut PgConnection,
    actor: UserId,
    post: PostId,
) -> Result<Option<PostId>> {
    sqlx::query_scalar!(
        r#"
        with target as (
            select coalesce(repost_of, id) as id from posts_seen_by($1) p
            where id = $2 and state = 'published'),
        gone as (
            delete from post_saves where user_id = $1 and post_id = (select id from target)
            returning post_id),
        counted as (
            update post_counts c set save_count = save_count - 1 from gone where c.post_id = gone.post_id)
        select id as "id!: PostId" from target
        "#,
        actor.0,
        post.0,
    )
    .fetch_optional(connection)
    .await
}

/// What the viewer may no more see is looked at one by one, in the order of the saves.
pub(in crate::posts) async fn list(
    connection: &mut PgConnection,
    viewer: UserId,
    span: &Span,
) -> Result<Vec<Placed>> {
    sqlx::query_as!(
        Placed,
        r#"
        select s.id as "place!", s.post_id as "post!: PostId" from post_saves s
        where s.user_id = $1 and s.id < $2
          and exists (select from posts_seen_by($1) p where p.id = s.post_id offset 0)
        order by s.id desc offset $3 limit $4
        "#,
        viewer.0,
        span.before(),
        span.offset,
        span.limit + 1,
    )
    .fetch_all(connection)
    .await
}

pub(in crate::posts) async fn count(connection: &mut PgConnection, viewer: UserId) -> Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (select from post_saves where user_id = $1 limit $2) as found"#,
        viewer.0,
        MOST_COUNTED,
    )
    .fetch_one(connection)
    .await
}
