//! Putting an account away, and having it deleted. Signing in again ends the first and calls off the second; see
//! `identity::enter`.

use chrono::{DateTime, Utc};
use platform::Tx;
use platform::config::Lifecycle;
use poem_openapi::Object;
use poem_openapi::types::Example;
use serde_json::json;

use super::jobs::SendClosingMail;
use super::sql;
use crate::audit::{self, Operator};
use crate::identity::revoke_all;
use crate::people::{self, Actor, Right};
use crate::{Error, Result, UserId, hashtags};

/// An account that is put away.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub struct Deactivated {
    pub deactivated_at: DateTime<Utc>,
}

/// An account that will be deleted.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub struct Leaving {
    /// From then on its data is purged.
    pub delete_at: DateTime<Utc>,
}

/// What a person who has their account closed by an administrator is told when they try to sign in.
const REMOVED: &str = "The account is being deleted by an administrator.";

/// Hides the account from everybody and ends all its sessions.
pub async fn deactivate(tx: &mut Tx, user: UserId) -> Result<Deactivated> {
    let now = tx.now();
    let deactivated_at = sql::deactivate(tx.connection(), user, now).await?;
    let deactivated_at = deactivated_at.ok_or(Error::NotFound("account"))?;
    revoke_all(tx, user, None, "deactivated").await?;
    people::changed(tx, user).await?;
    hashtags::author_changed(tx, user).await?;
    Ok(Deactivated { deactivated_at })
}

/// Has the account deleted once its time of grace is over, and ends all its sessions. A second time changes nothing.
pub async fn leave(tx: &mut Tx, config: &Lifecycle, user: UserId) -> Result<Leaving> {
    let now = tx.now();
    let planned =
        sql::plan_deletion(tx.connection(), user, now, now + config.account_grace).await?;
    let planned = planned.ok_or(Error::NotFound("account"))?;
    revoke_all(tx, user, None, "deleting").await?;
    people::changed(tx, user).await?;
    hashtags::author_changed(tx, user).await?;
    if planned.is_new {
        tx.enqueue(SendClosingMail { user_id: user }).await?;
    }
    Ok(Leaving {
        delete_at: planned.delete_at,
    })
}

/// The same for somebody else's account. It is suspended too: signing in would call the deletion off.
pub async fn remove(
    tx: &mut Tx,
    config: &Lifecycle,
    actor: &Actor,
    user: UserId,
) -> Result<Leaving> {
    actor.require(Right::DeletePeople)?;
    let now = tx.now();
    sql::suspend(tx.connection(), user, REMOVED, now).await?;
    let leaving = leave(tx, config, user).await?;
    let operator = Operator::person(actor.user);
    let detail = json!({ "delete_at": leaving.delete_at });
    audit::record(tx, &operator, "user.delete", &user.to_string(), &detail).await?;
    Ok(leaving)
}

impl Example for Deactivated {
    fn example() -> Self {
        Self {
            deactivated_at: DateTime::from_timestamp(1_731_672_600, 0).unwrap_or_default(),
        }
    }
}

impl Example for Leaving {
    fn example() -> Self {
        Self {
            delete_at: DateTime::from_timestamp(1_734_264_600, 0).unwrap_or_default(),
        }
    }
}
