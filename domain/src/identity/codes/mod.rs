//! One-time codes by phone: six digits in a text message prove that whoever types them holds the number.
//!
//! A code is [sent](send), the same way whether or not the number has an account. It is [tried](sql::try_code) so many
//! times at most, counted by Postgres, and good once. It [signs in or makes an account](verify), [signs in
//! only](login), or [gives an account its number](set_phone).

mod code;
mod entrance;
mod phone;
mod quotas;
mod sql;
mod text;

pub use code::CodeAttempt;
pub use entrance::{Newcomer, login, verify};
pub use phone::{remove_phone, set_phone};
pub use text::code_text;

use chrono::{DateTime, Utc};
use platform::Tx;
use platform::config::Config;
use poem_openapi::Object;
use poem_openapi::types::Example;

use super::jobs::SendCodeText;
use super::sessions;
use crate::people::Phone;
use crate::{CodeId, Error, Result};

/// A code is on its way.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(example)]
pub struct SentCode {
    /// Seconds until the code expires.
    pub expires_in: u64,
    /// Seconds until another one can be asked for.
    pub resend_after: u64,
}

/// Has a code sent to `phone`, in place of any before it. Whether the number has an account plays no part. Of two at
/// once one is sent, and the other waits its minute.
pub async fn send(tx: &mut Tx, config: &Config, phone: &Phone, line: &str) -> Result<SentCode> {
    let (codes, now) = (&config.codes, tx.now());
    let next = sql::NextCode {
        id: CodeId::at(now),
        resend_at: now + codes.resend_after,
        expires_at: now + codes.ttl,
    };
    if !sql::replace_code(tx.connection(), phone, &next, now).await? {
        let resend_at = sql::resend_at(tx.connection(), phone).await?;
        return Err(wait_until(resend_at.unwrap_or(next.resend_at), now));
    }
    quotas::count(tx, codes, phone, line).await?;
    tx.enqueue(SendCodeText { code_id: next.id }).await?;
    Ok(SentCode {
        expires_in: codes.ttl.as_secs(),
        resend_after: codes.resend_after.as_secs(),
    })
}

/// What came of a code that somebody typed. Commit either: a wrong try has to stay counted.
#[must_use = "a wrong try counts once it is committed"]
pub enum Tried<T> {
    Right(T),
    Wrong,
}

impl<T> Tried<T> {
    /// Once it is committed: one and the same refusal for a code that is wrong, expired, used up or was never sent.
    pub fn or_refused(self) -> Result<T> {
        self.or(Error::Unauthenticated("code_wrong"))
    }

    /// The same where a code stands for a password.
    pub fn or_unknown(self) -> Result<T> {
        self.or(sessions::wrong_credentials())
    }

    fn or(self, refusal: Error) -> Result<T> {
        match self {
            Self::Right(what) => Ok(what),
            Self::Wrong => Err(refusal),
        }
    }
}

/// Tries a code, and uses it up where it is right. What is refused after that rolls back, and leaves the code good.
async fn try_code(
    tx: &mut Tx,
    config: &Config,
    phone: &Phone,
    code: &CodeAttempt,
) -> Result<Tried<()>> {
    let now = tx.now();
    let most = i16::from(config.codes.tries.get());
    // Locks the row: who tries the same code meanwhile waits, and then finds it used, or one try fewer.
    let Some(id) = sql::try_code(tx.connection(), phone, most, now).await? else {
        return Ok(Tried::Wrong);
    };
    if !code.is_of(id, &config.auth.keys) {
        return Ok(Tried::Wrong);
    }
    sql::use_code(tx.connection(), id, now).await?;
    Ok(Tried::Right(()))
}

fn wait_until(at: DateTime<Utc>, now: DateTime<Utc>) -> Error {
    Error::RateLimited {
        retry_after: (at - now).to_std().unwrap_or_default(),
    }
}

/// Deletes codes and counts past their time, at most `limit` of each. Zero: nothing is left.
pub(super) async fn purge(tx: &mut Tx, now: DateTime<Utc>, limit: i64) -> Result<u64> {
    let codes = sql::delete_expired_codes(tx.connection(), now, limit).await?;
    let quotas = sql::delete_old_quotas(tx.connection(), now, limit).await?;
    Ok(codes + quotas)
}

impl Example for SentCode {
    fn example() -> Self {
        Self {
            expires_in: 300,
            resend_after: 60,
        }
    }
}
