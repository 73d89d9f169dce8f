//! Proving that an address is its owner's: a link in a mail. The same question proves another address, and makes it the
//! account's.

use std::time::Duration;

use chrono::{DateTime, Utc};
use platform::Tx;
use platform::config::{Auth, Config};
use platform::mail::Letter;
use poem_openapi::Object;
use poem_openapi::types::Example;
use sqlx::PgConnection;

use super::jobs::SendVerificationMail;
use super::links::{self, LinkToken};
use super::{accounts, letters, sql};
use crate::people::{self, Email};
use crate::{Error, OnConstraint, Result, UserId, VerificationId};

/// How often a person may ask for another mail.
const RESEND_EVERY: Duration = Duration::from_secs(60);

/// An address that is proved.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub struct VerifiedEmail {
    pub email: Email,
    pub email_verified: bool,
    /// True where the link had done its work before.
    pub already_verified: bool,
}

/// Writes down the question and has the mail sent.
pub(super) async fn ask(tx: &mut Tx, auth: &Auth, user: UserId, email: &Email) -> Result<()> {
    let (id, now) = (VerificationId::at(tx.now()), tx.now());
    let expires_at = now + auth.verification_ttl;
    sql::insert_verification(tx.connection(), id, user, email, now, expires_at).await?;
    tx.enqueue(SendVerificationMail {
        verification_id: id,
    })
    .await?;
    Ok(())
}

/// Sends another mail, at most one a minute. Earlier links stay good.
pub async fn resend(tx: &mut Tx, auth: &Auth, user: UserId) -> Result<()> {
    let now = tx.now();
    // Locks the account: two at once ask one after the other.
    let asked = sql::lock_last_verification(tx.connection(), user)
        .await?
        .ok_or(Error::NotFound("account"))?;
    if asked.email_verified {
        return Err(Error::conflict(
            "already_verified",
            "The address is verified.",
        ));
    }
    if let Some(last) = asked.last_asked_at
        && let Ok(wait) = (last + RESEND_EVERY - now).to_std()
        && !wait.is_zero()
    {
        return Err(Error::RateLimited { retry_after: wait });
    }
    let email = asked.email.ok_or(Error::NotFound("e-mail address"))?;
    ask(tx, auth, user, &email).await
}

/// Whether a link has work to do. Looking at it does none: programs that look into mails open every link.
pub async fn check_verification(
    connection: &mut PgConnection,
    auth: &Auth,
    token: &LinkToken,
    now: DateTime<Utc>,
) -> Result<Verifiable> {
    let id = VerificationId(token.id(links::VERIFY_EMAIL, &auth.keys)?);
    if sql::open_verification(connection, id, now).await?.is_some() {
        return Ok(Verifiable::Open);
    }
    let verified = sql::verified_by(connection, id).await?;
    verified
        .map(|_| Verifiable::Done)
        .ok_or_else(links::expired)
}

/// How a link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verifiable {
    Open,
    /// It has done its work.
    Done,
}

/// Follows a link. Following it again is no error.
pub async fn verify_email(tx: &mut Tx, auth: &Auth, token: &LinkToken) -> Result<VerifiedEmail> {
    let now = tx.now();
    let id = VerificationId(token.id(links::VERIFY_EMAIL, &auth.keys)?);
    sql::lock_asked(tx.connection(), id).await?;
    let Some(used) = sql::use_verification(tx.connection(), id, now).await? else {
        let email = sql::verified_by(tx.connection(), id).await?;
        return Ok(VerifiedEmail {
            email: email.ok_or_else(links::expired)?,
            email_verified: true,
            already_verified: true,
        });
    };
    let already_verified = match used.is_change {
        true => {
            sql::adopt_email(tx.connection(), used.user_id, &used.email, now)
                .await
                .on_constraint("users_email_taken", accounts::email_taken())?;
            false
        }
        // The account may have another address by now; then the link proves nothing.
        false => sql::mark_verified(tx.connection(), used.user_id, &used.email, now)
            .await?
            .ok_or_else(links::expired)?,
    };
    people::changed(tx, used.user_id).await?;
    Ok(VerifiedEmail {
        email: used.email,
        email_verified: true,
        already_verified,
    })
}

/// The mail that asks, as the world is now. None: there is nothing to ask any more. Who is asked about an address that
/// has an account meanwhile is told so.
pub async fn verification_letter(
    connection: &mut PgConnection,
    config: &Config,
    id: VerificationId,
    now: DateTime<Utc>,
) -> Result<Option<Letter>> {
    let Some(open) = sql::open_verification(connection, id, now).await? else {
        return Ok(None);
    };
    if open.taken {
        return letters::notice(&open.email, &letters::ADDRESS_KNOWN).map(Some);
    }
    let token = LinkToken::sign(links::VERIFY_EMAIL, id.0, &config.auth.keys)?;
    let kind = (open.expires_at, open.is_change);
    letters::verification(config, &open.email, &token, kind).map(Some)
}

impl Example for VerifiedEmail {
    fn example() -> Self {
        Self {
            email: Email::example(),
            email_verified: true,
            already_verified: false,
        }
    }
}
