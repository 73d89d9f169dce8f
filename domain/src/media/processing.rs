//! What becomes of a file once it is here: `uploaded` → `processing` → `ready` or `failed`.
//!
//! Files are written under names that are the same for each run, before the one transaction that makes them known: who
//! dies between leaves nothing that the next run does not write anew.

mod sql;

use platform::Tx;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::progress::{Turn, tell};
use super::{MediaKind, MediaState};
use crate::{MediaId, Result, UserId};

/// A file that is to be looked into.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub owner_id: UserId,
    pub kind: MediaKind,
    pub content_type: String,
    pub size: i64,
    progress: i16,
}

/// Why a file is not shown. Each stays what it is, however often it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("it is no picture or video of a kind that is known here")]
    Unsupported,
    #[error("it ends too early, or is broken")]
    Damaged,
    #[error("it is something else than it was said to be")]
    WrongType,
    #[error("it has too many pixels")]
    TooManyPixels,
    #[error("it moves for too many pictures")]
    TooManyFrames,
    #[error("it lasts too long")]
    TooLong,
    #[error("looking into it takes too long")]
    TooSlow,
}

impl Refusal {
    pub fn code(self) -> &'static str {
        match self {
            Self::Unsupported => "unsupported",
            Self::Damaged => "damaged",
            Self::WrongType => "wrong_type",
            Self::TooManyPixels => "too_many_pixels",
            Self::TooManyFrames => "too_many_frames",
            Self::TooLong => "too_long",
            Self::TooSlow => "too_slow",
        }
    }
}

/// One form of a file that lies in the storage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    pub name: String,
    pub content_type: String,
    pub key: String,
    pub width: Option<u32>,
    pub height: Option<u32>,
    pub size: u64,
}

/// What is known of a file that was looked into.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Facts {
    /// As it is looked at.
    pub width: Option<u32>,
    pub height: Option<u32>,
    pub duration_ms: Option<i64>,
    pub blurhash: Option<String>,
    pub animated: bool,
    /// Of the original as it is stored now; none: as it was.
    pub sha256: Option<Vec<u8>>,
}

/// Everything of one file lies under it.
pub fn folder(owner: UserId, id: MediaId) -> String {
    format!("media/{owner}/{id}")
}

/// Takes the file up, or takes it up again after a run that was cut off. None: it is not to be looked into.
pub async fn claim(tx: &mut Tx, id: MediaId) -> Result<Option<Claimed>> {
    let now = tx.now();
    let claimed = sql::claim(tx.connection(), id, now).await?;
    // Later slices tell how far they are.
    if let Some(claimed) = claimed.as_ref().filter(|claimed| claimed.progress == 0) {
        let begun = Turn {
            owner_id: claimed.owner_id,
            state: MediaState::Processing,
            progress: 0,
            failure: None,
        };
        tell(tx, id, Some(begun));
    }
    Ok(claimed)
}

/// Whether it is gone, or about to go: nothing of it is to be kept.
pub async fn is_gone(connection: &mut PgConnection, id: MediaId) -> Result<bool> {
    Ok(!sql::is_kept(connection, id).await?)
}

/// How far it has come, in percent. It never goes back.
pub async fn progress(tx: &mut Tx, id: MediaId, percent: i16) -> Result<()> {
    let turn = sql::progress(tx.connection(), id, percent).await?;
    tell(tx, id, turn);
    Ok(())
}

/// It may be shown, in these forms. False: it is gone meanwhile, and what was written is to go too.
pub async fn ready(tx: &mut Tx, id: MediaId, facts: &Facts, made: &[Made]) -> Result<bool> {
    let now = tx.now();
    let original = made.iter().find(|made| made.name == "original");
    let turn = sql::ready(tx.connection(), id, facts, original, now).await?;
    if !tell(tx, id, turn) {
        return Ok(false);
    }
    sql::forget_variants(tx.connection(), id).await?;
    sql::insert_variants(tx.connection(), id, made, now).await?;
    Ok(true)
}

/// It is never shown. False: it is gone meanwhile.
pub async fn failed(tx: &mut Tx, id: MediaId, why: Refusal) -> Result<bool> {
    let now = tx.now();
    let turn = sql::failed(tx.connection(), id, why.code(), now).await?;
    Ok(tell(tx, id, turn))
}
