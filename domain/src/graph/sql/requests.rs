//! Requests: one by one, and all of an account at once.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Result, Time};
use crate::UserId;
use crate::graph::lists::Span;
use crate::graph::requests::Requested;

/// How many follow `asked` afterwards. None where there is no request.
pub(in crate::graph) async fn accept(
    connection: &mut PgConnection,
    follower: UserId,
    asked: UserId,
    id: Uuid,
    now: Time,
) -> Result<Option<i64>> {
    sqlx::query_scalar!(
        r#"
        with taken as (
            delete from follow_requests where follower_id = $1 and following_id = $2 returning following_id),
        made as (
            insert into follows (follower_id, following_id, id, created_at)
            select $1, following_id, $3, $4 from taken
            on conflict on constraint follows_once do nothing
            returning following_id),
        standing as (
            select user_id from user_counts
            where user_id in ($1, $2) and exists (select from made)
            order by user_id for no key update),
        counted as (
            update user_counts as c
            set follower_count = follower_count + (c.user_id = $2)::integer,
                following_count = following_count + (c.user_id = $1)::integer
            from standing where c.user_id = standing.user_id
            returning c.user_id, follower_count)
        select coalesce((select follower_count from counted where user_id = $2),
                        (select follower_count from user_counts where user_id = $2), 0) as "follower_count!"
        from taken
        "#,
        follower.0,
        asked.0,
        id,
        now,
    )
    .fetch_optional(connection)
    .await
}

/// How many follow `asked`. None where there is no request.
pub(in crate::graph) async fn reject(
    connection: &mut PgConnection,
    follower: UserId,
    asked: UserId,
) -> Result<Option<i64>> {
    sqlx::query_scalar!(
        r#"
        with taken as (
            delete from follow_requests where follower_id = $1 and following_id = $2 returning following_id)
        select coalesce((select follower_count from user_counts where user_id = $2), 0) as "follower_count!"
        from taken
        "#,
        follower.0,
        asked.0,
    )
    .fetch_optional(connection)
    .await
}

/// Whether the account is public. It stays so until the transaction ends.
pub(in crate::graph) async fn hold_public(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<bool> {
    let found = sqlx::query_scalar!(
        "select id from users where id = $1 and not is_private for no key update",
        user.0,
    )
    .fetch_optional(connection)
    .await?;
    Ok(found.is_some())
}

pub(in crate::graph) struct Asked {
    pub(in crate::graph) place: Uuid,
    pub(in crate::graph) follower_id: Uuid,
    /// Nobody else changes what is between the two, until the transaction ends.
    pub(in crate::graph) is_free: bool,
}

/// The oldest requests.
pub(in crate::graph) async fn lock_free(
    connection: &mut PgConnection,
    asked: UserId,
    limit: i64,
) -> Result<Vec<Asked>> {
    sqlx::query_as!(
        Asked,
        r#"
        select id as place, follower_id, pg_try_advisory_xact_lock(pair_key(follower_id, $1)) as "is_free!"
        from (select id, follower_id from follow_requests where following_id = $1 order by follow_requests.id limit $2)
             as oldest
        order by id
        "#,
        asked.0,
        limit,
    )
    .fetch_all(connection)
    .await
}

/// How many became follows. None stands after `last`: so a slice looks at no more than itself.
pub(in crate::graph) async fn accept_many(
    connection: &mut PgConnection,
    asked: UserId,
    followers: &[Uuid],
    last: Uuid,
    ids: &[Uuid],
    now: Time,
) -> Result<i64> {
    sqlx::query_scalar!(
        r#"
        with taken as (
            delete from follow_requests where following_id = $1 and id <= $5 and follower_id = any($2)
            returning follower_id),
        made as (
            insert into follows (follower_id, following_id, id, created_at)
            select taken.follower_id, $1, new.id, $4
            from taken join unnest($2::uuid[], $3::uuid[]) as new (follower_id, id) using (follower_id)
            on conflict on constraint follows_once do nothing
            returning follower_id),
        change as (
            select follower_id as user_id, 0::bigint as followers, 1 as following from made
            union all
            select $1, count(*), 0 from made having count(*) > 0),
        standing as (
            select c.user_id, followers, following from user_counts as c join change on change.user_id = c.user_id
            order by c.user_id for no key update of c),
        counted as (
            update user_counts as c
            set follower_count = follower_count + followers, following_count = following_count + following
            from standing where c.user_id = standing.user_id)
        select count(*) as "made!" from made
        "#,
        asked.0,
        followers,
        ids,
        now,
        last,
    )
    .fetch_one(connection)
    .await
}

pub(in crate::graph) async fn received(
    connection: &mut PgConnection,
    user: UserId,
    span: &Span,
) -> Result<Vec<Requested>> {
    sqlx::query_as!(
        Requested,
        r#"
        select id as place, follower_id as "person: UserId", created_at as at from follow_requests
        where following_id = $1 and id < $2 and not is_hidden_from($1, follower_id)
        order by id desc offset $3 limit $4
        "#,
        user.0,
        span.before(),
        span.offset,
        span.limit + 1,
    )
    .fetch_all(connection)
    .await
}

pub(in crate::graph) async fn sent(
    connection: &mut PgConnection,
    user: UserId,
    span: &Span,
) -> Result<Vec<Requested>> {
    sqlx::query_as!(
        Requested,
        r#"
        select id as place, following_id as "person: UserId", created_at as at from follow_requests
        where follower_id = $1 and id < $2 and not is_hidden_from($1, following_id)
        order by id desc offset $3 limit $4
        "#,
        user.0,
        span.before(),
        span.offset,
        span.limit + 1,
    )
    .fetch_all(connection)
    .await
}

pub(in crate::graph) async fn count_received(
    connection: &mut PgConnection,
    user: UserId,
    most: i64,
) -> Result<i64> {
    sqlx::query_scalar!(
        r#"
        select count(*) as "count!" from (
            select from follow_requests where following_id = $1 and not is_hidden_from($1, follower_id)
            limit $2) as found
        "#,
        user.0,
        most,
    )
    .fetch_one(connection)
    .await
}

pub(in crate::graph) async fn count_sent(
    connection: &mut PgConnection,
    user: UserId,
    most: i64,
) -> Result<i64> {
    sqlx::query_scalar!(
        r#"
        select count(*) as "count!" from (
            select from follow_requests where follower_id = $1 and not is_hidden_from($1, following_id)
            limit $2) as found
        "#,
        user.0,
        most,
    )
    .fetch_one(connection)
    .await
}
