//! How much room a person's files have: `MEDIA_QUOTA`, of bytes as they were uploaded; what is made of them is free.
//! Whoever adds files waits for whoever else adds some of the same person, so that two do not both take what is left.

use platform::Tx;
use platform::config::Media as Limits;

use super::sql;
use crate::{Error, Result, UserId};

/// Bytes that are left, to nobody else until the transaction ends.
pub(super) async fn left(tx: &mut Tx, config: &Limits, owner: UserId) -> Result<u64> {
    sql::lock_room(tx.connection(), owner).await?;
    let used = sql::used(tx.connection(), owner).await?;
    Ok(config.quota.saturating_sub(used.unsigned_abs()))
}

/// Room for so many bytes.
pub(super) async fn take(
    tx: &mut Tx,
    config: &Limits,
    owner: UserId,
    bytes: u64,
    field: &'static str,
) -> Result<()> {
    match bytes <= left(tx, config, owner).await? {
        true => Ok(()),
        false => Err(exceeded(field)),
    }
}

pub(super) fn exceeded(field: &'static str) -> Error {
    let detail = "Your files have no room for this one; delete others first.";
    Error::taken("quota_exceeded", field, detail)
}
