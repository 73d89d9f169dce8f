//! What administrators do to accounts: vouch for them, suspend them and let them back, give them roles. Every act is in
//! the audit, in the transaction of the act.

pub mod jobs;
mod sql;

use std::time::Duration;

use chrono::{DateTime, Utc};
use platform::Tx;
use poem_openapi::Object;
use poem_openapi::types::Example;
use serde_json::json;

use crate::audit::{self, Operator};
use crate::identity::revoke_all;
use crate::people::{Line, Role, VerificationLevel, changed};
use crate::{Error, Result, UserId, hashtags};

/// A suspension that has been over for so long has lost its job.
const LATE: Duration = Duration::from_secs(60);

/// The level a person gets.
#[derive(Clone, Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct VerificationRequest {
    pub level: VerificationLevel,
}

/// Why an account is suspended, and until when.
#[derive(Clone, Debug, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct SuspensionRequest {
    /// Told to the person.
    pub reason: Line,
    /// Until somebody lifts it, where nothing is said.
    pub until: Option<DateTime<Utc>>,
}

/// The role a person gets.
#[derive(Clone, Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct RoleRequest {
    pub role: Role,
}

pub async fn verify(
    tx: &mut Tx,
    by: &Operator,
    user: UserId,
    level: VerificationLevel,
) -> Result<()> {
    let now = tx.now();
    let before = sql::set_verification_level(tx.connection(), user, level, now).await?;
    let before = before.ok_or(Error::NotFound("person"))?;
    changed(tx, user).await?;
    let detail = json!({ "level": level, "before": before });
    audit::record(tx, by, "user.verify", &user.to_string(), &detail).await
}

/// Suspends an account: its sessions end, nobody sees it, nobody comes in. Suspending it again changes the reason and
/// the time.
pub async fn suspend(
    tx: &mut Tx,
    by: &Operator,
    user: UserId,
    request: &SuspensionRequest,
) -> Result<()> {
    if by.id == Some(user) {
        return Err(Error::conflict(
            "self_suspension",
            "You cannot suspend yourself.",
        ));
    }
    let now = tx.now();
    if request.until.is_some_and(|until| until <= now) {
        return Err(Error::invalid("until", "out_of_range", "lies in the past"));
    }
    let (why, until) = (request.reason.as_str(), request.until);
    if !sql::suspend(tx.connection(), user, why, until, now).await? {
        return Err(Error::NotFound("person"));
    }
    revoke_all(tx, user, None, "suspended").await?;
    changed(tx, user).await?;
    hashtags::author_changed(tx, user).await?;
    if let Some(until) = until {
        tx.enqueue_at(jobs::LiftSuspension { user_id: user }, until)
            .await?;
    }
    let detail = json!({ "reason": why, "until": until });
    audit::record(tx, by, "user.suspend", &user.to_string(), &detail).await
}

/// Lets an account back. One that is not suspended stays as it is.
pub async fn lift_suspension(tx: &mut Tx, by: &Operator, user: UserId) -> Result<()> {
    let lifted = sql::lift_suspension(tx.connection(), user).await?;
    if lifted.ok_or(Error::NotFound("person"))? {
        changed(tx, user).await?;
        hashtags::author_changed(tx, user).await?;
        audit::record(tx, by, "user.reinstate", &user.to_string(), &json!({})).await?;
    }
    Ok(())
}

/// Lets an account back whose suspension is over. Answers how long it still lasts: it may have been suspended anew meanwhile.
pub async fn end_suspension(tx: &mut Tx, user: UserId) -> Result<Option<Duration>> {
    let offset = tx.clock_offset();
    let Some(seconds) = sql::end_suspension(tx.connection(), user, offset).await? else {
        return Ok(None);
    };
    if seconds > 0.0 {
        return Ok(Duration::try_from_secs_f64(seconds).ok());
    }
    changed(tx, user).await?;
    hashtags::author_changed(tx, user).await?;
    Ok(None)
}

/// Accounts whose suspension should have ended some time ago, for whatever reason its job did not end it.
pub async fn overdue_suspensions(tx: &mut Tx, limit: i64) -> Result<Vec<UserId>> {
    let (late, offset) = (LATE.as_secs_f64(), tx.clock_offset());
    Ok(sql::overdue_suspensions(tx.connection(), late, offset, limit).await?)
}

/// Gives a role. The last administrator keeps theirs.
pub async fn grant(tx: &mut Tx, by: &Operator, user: UserId, role: Role) -> Result<()> {
    let now = tx.now();
    // Two administrators who take each other's role at once must not both succeed.
    let others = sql::lock_other_administrators(tx.connection(), user).await?;
    let before = sql::role(tx.connection(), user).await?;
    let before = before.ok_or(Error::NotFound("person"))?;
    if before == Role::Admin && role != Role::Admin && others == 0 {
        return Err(Error::conflict(
            "last_administrator",
            "Somebody has to stay administrator.",
        ));
    }
    sql::set_role(tx.connection(), user, role, now).await?;
    changed(tx, user).await?;
    let detail = json!({ "role": role, "before": before });
    audit::record(tx, by, "user.grant_role", &user.to_string(), &detail).await
}

impl Example for VerificationRequest {
    fn example() -> Self {
        Self {
            level: VerificationLevel::Blue,
        }
    }
}

impl Example for SuspensionRequest {
    fn example() -> Self {
        Self {
            reason: Line::example(),
            until: None,
        }
    }
}

impl Example for RoleRequest {
    fn example() -> Self {
        Self {
            role: Role::Sponsor,
        }
    }
}
