//! Whom a post is written to.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Result, Time};
use crate::{PostId, UserId};

pub(in crate::feed) struct Published {
    pub(in crate::feed) author: UserId,
    pub(in crate::feed) place: Uuid,
    pub(in crate::feed) follower_count: i64,
}

pub(in crate::feed) struct Follow {
    pub(in crate::feed) id: Uuid,
    pub(in crate::feed) follower_id: Uuid,
}

/// How many followers a post is written to; none where its author's posts are looked for instead.
pub(in crate::feed) async fn audience(
    connection: &mut PgConnection,
    author: UserId,
) -> Result<Option<i64>> {
    sqlx::query_scalar!(
        "select follower_count from user_counts
         where user_id = $1 and not exists (select from feed_celebrities where user_id = $1)",
        author.0,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::feed) async fn post(
    connection: &mut PgConnection,
    post: PostId,
) -> Result<Option<Published>> {
    sqlx::query_as!(
        Published,
        r#"select author_id as "author: UserId", place as "place!", follower_count
           from posts join user_counts on user_id = author_id
           where posts.id = $1 and state = 'published' and deleted_at is null"#,
        post.0,
    )
    .fetch_optional(connection)
    .await
}

/// From now on their posts are looked for.
pub(in crate::feed) async fn celebrate(
    connection: &mut PgConnection,
    author: UserId,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "insert into feed_celebrities (user_id, created_at) values ($1, $2) on conflict do nothing",
        author.0,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Whose follows are older than `before`, the latest first.
pub(in crate::feed) async fn followers(
    connection: &mut PgConnection,
    author: UserId,
    before: Uuid,
    limit: i64,
) -> Result<Vec<Follow>> {
    sqlx::query_as!(
        Follow,
        "select id, follower_id from follows where following_id = $1 and id < $2 order by id desc limit $3",
        author.0,
        before,
        limit,
    )
    .fetch_all(connection)
    .await
}
