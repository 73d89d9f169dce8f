//! What somebody who is signed in changes of their ways in, once they have shown again who they are.

use platform::config::Auth;
use platform::mail::Letter;
use platform::{Db, Tx};
use poem_openapi::Object;
use poem_openapi::types::Example;
use sqlx::PgConnection;

use super::access::{self, AccessChange};
use super::allowances::{self, Allowance};
use super::hashing::{self, PasswordHash};
use super::jobs::{SendAddressChangeNotice, SendVerificationMail};
use super::password::{Password, PasswordAttempt};
use super::reauthentication::{Confirmed, confirm, wrong};
use super::{letters, sessions, sql};
use crate::people::{self, Actor, Email};
use crate::{Result, VerificationId};

/// A new password.
#[derive(Clone, Debug, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct PasswordChange {
    /// Absent only where the account has none yet.
    pub current_password: Option<PasswordAttempt>,
    pub password: Password,
}

/// Another address.
#[derive(Clone, Debug, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct EmailChange {
    pub email: Email,
    /// The account's. Absent only where it has none.
    pub password: Option<PasswordAttempt>,
}

/// A new password, ready to be set in the place of the one that was shown.
pub struct ReadyPassword {
    confirmed: Confirmed,
    hash: PasswordHash,
}

pub async fn ready_password(db: &Db, actor: Actor, said: PasswordChange) -> Result<ReadyPassword> {
    let confirmed = confirm(db, actor, said.current_password, "current_password").await?;
    said.password.suits(&confirmed.known.username)?;
    let hash = hashing::hash(said.password).await?;
    Ok(ReadyPassword { confirmed, hash })
}

/// Sets the password, if the one that was shown still is the account's. All other sessions end, and what was asked for
/// by mail before is worth nothing.
pub async fn change_password(tx: &mut Tx, ready: &ReadyPassword) -> Result<()> {
    let (now, Confirmed { actor, known }) = (tx.now(), &ready.confirmed);
    let old = known.password_hash.as_deref();
    if !sql::replace_password(tx.connection(), actor.user, old, &ready.hash, now).await? {
        return Err(wrong("current_password"));
    }
    sql::void_wishes(tx.connection(), actor.user, now).await?;
    sessions::revoke_all(tx, actor.user, Some(actor.session), "password_changed").await?;
    people::changed(tx, actor.user).await?;
    access::changed(tx, actor.user, AccessChange::Password).await
}

/// Another address, asked for by somebody who showed who they are.
pub struct ReadyEmail {
    confirmed: Confirmed,
    email: Email,
}

pub async fn ready_email(db: &Db, actor: Actor, said: EmailChange) -> Result<ReadyEmail> {
    Ok(ReadyEmail {
        confirmed: confirm(db, actor, said.password, "password").await?,
        email: said.email,
    })
}

/// Sends a link to the new address, and word of it to the old one. Whether the new one is taken shows when the link is
/// followed, to whoever reads its mail.
pub async fn change_email(tx: &mut Tx, auth: &Auth, ready: &ReadyEmail) -> Result<()> {
    let (user, now) = (ready.confirmed.actor.user, tx.now());
    allowances::require(tx, auth, Allowance::Change(user)).await?;
    // A password that was changed meanwhile would have voided this wish, had it come a moment earlier.
    sql::lock_account(tx.connection(), user).await?;
    let hash = sql::password_hash(tx.connection(), user).await?;
    if hash != ready.confirmed.known.password_hash {
        return Err(wrong("password"));
    }
    let (id, until) = (VerificationId::at(now), now + auth.verification_ttl);
    sql::insert_change(tx.connection(), id, user, &ready.email, now, until).await?;
    let verification_id = id;
    tx.enqueue(SendVerificationMail { verification_id }).await?;
    tx.enqueue(SendAddressChangeNotice { verification_id })
        .await?;
    Ok(())
}

/// Word of another address to the one it would take the place of.
pub async fn address_change_letter(
    connection: &mut PgConnection,
    id: VerificationId,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Option<Letter>> {
    let to = sql::replaced_email(connection, id, now).await?;
    to.map(|to| letters::notice(&to, &letters::ADDRESS_CHANGES))
        .transpose()
}

impl Example for PasswordChange {
    fn example() -> Self {
        Self {
            current_password: Some(PasswordAttempt::example()),
            password: Password::example(),
        }
    }
}

impl Example for EmailChange {
    fn example() -> Self {
        Self {
            email: Email::example(),
            password: Some(PasswordAttempt::example()),
        }
    }
}
