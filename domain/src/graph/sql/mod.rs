//! Every statement of the graph.

pub(super) mod blocks;
pub(super) mod follows;
pub(super) mod lists;
pub(super) mod mutes;
pub(super) mod popular;
pub(super) mod requests;
pub(super) mod suggestions;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::Relation;
use crate::UserId;

type Time = DateTime<Utc>;
type Result<T> = std::result::Result<T, sqlx::Error>;

/// Waits until nobody else changes what is between the two, and keeps it so until the transaction ends. A statement of
/// its own: the next one sees what the last holder did.
pub(super) async fn lock_pair(
    connection: &mut PgConnection,
    one: UserId,
    other: UserId,
) -> Result<()> {
    sqlx::query!(
        "select pg_advisory_xact_lock(pair_key($1, $2))",
        one.0,
        other.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn relation(
    connection: &mut PgConnection,
    viewer: UserId,
    person: UserId,
    now: Time,
) -> Result<Relation> {
    sqlx::query_as!(
        Relation,
        r#"
        select exists (select from follows where follower_id = $1 and following_id = $2) as "is_following!",
               exists (select from follow_requests where follower_id = $1 and following_id = $2) as "is_requested!",
               exists (select from follows where follower_id = $2 and following_id = $1) as "is_followed_by!",
               exists (select from follow_requests where follower_id = $2 and following_id = $1) as "is_asked_by!",
               exists (select from blocks where blocker_id = $1 and blocked_id = $2) as "is_blocked!",
               exists (select from blocks where blocker_id = $2 and blocked_id = $1) as "is_blocked_by!",
               mute.muter_id is not null as "is_muted!", mute.muted_until as "muted_until?"
        from (select 1) as once
        left join mutes as mute on muter_id = $1 and muted_id = $2 and coalesce(muted_until > $3, true)
        "#,
        viewer.0,
        person.0,
        now,
    )
    .fetch_one(connection)
    .await
}
