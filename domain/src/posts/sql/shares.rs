//! Reposts: a row of their own that says nothing, once a person and original.

use sqlx::PgConnection;

use super::{Result, Time};
use crate::{PostId, UserId};

pub(in crate::posts) struct Shareable {
    pub(in crate::posts) id: PostId,
    pub(in crate::posts) author: UserId,
    pub(in crate::posts) is_public: bool,
}

pub(in crate::posts) async fn target(
    connection: &mut PgConnection,
    viewer: UserId,
    post: PostId,
) -> Result<Option<Shareable>> {
    sqlx::query_as!(
        Shareable,
        r#"
        select original.id as "id: PostId", original.author_id as "author: UserId",
               original.visibility = 'public'
               and exists (select from users where id = original.author_id and not is_private) as "is_public!"
        from posts_seen_by($1) p join posts original on original.id = coalesce(p.repost_of, p.id)
        where p.id = $2 and p.state = 'published'
        "#,
        viewer.0,
        post.0,
    )
    .fetch_optional(connection)
    .await
}

/// Whether this made one: there may be one already.
pub(in crate::posts) async fn repost(
    connection: &mut PgConnection,
    actor: UserId,
    original: PostId,
    id: PostId,
    now: Time,
) -> Result<bool> {
    sqlx::query_scalar!(
        r#"
        with made as (
            insert into posts (id, author_id, kind, repost_of, state, published_at, place, created_at, updated_at)
            select $3, $1, kind, id, 'published', $4, $3, $4, $4 from posts where id = $2
            on conflict (repost_of, author_id) where repost_of is not null and deleted_at is null do nothing
            returning id),
        own as (insert into post_counts (post_id, created_at) select id, $4 from made),
        counted as (
            update post_counts set share_count = share_count + 1 where post_id = $2 and exists (select from made))
        select exists (select from made) as "made!"
        "#,
        actor.0,
        original.0,
        id.0,
        now,
    )
    .fetch_one(connection)
    .await
}

pub(in crate::posts) async fn repost_of(
    connection: &mut PgConnection,
    actor: UserId,
    original: PostId,
) -> Result<Option<PostId>> {
    sqlx::query_scalar!(
        r#"
        select id as "id: PostId" from posts where repost_of = $2 and author_id = $1 and deleted_at is null
        "#,
        actor.0,
        original.0,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::posts) async fn unrepost(
    connection: &mut PgConnection,
    actor: UserId,
    original: PostId,
    now: Time,
) -> Result<Option<PostId>> {
    sqlx::query_scalar!(
        r#"
        with gone as (
            update posts set deleted_at = $3, updated_at = $3
            where repost_of = $2 and author_id = $1 and deleted_at is null
            returning id),
        counted as (
            update post_counts set share_count = share_count - 1 where post_id = $2 and exists (select from gone))
        select id as "id: PostId" from gone
        "#,
        actor.0,
        original.0,
        now,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::posts) async fn count(connection: &mut PgConnection, post: PostId) -> Result<i64> {
    sqlx::query_scalar!(
        "select share_count from post_counts where post_id = $1",
        post.0
    )
    .fetch_one(connection)
    .await
}

/// What a repost or a quote is about, and whose it is.
pub(in crate::posts) async fn original_of(
    connection: &mut PgConnection,
    share: PostId,
) -> Result<Option<(PostId, UserId)>> {
    let original = sqlx::query!(
        r#"
        select original.id as "id: PostId", original.author_id as "author: UserId"
        from posts share join posts original on original.id = coalesce(share.repost_of, share.quote_of)
        where share.id = $1
        "#,
        share.0,
    )
    .fetch_optional(connection)
    .await?;
    Ok(original.map(|row| (row.id, row.author)))
}
