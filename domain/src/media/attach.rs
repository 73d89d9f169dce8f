//! What shows a file keeps it: a file that nothing shows is purged after a while.

use chrono::{DateTime, Utc};
use platform::Tx;
use uuid::Uuid;

use super::{MediaState, sql};
use crate::{Error, MediaId, Result, UserId};

/// Takes files of `owner` into use. All of them, or none: one that is not theirs, or not here yet, refuses the rest.
pub async fn attach(tx: &mut Tx, owner: UserId, ids: &[MediaId]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let states = sql::hold(tx.connection(), owner, &ids).await?;
    if states.len() < ids.len() {
        return Err(Error::invalid(
            "media_ids",
            "not_found",
            "one of these is no file of yours",
        ));
    }
    let here = |state: &MediaState| {
        matches!(
            state,
            MediaState::Uploaded | MediaState::Processing | MediaState::Ready
        )
    };
    if !states.iter().all(here) {
        return Err(Error::invalid(
            "media_ids",
            "not_ready",
            "one of these files is not here yet, or cannot be shown",
        ));
    }
    Ok(sql::use_once_more(tx.connection(), &ids).await?)
}

/// Files that one thing shows no more.
pub async fn release(tx: &mut Tx, ids: &[MediaId]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let now: DateTime<Utc> = tx.now();
    Ok(sql::use_once_less(tx.connection(), &ids, now).await?)
}
