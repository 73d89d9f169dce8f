//! Following people, and no more.

use platform::{Tx, id_at};
use poem_openapi::Object;
use poem_openapi::types::Example;

use super::sql;
use crate::notifications::{Cause, notify};
use crate::people::{self, PersonRef};
use crate::{Error, Result, UserId};

/// How whoever asks stands to a person they followed, or do no more.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct FollowState {
    pub user_id: UserId,
    pub is_following: bool,
    /// They have a private account, and have not answered yet.
    pub is_requested: bool,
    /// How many follow that person now.
    pub follower_count: i64,
}

/// Somebody who follows no more.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct RemovedFollower {
    pub user_id: UserId,
    /// Always false.
    pub is_followed_by: bool,
    /// How many follow whoever asks now.
    pub follower_count: i64,
}

/// An account changes between private and public while somebody asks to follow it: so often they look again.
const TRIES: usize = 8;

/// Follows a person, or asks to where their account is private. Doing it again changes nothing.
pub async fn follow(tx: &mut Tx, actor: UserId, person: &PersonRef) -> Result<FollowState> {
    let person = people::resolve(tx.connection(), actor, person).await?;
    if person == actor {
        return Err(Error::conflict(
            "self_follow",
            "People do not follow themselves.",
        ));
    }
    sql::lock_pair(tx.connection(), actor, person).await?;
    let (id, now) = (id_at(tx.now()), tx.now());
    for _ in 0..TRIES {
        let followed = sql::follows::follow(tx.connection(), actor, person, id, now).await?;
        let followed = followed.ok_or(Error::NotFound("person"))?;
        let is_following = followed.was_following || followed.is_new;
        // Neither: the account was private when the statement began and public when it looked closer.
        if is_following || followed.is_requested {
            if followed.is_new {
                notify(tx, person, Cause::Follow).await?;
            }
            if followed.is_requested {
                notify(tx, person, Cause::FollowRequest).await?;
            }
            return Ok(FollowState {
                user_id: person,
                is_following,
                is_requested: followed.is_requested,
                follower_count: followed.follower_count,
            });
        }
    }
    Err(Error::Unavailable("the account"))
}

/// Follows a person no more; a request is withdrawn. Doing it again changes nothing.
pub async fn unfollow(tx: &mut Tx, actor: UserId, person: &PersonRef) -> Result<FollowState> {
    let person = people::resolve(tx.connection(), actor, person).await?;
    Ok(FollowState {
        user_id: person,
        is_following: false,
        is_requested: false,
        follower_count: part(tx, actor, person).await?,
    })
}

/// Has a person follow no more; a request of theirs ends too. Doing it again changes nothing, and they are not told.
pub async fn remove_follower(
    tx: &mut Tx,
    actor: UserId,
    person: &PersonRef,
) -> Result<RemovedFollower> {
    let person = people::resolve(tx.connection(), actor, person).await?;
    Ok(RemovedFollower {
        user_id: person,
        is_followed_by: false,
        follower_count: part(tx, person, actor).await?,
    })
}

/// How many follow `following` once `follower` does not.
async fn part(tx: &mut Tx, follower: UserId, following: UserId) -> Result<i64> {
    sql::lock_pair(tx.connection(), follower, following).await?;
    let parted = sql::follows::unfollow(tx.connection(), follower, following).await?;
    if parted.was_following {
        notify(tx, following, Cause::Follow).await?;
    }
    if parted.was_requested {
        notify(tx, following, Cause::FollowRequest).await?;
    }
    Ok(parted.follower_count)
}

impl Example for FollowState {
    fn example() -> Self {
        Self {
            user_id: UserId::example(),
            is_following: true,
            is_requested: false,
            follower_count: 1280,
        }
    }
}

impl Example for RemovedFollower {
    fn example() -> Self {
        Self {
            user_id: UserId::example(),
            is_followed_by: false,
            follower_count: 1279,
        }
    }
}
