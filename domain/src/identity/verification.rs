//! Proving that an address is its owner's: a link in a mail. The link holds the id of the question, signed; nothing
//! secret is stored, and a mail sent twice holds the same link.

use std::time::Duration;

use askama::Template;
use chrono::{DateTime, Utc};
use platform::Tx;
use platform::config::{Auth, Config, SigningKey};
use platform::mail::Letter;
use poem_openapi::Object;
use poem_openapi::registry::MetaSchema;
use poem_openapi::types::Example;
use sqlx::PgConnection;

use super::jobs::SendVerificationMail;
use super::signed::Purpose;
use super::sql;
use crate::people::{self, Email};
use crate::wire::{Fault, WireText, wire_text};
use crate::{Error, Result, UserId, VerificationId};

/// How often a person may ask for another mail.
const RESEND_EVERY: Duration = Duration::from_secs(60);

const PURPOSE: Purpose = Purpose(b"commons.verify-email.1");

/// The token in a verification link: id and signature.
#[derive(Clone, Debug)]
pub struct LinkToken(String);

wire_text!(LinkToken);

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

/// Follows a link. Following it again is no error.
pub async fn verify_email(tx: &mut Tx, auth: &Auth, token: &LinkToken) -> Result<VerifiedEmail> {
    let now = tx.now();
    let id = token
        .checked(&auth.keys)
        .ok_or_else(|| Error::invalid("token", "token_invalid", "This link is not one of ours."))?;
    let expired = || {
        Error::invalid(
            "token",
            "token_expired",
            "This link has expired. Ask for a new one.",
        )
    };
    if let Some(used) = sql::use_verification(tx.connection(), id, now).await? {
        // The account may have another address by now; then the link proves nothing.
        let proved = sql::mark_verified(tx.connection(), used.user_id, &used.email, now).await?;
        people::changed(tx, used.user_id).await?;
        return proved
            .map(|already_verified| VerifiedEmail {
                email: used.email,
                email_verified: true,
                already_verified,
            })
            .ok_or_else(expired);
    }
    let email = sql::verified_by(tx.connection(), id)
        .await?
        .ok_or_else(expired)?;
    Ok(VerifiedEmail {
        email,
        email_verified: true,
        already_verified: true,
    })
}

impl LinkToken {
    fn sign(id: VerificationId, keys: &[SigningKey]) -> Option<Self> {
        PURPOSE.sign(id.0, keys).map(Self)
    }

    fn checked(&self, keys: &[SigningKey]) -> Option<VerificationId> {
        PURPOSE.read(&self.0, keys).map(VerificationId)
    }
}

#[derive(Template)]
#[template(path = "identity/verification.html")]
struct Html<'a> {
    subject: &'a str,
    link: &'a str,
    until: &'a str,
}

#[derive(Template)]
#[template(path = "identity/verification.txt")]
struct Text<'a> {
    link: &'a str,
    until: &'a str,
}

/// The mail that asks, as the world is now. None: there is nothing to ask any more.
///
/// It holds no word that its reader did not write: whoever registered may not be the owner of the address, and must not
/// get to write to strangers in our name.
pub async fn verification_letter(
    connection: &mut PgConnection,
    config: &Config,
    id: VerificationId,
    now: DateTime<Utc>,
) -> Result<Option<Letter>> {
    let Some(open) = sql::open_verification(connection, id, now).await? else {
        return Ok(None);
    };
    let unwritten = |why: &dyn std::fmt::Display| Error::Internal(format!("no letter: {why}"));
    let token = LinkToken::sign(id, &config.auth.keys).ok_or_else(|| unwritten(&"no key"))?;
    let link = format!(
        "{}/api/v1/auth/verify-email?token={}",
        config.http.public_url, token.0
    );
    let subject = "Please confirm your e-mail address";
    let until = open.expires_at.format("%-d %B %Y, %H:%M UTC").to_string();
    let (link, until) = (link.as_str(), until.as_str());
    let html = Html {
        subject,
        link,
        until,
    };
    let text = Text { link, until };
    Ok(Some(Letter {
        to: open.email.as_str().to_owned(),
        subject: subject.to_owned(),
        text: text.render().map_err(|error| unwritten(&error))?,
        html: html.render().map_err(|error| unwritten(&error))?,
    }))
}

impl WireText for LinkToken {
    const NAME: &'static str = "LinkToken";

    /// Anything short may be a token; whether it is one of ours, its signature says.
    fn read(text: &str) -> Result<Self, Fault> {
        match text.len() {
            0 => Err(Fault::new("too_short", "is empty")),
            1..=512 => Ok(Self(text.to_owned())),
            _ => Err(Fault::new("too_long", "is no token")),
        }
    }

    fn show(&self) -> String {
        self.0.clone()
    }

    fn schema() -> MetaSchema {
        MetaSchema {
            min_length: Some(1),
            max_length: Some(512),
            example: Some(Self::example().show().into()),
            ..MetaSchema::new("string")
        }
    }
}

impl Example for LinkToken {
    fn example() -> Self {
        Self("AZMsXm2Aexqfvyochk5db3D1k0xq8mWJv2cR7tYb4nLsU9aPzQ6hEoGdKi3fVjNw".to_owned())
    }
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
