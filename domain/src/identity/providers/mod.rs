//! Signing in with an account elsewhere.
//!
//! Somebody [leaves](Departure) for a provider and [comes back](take) with a code, once, in the browser they left with.
//! The provider [says who they are](identify), and then they [arrive](arrive): at the person their account elsewhere
//! belongs to, at the person whose proved address it is, or as somebody new. An application gets a [code](codes) of ours
//! for it, which it [trades](enter_with_code) for a session: no token is ever part of a URL.
//!
//! Whoever is signed in [links](link_with_code) accounts elsewhere to their own, and [unlinks](unlink) them.

mod arrival;
mod attempt;
mod codes;
mod linked;
mod sql;
mod texts;

pub use arrival::{Arrival, NamesTold, arrive};
pub use attempt::{Asked, Attempt, Departure, WayBack, depart, identify, take};
pub use codes::{CodeTrade, enter_with_code, link_with_code};
pub use linked::{LinkedIdentity, identities, may_link, unlink};
pub use texts::{AppState, CodeChallenge, CodeVerifier, OneTimeCode, ReturnTo};

use chrono::{DateTime, Utc};
use platform::Tx;
use platform::oauth::Oauth;
use poem_openapi::Object;
use poem_openapi::types::Example;

use crate::Result;

/// A provider that people may sign in with.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub struct SignInProvider {
    /// Its word in paths.
    pub name: String,
    /// Its word for people.
    pub title: String,
}

/// All of them, in the order of the settings.
pub fn offered(oauth: &Oauth) -> Vec<SignInProvider> {
    let offered = oauth.providers().map(|provider| SignInProvider {
        name: provider.name.clone(),
        title: provider.title.clone(),
    });
    offered.collect()
}

/// Deletes what nobody came back for, at most `limit` rows of each kind.
pub(super) async fn purge_expired(tx: &mut Tx, now: DateTime<Utc>, limit: i64) -> Result<u64> {
    let attempts = sql::delete_expired_attempts(tx.connection(), now, limit).await?;
    let codes = sql::delete_expired_codes(tx.connection(), now, limit).await?;
    Ok(attempts + codes)
}

impl Example for SignInProvider {
    fn example() -> Self {
        Self {
            name: "google".to_owned(),
            title: "Google".to_owned(),
        }
    }
}
