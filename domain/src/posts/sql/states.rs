//! From draft to published to gone. A published post counts for its author; a repost does not, nor does what nobody else
//! sees.

use sqlx::PgConnection;

use super::{Result, Time};
use crate::{PostId, UserId};

pub(in crate::posts) struct Held {
    pub(in crate::posts) caption: String,
    pub(in crate::posts) shows: bool,
    pub(in crate::posts) is_published: bool,
}

/// One's own post, held.
pub(in crate::posts) async fn hold(
    connection: &mut PgConnection,
    author: UserId,
    post: PostId,
) -> Result<Option<Held>> {
    sqlx::query_as!(
        Held,
        r#"
        select caption, exists (select from post_media where post_id = posts.id) as "shows!",
               state = 'published' as "is_published!"
        from posts where id = $2 and author_id = $1 and deleted_at is null
        for no key update
        "#,
        author.0,
        post.0,
    )
    .fetch_optional(connection)
    .await
}

/// One that is held and not published.
pub(in crate::posts) async fn publish(
    connection: &mut PgConnection,
    post: PostId,
    place: PostId,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "with published as (
             update posts set state = 'published', publish_at = null, published_at = $3, place = $2, updated_at = $3,
                              version = version + 1
             where id = $1 and state <> 'published'
             returning author_id, visibility)
         update user_counts c set post_count = post_count + 1
         from published where c.user_id = published.author_id and published.visibility <> 'private'",
        post.0,
        place.0,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Publishes a scheduled post that is due by Postgres' clock: no machine's clock may say "not yet" of what the relay, on
/// another machine, took for due. None: it is no longer scheduled.
pub(in crate::posts) async fn publish_due(
    connection: &mut PgConnection,
    post: PostId,
    place: PostId,
    now: Time,
    clock_offset: f64,
) -> Result<Option<DuePost>> {
    sqlx::query_as!(
        DuePost,
        r#"
        with scheduled as (
            select id, extract(epoch from publish_at - clock_timestamp())::float8 - $4::float8 as seconds
            from posts where id = $1 and state = 'scheduled' and deleted_at is null for no key update),
        published as (
            update posts set state = 'published', publish_at = null, published_at = greatest($3, publish_at), place = $2,
                             updated_at = $3, version = version + 1
            where id = (select id from scheduled where seconds <= 0)
            returning author_id, visibility),
        counted as (
            update user_counts c set post_count = post_count + 1
            from published where c.user_id = published.author_id and published.visibility <> 'private')
        select (select author_id from published) as "author: UserId", seconds as "seconds!" from scheduled
        "#,
        post.0,
        place.0,
        now,
        clock_offset,
    )
    .fetch_optional(connection)
    .await
}

/// A scheduled post as its job finds it.
pub(in crate::posts) struct DuePost {
    /// Whose it is, where this published it.
    pub(in crate::posts) author: Option<UserId>,
    /// Seconds until it is due.
    pub(in crate::posts) seconds: f64,
}

/// Scheduled posts that have been due for so many seconds: their job is gone.
pub(in crate::posts) async fn overdue(
    connection: &mut PgConnection,
    seconds: f64,
    clock_offset: f64,
    limit: i64,
) -> Result<Vec<PostId>> {
    sqlx::query_scalar!(
        r#"select id as "id: PostId" from posts
           where state = 'scheduled' and deleted_at is null
             and publish_at < now() + ($2::float8 - $1::float8) * interval '1 second'
           order by publish_at limit $3"#,
        seconds,
        clock_offset,
        limit,
    )
    .fetch_all(connection)
    .await
}

pub(in crate::posts) async fn plan(
    connection: &mut PgConnection,
    post: PostId,
    at: Time,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "update posts set state = 'scheduled', publish_at = $2, updated_at = $3, version = version + 1
         where id = $1 and state <> 'published'",
        post.0,
        at,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(in crate::posts) async fn hold_back(
    connection: &mut PgConnection,
    post: PostId,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "update posts set state = 'draft', publish_at = null, updated_at = $2, version = version + 1
         where id = $1 and state = 'scheduled'",
        post.0,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(in crate::posts) async fn mentioned(
    connection: &mut PgConnection,
    post: PostId,
) -> Result<Vec<UserId>> {
    sqlx::query_scalar!(
        r#"select user_id as "user_id: UserId" from post_mentions where post_id = $1"#,
        post.0,
    )
    .fetch_all(connection)
    .await
}

pub(in crate::posts) struct Gone {
    pub(in crate::posts) author: UserId,
    pub(in crate::posts) was_published: bool,
}

/// None where it is gone already, or not for this person to delete.
pub(in crate::posts) async fn delete(
    connection: &mut PgConnection,
    actor: UserId,
    may_any: bool,
    post: PostId,
    now: Time,
) -> Result<Option<Gone>> {
    sqlx::query_as!(
        Gone,
        r#"
        with gone as (
            update posts set deleted_at = $4, updated_at = $4
            where id = $2 and deleted_at is null and (author_id = $1 or $3)
            returning author_id, state, visibility, repost_of, quote_of),
        shares as (
            update post_counts set share_count = share_count - 1
            where post_id = (select coalesce(repost_of, quote_of) from gone where state = 'published')
            returning post_id),
        counted as (
            update user_counts set post_count = post_count - 1
            where user_id = (select author_id from gone
                             where state = 'published' and repost_of is null and visibility <> 'private')
              and (select count(*) from shares) >= 0)
        select author_id as "author: UserId", state = 'published' as "was_published!"
        from gone
        "#,
        actor.0,
        post.0,
        may_any,
        now,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::posts) async fn is_seen(
    connection: &mut PgConnection,
    viewer: UserId,
    post: PostId,
) -> Result<bool> {
    let seen = sqlx::query_scalar!(
        r#"select true as "seen!" from posts_seen_by($1) p where id = $2"#,
        viewer.0,
        post.0,
    )
    .fetch_optional(connection)
    .await?;
    Ok(seen.is_some())
}
