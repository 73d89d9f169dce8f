//! People and their ways in.
//!
//! Somebody [registers](register): an account, a session, and a [question](verification) whether the address is
//! theirs, which a job puts in a mail. They [sign in](login) by e-mail or username once they have
//! [proved](prove) to know the password. A [session](sessions) is a device; it holds an access token for minutes and
//! trades [refresh tokens](refresh), each good once. A link in the mail [verifies](verify_email) the address.
//! Whatever way somebody comes, they come in over one [threshold](entry).

mod accounts;
mod entry;
mod handle;
mod hashing;
pub mod jobs;
mod password;
mod reauthentication;
mod second_factor;
mod sessions;
mod sql;
mod tokens;
mod verification;

pub use accounts::{Account, NewUser, Registration, account, create_user, register};
pub use entry::{Challenge, Entry, Way, enter};
pub use password::{Password, PasswordAttempt};
pub use reauthentication::reauthenticate;
pub(crate) use sessions::revoke_all;
pub use sessions::{
    Claimed, Device, Login, Proof, Refreshed, SignedIn, login, logout, prove, refresh, standing,
};
pub use tokens::{RefreshToken, Tokens, verify as read_token};
pub use verification::{LinkToken, VerifiedEmail, resend, verification_letter, verify_email};

use chrono::{DateTime, Utc};
use platform::Tx;

use crate::Result;

/// Deletes what has expired, at most `limit` rows of each kind. Zero: nothing is left.
pub async fn purge_expired(tx: &mut Tx, now: DateTime<Utc>, limit: i64) -> Result<u64> {
    let connection = tx.connection();
    let tokens = sql::delete_expired_refresh_tokens(connection, now, limit).await?;
    let sessions = sql::delete_expired_sessions(connection, now, limit).await?;
    let questions = sql::delete_expired_verifications(connection, now, limit).await?;
    Ok(tokens + sessions + questions)
}
