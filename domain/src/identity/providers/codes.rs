//! The code that somebody brings from the provider to their application. It is in a URL, so it is worth nothing by
//! itself: only the application that sent them has the verifier, it is good once, and for a minute.

use chrono::TimeDelta;
use platform::Tx;
use platform::config::Auth;
use platform::oauth::Identity;
use platform::secret::Secret;
use poem_openapi::Object;
use poem_openapi::types::Example;

use super::texts::{CodeVerifier, OneTimeCode};
use super::{LinkedIdentity, attempt, linked, sql};
use crate::identity::sessions::Device;
use crate::identity::{Entry, Way, entry};
use crate::{Error, Result, UserId};

const GOOD_FOR: TimeDelta = TimeDelta::seconds(60);

/// A code, and what shows that it was meant for whoever brings it.
#[derive(Clone, Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct CodeTrade {
    /// The `code` that `return_to` was called with.
    pub code: OneTimeCode,
    /// What `code_challenge` was the S256 of.
    pub code_verifier: CodeVerifier,
}

/// A code that lets `user` in, or links an account elsewhere to them.
pub(super) async fn hand_out(
    tx: &mut Tx,
    user: UserId,
    challenge: &str,
    link: Option<(&str, &Identity)>,
) -> Result<Secret> {
    let code = OneTimeCode(Secret::new(attempt::random()?));
    let (hash, now) = (code.hash(), tx.now());
    let new = sql::NewCode {
        hash: &hash,
        challenge,
        user,
        link,
    };
    sql::insert_code(tx.connection(), &new, now, now + GOOD_FOR).await?;
    Ok(code.0)
}

/// Lets in whoever brings a code. Of two at once one wins.
pub async fn enter_with_code(
    tx: &mut Tx,
    auth: &Auth,
    trade: &CodeTrade,
    device: &Device,
) -> Result<Entry> {
    let (hash, challenge) = (trade.code.hash(), trade.code_verifier.challenge());
    let now = tx.now();
    let user = sql::use_code(tx.connection(), &hash, &challenge.0, now).await?;
    let user = user.ok_or_else(code_invalid)?;
    entry::enter(tx, auth, user, Way::Provider, device).await
}

/// Links the account elsewhere that a code stands for, to the one who set out to link it.
pub async fn link_with_code(
    tx: &mut Tx,
    user: UserId,
    trade: &CodeTrade,
) -> Result<LinkedIdentity> {
    let (hash, challenge) = (trade.code.hash(), trade.code_verifier.challenge());
    let now = tx.now();
    let found = sql::use_link_code(tx.connection(), &hash, &challenge.0, user, now).await?;
    let found = found.ok_or_else(code_invalid)?;
    let identity = Identity {
        subject: found.subject,
        email: found.email,
        ..Identity::default()
    };
    linked::link(tx, user, &found.provider, &identity).await
}

fn code_invalid() -> Error {
    let detail = "This code is not good: it was used, is too old, or was meant for another.";
    Error::invalid("code", "code_invalid", detail)
}

impl Example for CodeTrade {
    fn example() -> Self {
        Self {
            code: OneTimeCode::example(),
            code_verifier: CodeVerifier::example(),
        }
    }
}
