//! Blocks.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Result, Time};
use crate::UserId;
use crate::graph::blocks::BlockedPerson;
use crate::graph::lists::Span;
use crate::people::Username;

pub(in crate::graph) async fn known_by_id(
    connection: &mut PgConnection,
    viewer: UserId,
    person: UserId,
) -> Result<Option<UserId>> {
    sqlx::query_scalar!(
        r#"
        select id as "id: UserId" from users
        where id = $2 and (exists (select from blocks where blocker_id = $1 and blocked_id = $2)
                           or not is_hidden_from($1, id))
        "#,
        viewer.0,
        person.0,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::graph) async fn known_by_name(
    connection: &mut PgConnection,
    viewer: UserId,
    username: &str,
) -> Result<Option<UserId>> {
    sqlx::query_scalar!(
        r#"
        select id as "id: UserId" from users
        where lower(username) = lower($2)
          and (exists (select from blocks where blocker_id = $1 and blocked_id = users.id)
               or not is_hidden_from($1, id))
        "#,
        viewer.0,
        username,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::graph) async fn block(
    connection: &mut PgConnection,
    blocker: UserId,
    blocked: UserId,
    id: Uuid,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        r#"
        with made as (
            insert into blocks (blocker_id, blocked_id, id, created_at) values ($1, $2, $3, $4)
            on conflict on constraint blocks_once do nothing),
        withdrawn as (
            delete from follow_requests where (follower_id, following_id) in (($1, $2), ($2, $1))),
        gone as (
            delete from follows where (follower_id, following_id) in (($1, $2), ($2, $1))
            returning follower_id, following_id),
        standing as (
            select user_id from user_counts
            where user_id in ($1, $2) and exists (select from gone)
            order by user_id for no key update),
        change as materialized (
            select user_id, (select count(*) from gone where following_id = user_id) as followers,
                   (select count(*) from gone where follower_id = user_id) as following
            from standing)
        update user_counts as c
        set follower_count = follower_count - followers, following_count = following_count - following
        from change where c.user_id = change.user_id
        "#,
        blocker.0,
        blocked.0,
        id,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(in crate::graph) async fn unblock(
    connection: &mut PgConnection,
    blocker: UserId,
    blocked: UserId,
) -> Result<()> {
    sqlx::query!(
        "delete from blocks where blocker_id = $1 and blocked_id = $2",
        blocker.0,
        blocked.0,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Accounts that do not exist for anybody at the moment do not exist here either: `is_hidden_from` as nobody asks it.
pub(in crate::graph) async fn list(
    connection: &mut PgConnection,
    user: UserId,
    span: &Span,
) -> Result<Vec<BlockedPerson>> {
    sqlx::query_as!(
        BlockedPerson,
        r#"
        select u.id as "id: UserId", u.username as "username: Username", u.display_name, u.profile_picture_url,
               blocks.created_at as blocked_at, blocks.id as place
        from blocks join users as u on u.id = blocked_id
        where blocker_id = $1 and blocks.id < $2 and not is_hidden_from($5, blocked_id)
        order by blocks.id desc offset $3 limit $4
        "#,
        user.0,
        span.before(),
        span.offset,
        span.limit + 1,
        Uuid::nil(),
    )
    .fetch_all(connection)
    .await
}

pub(in crate::graph) async fn count(
    connection: &mut PgConnection,
    user: UserId,
    most: i64,
) -> Result<i64> {
    sqlx::query_scalar!(
        r#"
        select count(*) as "count!" from (
            select from blocks where blocker_id = $1 and not is_hidden_from($3, blocked_id) limit $2) as found
        "#,
        user.0,
        most,
        Uuid::nil(),
    )
    .fetch_one(connection)
    .await
}
