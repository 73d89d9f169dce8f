//! How many mails somebody is sent: one a minute and five an hour of each kind, whoever asks for them. Counted the same
//! for addresses that have an account and for those that have none.

use std::time::Duration;

use platform::Tx;
use platform::config::Auth;
use ring::hmac;

use super::sql;
use crate::people::Email;
use crate::{Error, Result, UserId};

pub(super) const EVERY: Duration = Duration::from_secs(60);
pub(super) const HOUR: Duration = Duration::from_secs(3600);
pub(super) const IN_AN_HOUR: i32 = 5;

/// What is counted, and of whom.
#[derive(Clone, Copy, Debug)]
pub(super) enum Allowance<'a> {
    /// Mails with a link to a new password.
    Reset(&'a Email),
    /// Mails that say that an address has an account.
    Known(&'a Email),
    /// Mails with which a person asks for another address.
    Change(UserId),
}

impl Allowance<'_> {
    fn name(self) -> String {
        match self {
            Self::Reset(email) => format!("reset {}", email.as_str().to_lowercase()),
            Self::Known(email) => format!("known {}", email.as_str().to_lowercase()),
            Self::Change(user) => format!("change {user}"),
        }
    }
}

/// Takes one of the mails there are. Of two at once that are one too many, the second gets none.
pub(super) async fn take(tx: &mut Tx, auth: &Auth, of: Allowance<'_>) -> Result<bool> {
    let (whom, now) = (hashed(auth, of)?, tx.now());
    Ok(sql::take_allowance(tx.connection(), &whom, now).await?)
}

/// The same, for those who may know that there are too many.
pub(super) async fn require(tx: &mut Tx, auth: &Auth, of: Allowance<'_>) -> Result<()> {
    let (whom, now) = (hashed(auth, of)?, tx.now());
    if sql::take_allowance(tx.connection(), &whom, now).await? {
        return Ok(());
    }
    let again = sql::next_allowance(tx.connection(), &whom, now).await?;
    let wait = again.and_then(|at| (at - now).to_std().ok());
    Err(Error::RateLimited {
        retry_after: wait.unwrap_or(EVERY),
    })
}

/// Not to be read back by whoever sees the table: addresses are easily guessed.
fn hashed(auth: &Auth, of: Allowance<'_>) -> Result<Vec<u8>> {
    let key = auth.keys.first();
    let key = key.ok_or_else(|| Error::Internal("no allowance: no key".to_owned()))?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.secret.expose().as_bytes());
    let text = format!("commons.allowance.1\n{}", of.name());
    Ok(hmac::sign(&key, text.as_bytes()).as_ref().to_vec())
}
