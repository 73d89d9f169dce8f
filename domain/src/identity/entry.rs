//! The threshold. Whoever showed who they are, in whatever way, comes in here and nowhere else: what stands against
//! letting them in is asked once, for all ways.

use platform::Tx;
use platform::config::Auth;
use poem_openapi::Object;
use poem_openapi::types::Example;

use super::sessions::{self, Device};
use super::{Passed, SignedIn, accounts, second_factor, sql};
use crate::lifecycle::jobs::SendKeptMail;
use crate::{Error, Result, UserId, hashtags, people};

/// The refusal of somebody whose address is not proved, where it has to be.
pub const EMAIL_UNVERIFIED: &str = "email_unverified";

/// How somebody showed who they are.
#[derive(Clone, Copy, Debug)]
pub enum Way<'a> {
    /// By the password behind this hash: where it has been changed meanwhile, it does not count.
    Password(&'a str),
    /// By a code sent to their phone.
    Code,
    /// By an account elsewhere.
    Provider,
    /// By their second factor, after one of the others.
    SecondFactor(Passed),
}

impl Way<'_> {
    fn name(self) -> &'static str {
        match self {
            Self::Password(_) => "password",
            Self::Code => "code",
            Self::Provider => "provider",
            Self::SecondFactor(_) => "second_factor",
        }
    }
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Entry {
    SignedIn(Box<SignedIn>),
    /// They have a second factor: they show it to `/auth/two-factor/verify`, with this.
    Challenged(Challenge),
}

/// One more thing to show.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub struct Challenge {
    /// Always true: there is no session yet.
    pub two_factor_required: bool,
    /// Send it with the code. Good for a few minutes.
    pub challenge: String,
    /// Seconds until it expires.
    pub expires_in: i64,
}

/// Lets somebody in, or asks for their second factor. Coming back ends a deactivation, and calls off a deletion.
pub async fn enter(
    tx: &mut Tx,
    auth: &Auth,
    user: UserId,
    way: Way<'_>,
    device: &Device,
) -> Result<Entry> {
    let now = tx.now();
    let threshold = sql::threshold(tx.connection(), user, now).await?;
    let threshold = threshold.filter(|found| !found.deleted);
    let found = threshold.ok_or_else(sessions::wrong_credentials)?;
    if let Way::Password(hash) = way
        && found.password_hash.as_deref() != Some(hash)
    {
        return Err(sessions::wrong_credentials());
    }
    if found.suspended {
        return Err(Error::denied(
            "account_suspended",
            "This account is suspended.",
        ));
    }
    // Whoever came by a number or by an account elsewhere has proved what they came by.
    if auth.require_verified_email && found.unproved && matches!(way, Way::Password(_)) {
        return Err(Error::denied(
            EMAIL_UNVERIFIED,
            "Confirm your e-mail address first: the link is in your mail.",
        ));
    }
    let passed = matches!(way, Way::SecondFactor(passed) if passed.is_of(user));
    if !passed && let Some(challenge) = second_factor::challenge(tx, auth, user, way.name()).await?
    {
        return Ok(Entry::Challenged(challenge));
    }
    let admitted = sql::admit(tx.connection(), user, now).await?;
    if admitted.is_kept {
        tx.enqueue(SendKeptMail { user_id: user }).await?;
    }
    if admitted.is_back {
        hashtags::author_changed(tx, user).await?;
    }
    people::changed(tx, user).await?;
    let account = accounts::account(tx.connection(), user).await?;
    let tokens = sessions::open(tx, auth, user, account.role, device).await?;
    Ok(Entry::SignedIn(Box::new(SignedIn { account, tokens })))
}

impl Example for Challenge {
    fn example() -> Self {
        Self {
            two_factor_required: true,
            challenge: "AZMsXm2Aexqfvyochk5db3D1k0xq8mWJv2cR7tYb4nLsU9aPzQ6hEoGdKi3fVjNw"
                .to_owned(),
            expires_in: 300,
        }
    }
}
