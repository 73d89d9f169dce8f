//! One follow. The counters are locked last, in the order of their ids.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Result, Time};
use crate::UserId;

pub(in crate::graph) struct Followed {
    pub(in crate::graph) was_following: bool,
    pub(in crate::graph) is_new: bool,
    pub(in crate::graph) is_requested: bool,
    pub(in crate::graph) follower_count: i64,
}

/// None where the person is hidden. The row of a private account is held until the request has committed, so that an
/// account which goes public finds it; that of a public one is left alone, for thousands may follow it at once.
pub(in crate::graph) async fn follow(
    connection: &mut PgConnection,
    actor: UserId,
    person: UserId,
    id: Uuid,
    now: Time,
) -> Result<Option<Followed>> {
    sqlx::query_as!(
        Followed,
        r#"
        with target as (
            select id, is_private,
                   exists (select from follows where follower_id = $1 and following_id = $2) as followed
            from users where id = $2 and not is_hidden_from($1, id)),
        held as (
            select id from users
            where id = (select id from target where is_private and not followed) and is_private
            for share),
        asked as (
            insert into follow_requests (follower_id, following_id, id, created_at)
            select $1, id, $3, $4 from held
            on conflict on constraint follow_requests_once do nothing),
        withdrawn as (
            delete from follow_requests
            where follower_id = $1 and following_id = (select id from target where not is_private)),
        made as (
            insert into follows (follower_id, following_id, id, created_at)
            select $1, id, $3, $4 from target where not is_private and not followed
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
        select target.followed as "was_following!", exists (select from made) as "is_new!",
               exists (select from held) as "is_requested!",
               coalesce((select follower_count from counted where user_id = $2),
                        (select follower_count from user_counts where user_id = $2), 0) as "follower_count!"
        from target
        "#,
        actor.0,
        person.0,
        id,
        now,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::graph) struct Parted {
    pub(in crate::graph) was_following: bool,
    pub(in crate::graph) was_requested: bool,
    /// How many follow afterwards.
    pub(in crate::graph) follower_count: i64,
}

pub(in crate::graph) async fn unfollow(
    connection: &mut PgConnection,
    follower: UserId,
    following: UserId,
) -> Result<Parted> {
    sqlx::query_as!(
        Parted,
        r#"
        with gone as (
            delete from follows where follower_id = $1 and following_id = $2 returning following_id),
        withdrawn as (
            delete from follow_requests where follower_id = $1 and following_id = $2 returning following_id),
        standing as (
            select user_id from user_counts
            where user_id in ($1, $2) and exists (select from gone)
            order by user_id for no key update),
        counted as (
            update user_counts as c
            set follower_count = follower_count - (c.user_id = $2)::integer,
                following_count = following_count - (c.user_id = $1)::integer
            from standing where c.user_id = standing.user_id
            returning c.user_id, follower_count)
        select exists (select from gone) as "was_following!", exists (select from withdrawn) as "was_requested!",
               coalesce((select follower_count from counted where user_id = $2),
                        (select follower_count from user_counts where user_id = $2), 0) as "follower_count!"
        "#,
        follower.0,
        following.0,
    )
    .fetch_one(connection)
    .await
}
