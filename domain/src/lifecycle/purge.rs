//! The end of an account. First the account becomes nobody's, in one transaction in which its owner is not back; from
//! then on nobody comes in there. Then what it left elsewhere goes, slice by slice: whoever is cut off in between, the
//! next run finds what is left. `delete_at` stays until all is done, so that a purge that was given up is found again.

use std::time::Duration;

use chrono::{DateTime, Utc};
use platform::{Storage, Tx};

use super::jobs::Purge as PurgeJob;
use super::sql;
use super::tables::{FOLDERS, Purge, tables};
use crate::identity::revoke_all;
use crate::{Error, Result, UserId, people};

/// Rows in one transaction.
const SLICE: i64 = 2_000;

/// Accounts found in one transaction.
const FOUND: i64 = 500;

/// So long nobody takes the name of a deleted account.
const NAME_RESTS: Duration = Duration::from_secs(90 * 24 * 3600);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// Its owner came back, or has not had their time, or there is nothing left to do.
    Stays,
    /// It is nobody's any more.
    Closed,
}

/// The place up to which accounts were found.
pub type Place = (DateTime<Utc>, UserId);

/// Enqueues the purge of accounts that are due, after `after`. The place of the last, where there may be more.
pub async fn purge_due(tx: &mut Tx, after: Option<Place>) -> Result<Option<Place>> {
    let now = tx.now();
    let due = sql::due(tx.connection(), now, after, FOUND).await?;
    let last = due.last().map(|found| (found.delete_at, found.id));
    let jobs = due.into_iter().map(|found| PurgeJob { user_id: found.id });
    tx.enqueue_all(jobs).await?;
    Ok(last)
}

/// Makes the account nobody's, unless its owner is back. Waits for an entry that is under way, and the next one waits for
/// this.
pub async fn close(tx: &mut Tx, user: UserId) -> Result<Closing> {
    let now = tx.now();
    let found = sql::lock_account(tx.connection(), user).await?;
    let found = found.ok_or(Error::NotFound("account"))?;
    if found.delete_at.is_none_or(|due| due > now) {
        return Ok(Closing::Stays);
    }
    if !found.deleted {
        sql::rest_name(tx.connection(), &found.username, now, now + NAME_RESTS).await?;
        sql::anonymise(tx.connection(), user, &nobody(user), now).await?;
        revoke_all(tx, user, None, "deleted").await?;
        people::changed(tx, user).await?;
    }
    Ok(Closing::Closed)
}

/// What is called so is taken by nobody: names that begin like it are reserved.
fn nobody(user: UserId) -> String {
    format!("deleted_{}", user.0.simple())
}

/// Deletes a slice of what is left, table by table; false: nothing was.
pub async fn purge_slice(tx: &mut Tx, user: UserId, statement: &mut usize) -> Result<bool> {
    while let Some(text) = deletes().nth(*statement) {
        if sql::delete_slice(tx.connection(), text, user, SLICE).await? > 0 {
            return Ok(true);
        }
        *statement += 1;
    }
    Ok(false)
}

fn deletes() -> impl Iterator<Item = &'static str> {
    let statements = tables().filter_map(|table| match table.purge {
        Purge::Delete(statements) => Some(statements),
        Purge::GoesWith(_) | Purge::Anonymise | Purge::Keep(_) => None,
    });
    statements.flatten().copied()
}

/// Deletes the person's files.
pub async fn purge_files(storage: &Storage, user: UserId) -> Result<()> {
    for folder in FOLDERS {
        storage.delete_all(&format!("{folder}/{user}")).await?;
    }
    Ok(())
}

/// All is done.
pub async fn finish(tx: &mut Tx, user: UserId) -> Result<()> {
    sql::finish_purge(tx.connection(), user).await?;
    people::changed(tx, user).await
}
