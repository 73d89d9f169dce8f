//! People and their ways in.
//!
//! Somebody [registers](register): an account, a session, and a [question](verification) whether the address is
//! theirs, which a job puts in a mail. They [sign in](login) by e-mail or username once they have
//! [proved](prove) to know the password. A [session](sessions) is a device; it holds an access token for minutes and
//! trades [refresh tokens](refresh), each good once. A link in the mail [verifies](verify_email) the address.
//! Who has no password, or no address, comes by [phone](codes): with a code from a text message.
//! A forgotten password is [reset](resets) by mail; whoever is signed in [changes](changes) password and address.
//! Whatever way somebody comes, they come in over one [threshold](entry), which asks for a
//! [second factor](second_factor) where they have one.

mod access;
mod accounts;
mod allowances;
mod changes;
pub mod codes;
mod csrf;
mod devices;
mod entry;
mod handle;
mod hashing;
pub mod jobs;
mod letters;
mod links;
mod password;
pub mod providers;
mod reauthentication;
mod resets;
mod second_factor;
mod sessions;
pub(crate) mod signed;
mod sql;
mod tokens;
mod verification;

pub use access::{AccessChange, access_changed_letter};
pub use accounts::{
    Account, Arrival, NewUser, Registered, Registration, account, address_known_letter,
    create_user, register,
};
pub use changes::{
    EmailChange, PasswordChange, ReadyEmail, ReadyPassword, address_change_letter, change_email,
    change_password, ready_email, ready_password,
};
pub use csrf::CsrfToken;
pub use devices::{
    EndedSessions, SessionPlace, SessionView, end_session, end_sessions, list_sessions,
};
pub use entry::{Challenge, EMAIL_UNVERIFIED, Entry, Way, enter};
pub use hashing::hash_password;
pub use links::LinkToken;
pub use password::{Password, PasswordAttempt};
pub use reauthentication::{Confirmed, reauthenticate};
pub use resets::{
    ForgottenPassword, PasswordReset, ReadyReset, ask_reset, check_reset, ready_reset,
    reset_letter, reset_password,
};
pub use second_factor::{
    ChallengeToken, Checked, Notice, Passed, RecoveryCode, RecoveryCodes, SecondStep, Shown,
    Started, TotpCode, TwoFactor, answer, confirm, renew_recovery_codes, reseal,
    second_factor_letter, start, turn_off, two_factor,
};
pub(crate) use sessions::revoke_all;
pub use sessions::{
    Claimed, Device, Login, LoginProof, Proof, Refreshed, ShownRefresh, SignedIn, login, logout,
    prove, refresh, remind, standing,
};
pub use tokens::{RefreshToken, Tokens, verify as read_token};
pub use verification::{
    Verifiable, VerifiedEmail, check_verification, resend, verification_letter, verify_email,
};

use chrono::{DateTime, Utc};
use platform::Tx;

use crate::Result;

/// Deletes what has expired, at most `limit` rows of each kind. Zero: nothing is left.
pub async fn purge_expired(tx: &mut Tx, now: DateTime<Utc>, limit: i64) -> Result<u64> {
    let connection = tx.connection();
    let purged = [
        sql::delete_expired_refresh_tokens(connection, now, limit).await?,
        sql::delete_expired_sessions(connection, now, limit).await?,
        sql::delete_expired_verifications(connection, now, limit).await?,
        sql::delete_expired_resets(connection, now, limit).await?,
        sql::delete_old_allowances(connection, now, limit).await?,
        second_factor::purge_expired(connection, now, limit).await?,
        codes::purge(tx, now, limit).await?,
        providers::purge_expired(tx, now, limit).await?,
    ];
    Ok(purged.iter().sum())
}
