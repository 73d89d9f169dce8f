//! An answer once given is given again: what was answered to a request with an idempotency key is kept beside what the
//! request did, in the same transaction, for a day.
//!
//! While the first request runs it holds an advisory lock on the key, which dies with its connection: a process that is
//! killed leaves no key behind that says "running" for ever.

pub mod jobs;
mod sql;

use chrono::{DateTime, Utc};
use platform::Tx;
use platform::config::Auth;
use sha2::{Digest, Sha256};

use crate::Result;
use crate::seal::Seal;

/// Who asked, and the key they sent. Two callers never meet in one key.
pub struct Key {
    hash: [u8; 32],
    text: String,
}

impl Key {
    pub fn of(caller: &str, key: &str) -> Self {
        let text = format!("{caller}\n{key}");
        Self {
            hash: Sha256::digest(&text).into(),
            text,
        }
    }

    /// Answers may hold tokens, and tokens are nowhere kept in the clear: a kept answer opens only with the key its
    /// client sent and a key of ours.
    fn seal(&self) -> Seal<'_> {
        Seal {
            purpose: "commons.idempotency.1\n",
            place: self.text.as_bytes(),
        }
    }

    fn lock(&self) -> i64 {
        let [a, b, c, d, e, f, g, h, ..] = self.hash;
        i64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

/// What was asked for, in short.
pub type Fingerprint = [u8; 32];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    pub status: u16,
    pub content_type: String,
    pub body: Vec<u8>,
}

/// What is known of a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nothing: the request is the first, and the transaction holds the key until it ends.
    First,
    /// The first request with it still runs.
    Running,
    Answered(KeptAnswer),
    /// It stands for another request.
    Different,
}

/// Takes the key for the transaction, or says why it cannot be had.
pub async fn claim(tx: &mut Tx, auth: &Auth, key: &Key, asked: &Fingerprint) -> Result<Claim> {
    let now = tx.now();
    if !sql::try_lock(tx.connection(), key.lock()).await? {
        return Ok(Claim::Running);
    }
    // A statement after the lock sees what its former holder committed.
    let Some(kept) = sql::kept(tx.connection(), &key.hash, now).await? else {
        return Ok(Claim::First);
    };
    if kept.fingerprint != asked {
        return Ok(Claim::Different);
    }
    Ok(Claim::Answered(KeptAnswer {
        status: u16::try_from(kept.status).unwrap_or(200),
        content_type: kept.content_type,
        body: key.seal().open(&auth.keys, &kept.body)?,
    }))
}

/// Keeps the answer, to be committed with what it answers for.
pub async fn keep(
    tx: &mut Tx,
    auth: &Auth,
    key: &Key,
    asked: &Fingerprint,
    answer: &KeptAnswer,
) -> Result<()> {
    let now = tx.now();
    let sealed = KeptAnswer {
        body: key.seal().close(&auth.keys, &answer.body)?,
        ..answer.clone()
    };
    let until = now + auth.idempotency_ttl;
    sql::keep(tx.connection(), &key.hash, asked, &sealed, now, until).await?;
    Ok(())
}

/// Deletes answers past their time, at most `limit`. Zero: nothing is left.
pub async fn purge_expired(tx: &mut Tx, now: DateTime<Utc>, limit: i64) -> Result<u64> {
    Ok(sql::delete_expired(tx.connection(), now, limit).await?)
}
