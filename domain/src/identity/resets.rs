//! A forgotten password: a link in a mail to the address of the account, good once. Older links stay good until one of
//! them is used, so that nobody can take a link from its reader by asking for another.

use chrono::{DateTime, Utc};
use platform::config::{Auth, Config};
use platform::mail::Letter;
use platform::{Db, Tx};
use poem_openapi::Object;
use poem_openapi::types::Example;
use sqlx::PgConnection;

use super::access::{self, AccessChange};
use super::allowances::{self, Allowance};
use super::hashing::{self, PasswordHash};
use super::jobs::SendResetMail;
use super::links::{self, LinkToken};
use super::password::Password;
use super::{letters, sessions, sql};
use crate::people::{self, Email};
use crate::{Error, PasswordResetId, Result, UserId};

/// The address of an account whose password is forgotten.
#[derive(Clone, Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct ForgottenPassword {
    pub email: Email,
}

/// A new password, and the token from the link in the mail.
#[derive(Clone, Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct PasswordReset {
    pub token: LinkToken,
    pub password: Password,
}

/// Has a link sent, if the address has an account: a job finds out. Too many in a row are left out, without a word.
pub async fn ask_reset(tx: &mut Tx, auth: &Auth, email: &Email) -> Result<()> {
    if !allowances::take(tx, auth, Allowance::Reset(email)).await? {
        return Ok(());
    }
    let (id, now) = (PasswordResetId::at(tx.now()), tx.now());
    sql::insert_reset(tx.connection(), id, email, now, now + auth.reset_ttl).await?;
    tx.enqueue(SendResetMail { reset_id: id }).await?;
    Ok(())
}

/// The mail with the link, to the address as the account has it. None: there is no such account, or no use for a link
/// any more.
pub async fn reset_letter(
    tx: &mut Tx,
    config: &Config,
    id: PasswordResetId,
) -> Result<Option<Letter>> {
    let now = tx.now();
    let Some(open) = sql::find_resettable(tx.connection(), id, now).await? else {
        sql::delete_unknown_reset(tx.connection(), id).await?;
        return Ok(None);
    };
    let token = LinkToken::sign(links::RESET_PASSWORD, id.0, &config.auth.keys)?;
    letters::reset(config, &open.email, &token, open.expires_at).map(Some)
}

/// Whether a link can be used now. Looking at it does not use it up.
pub async fn check_reset(
    connection: &mut PgConnection,
    auth: &Auth,
    token: &LinkToken,
    now: DateTime<Utc>,
) -> Result<()> {
    let id = PasswordResetId(token.id(links::RESET_PASSWORD, &auth.keys)?);
    let found = sql::reset(connection, id, now).await?;
    open(found).map(|_| ())
}

fn open(found: Option<sql::Reset>) -> Result<sql::Reset> {
    match found {
        Some(reset) if reset.open => Ok(reset),
        Some(reset) if reset.used => Err(used()),
        _ => Err(links::expired()),
    }
}

fn used() -> Error {
    Error::invalid(
        "token",
        "token_used",
        "This link has been used. Ask for a new one.",
    )
}

/// A new password for the account behind a link, ready to be set.
pub struct ReadyReset {
    id: PasswordResetId,
    user: UserId,
    hash: PasswordHash,
}

/// Before a transaction begins, for hashing takes a moment; and only for a link that is good.
pub async fn ready_reset(db: &Db, auth: &Auth, said: PasswordReset) -> Result<ReadyReset> {
    let id = PasswordResetId(said.token.id(links::RESET_PASSWORD, &auth.keys)?);
    let found = {
        let mut connection = db.acquire().await?;
        sql::reset(&mut connection, id, db.clock().now()).await?
    };
    let reset = open(found)?;
    said.password.suits(&reset.username)?;
    Ok(ReadyReset {
        id,
        user: reset.user_id,
        hash: hashing::hash(said.password).await?,
    })
}

/// Sets the password. Every session ends, every other link is worth nothing, and the address is proved. Of two uses of
/// one link at once one wins.
pub async fn reset_password(tx: &mut Tx, ready: &ReadyReset) -> Result<()> {
    let now = tx.now();
    sql::lock_account(tx.connection(), ready.user).await?;
    if !sql::use_reset(tx.connection(), ready.id, now).await? {
        let found = sql::reset(tx.connection(), ready.id, now).await?;
        return Err(open(found).err().unwrap_or_else(used));
    }
    if !sql::reset_password(tx.connection(), ready.id, &ready.hash, now).await? {
        return Err(links::expired());
    }
    sql::void_wishes(tx.connection(), ready.user, now).await?;
    sessions::revoke_all(tx, ready.user, None, "password_reset").await?;
    people::changed(tx, ready.user).await?;
    access::changed(tx, ready.user, AccessChange::Password).await
}

impl Example for ForgottenPassword {
    fn example() -> Self {
        Self {
            email: Email::example(),
        }
    }
}

impl Example for PasswordReset {
    fn example() -> Self {
        Self {
            token: LinkToken::example(),
            password: Password::example(),
        }
    }
}
