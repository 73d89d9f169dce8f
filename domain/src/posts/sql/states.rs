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

/// Whose it is, where it is due and was not published.
pub(in crate::posts) async fn publish_due(
    connection: &mut PgConnection,
    post: PostId,
    place: PostId,
    now: Time,
) -> Result<Option<UserId>> {
    sqlx::query_scalar!(
        r#"
        with published as (
            update posts set state = 'published', publish_at = null, published_at = $3, place = $2, updated_at = $3,
                             version = version + 1
            where id = $1 and state = 'scheduled' and publish_at <= $3 and deleted_at is null
            returning author_id, visibility),
        counted as (
            update user_counts c set post_count = post_count + 1
            from published where c.user_id = published.author_id and published.visibility <> 'private')
        select author_id as "author_id: UserId" from published
        "#,
        post.0,
        place.0,
        now,
    )
    .fetch_optional(connection)
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
