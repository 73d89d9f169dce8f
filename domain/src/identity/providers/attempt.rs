//! On the way to a provider and back. What goes along is bound three ways: a state that is good once, a cookie that
//! stays in the browser, a nonce and a verifier that only a key of ours derives from the state.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use platform::config::{Auth, SigningKey};
use platform::oauth::{Binding, Identity, OauthError, ProviderClient};
use platform::{Platform, Tx};
use ring::hmac;
use sha2::{Digest, Sha256};

use super::sql;
use super::texts::{AppState, CodeChallenge, ReturnTo};
use crate::{Error, Result, UserId};

/// So long somebody may take at the provider's.
pub(super) const GOOD_FOR: TimeDelta = TimeDelta::minutes(10);

/// What is signed, besides the state: a signature made for another purpose is none of these.
const PURPOSE: &[u8] = b"commons.provider-attempt.1 ";

/// How an application wants somebody back. Without `return_to` the callback itself answers.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub return_to: Option<ReturnTo>,
    pub state: Option<AppState>,
    pub code_challenge: Option<CodeChallenge>,
}

/// Where and how somebody goes back to their application.
#[derive(Clone, Debug)]
pub struct WayBack {
    pub return_to: String,
    pub app_state: Option<String>,
    pub(super) code_challenge: String,
}

/// Somebody about to leave for a provider.
pub struct Departure {
    pub(super) provider: String,
    pub(super) signed_by: String,
    pub(super) way_back: Option<WayBack>,
    state: String,
    /// Where they go.
    pub url: String,
    /// What stays with their browser.
    pub browser: String,
    /// Whether they come back by a POST from the provider's pages.
    pub posts_back: bool,
}

/// Somebody who came back: the same, in the same browser, for the first time.
pub struct Attempt {
    pub way_back: Option<WayBack>,
    pub(super) provider: String,
    /// Who links an account. None: somebody signs in.
    pub(super) linking: Option<UserId>,
    binding: Binding,
}

impl Departure {
    /// Makes ready. Asks the provider where its doors are: do it before a transaction begins.
    pub async fn to(platform: &Platform, provider: &str, asked: Asked) -> Result<Self> {
        let provider = known(platform, provider)?;
        let way_back = asked.checked(platform)?;
        let key = platform.config.auth.keys.first();
        let key = key.ok_or_else(|| Error::Internal("there is no key".to_owned()))?;
        let state = random()?;
        let url = provider.authorization_url(&binding(key, &state)).await;
        Ok(Self {
            provider: provider.name().to_owned(),
            signed_by: key.id.clone(),
            way_back,
            state,
            url: url.map_err(refused)?,
            browser: random()?,
            posts_back: provider.posts_back(),
        })
    }

    /// Names the cookie, so that two attempts of one browser do not disturb each other.
    pub fn tag(&self) -> String {
        tag(&self.state)
    }

    pub(super) fn hashes(&self) -> (Vec<u8>, Vec<u8>) {
        (hash(&self.state), hash(&self.browser))
    }
}

impl Asked {
    fn checked(self, platform: &Platform) -> Result<Option<WayBack>> {
        let Some(ReturnTo(return_to)) = self.return_to else {
            return Ok(None);
        };
        let place = platform.oauth.place_to_return_to(&return_to);
        let refused = "is not a place of OAUTH_RETURN_TO";
        let place = place.ok_or_else(|| Error::invalid("return_to", "not_allowed", refused))?;
        let challenge = self.code_challenge;
        let required = "is required with `return_to`";
        let challenge =
            challenge.ok_or_else(|| Error::invalid("code_challenge", "required", required))?;
        Ok(Some(WayBack {
            return_to: place,
            app_state: self.state.map(|state| state.0),
            code_challenge: challenge.0,
        }))
    }
}

/// Writes down that somebody leaves: to sign in, or to link an account to the person named.
pub async fn depart(tx: &mut Tx, departure: &Departure, linking: Option<UserId>) -> Result<()> {
    let now = tx.now();
    sql::insert_attempt(tx.connection(), departure, linking, now, now + GOOD_FOR).await?;
    Ok(())
}

/// Lets somebody come back, once. Of two at once one wins. What they left for is over, whatever comes of it.
///
/// Whoever links an account from an application needs no cookie: the application completes it, signed in, with its
/// verifier, and another browser gets nothing of use.
pub async fn take(
    tx: &mut Tx,
    auth: &Auth,
    provider: &str,
    state: &str,
    browser: Option<&str>,
) -> Result<Attempt> {
    let (state_hash, browser) = (hash(state), browser.map(hash));
    let now = tx.now();
    let browser = browser.unwrap_or_default();
    let row = sql::take_attempt(tx.connection(), &state_hash, provider, &browser, now).await?;
    let row = row.ok_or_else(attempt_invalid)?;
    let key = auth.keys.iter().find(|key| key.id == row.signed_by);
    let way_back = row.return_to.zip(row.code_challenge);
    Ok(Attempt {
        way_back: way_back.map(|(return_to, code_challenge)| WayBack {
            return_to,
            app_state: row.app_state,
            code_challenge,
        }),
        provider: provider.to_owned(),
        linking: row.user_id,
        binding: binding(key.ok_or_else(attempt_invalid)?, state),
    })
}

/// Asks the provider who came back with this code.
pub async fn identify(
    platform: &Platform,
    attempt: &Attempt,
    code: &str,
    issuer: Option<&str>,
) -> Result<Identity> {
    let provider = known(platform, &attempt.provider)?;
    let identified = provider.identify(code, issuer, &attempt.binding).await;
    identified.map_err(refused)
}

/// The word that tells one attempt's cookie from another's.
pub(super) fn tag(state: &str) -> String {
    URL_SAFE_NO_PAD.encode(&hash(state)[..9])
}

impl Attempt {
    /// The word in the name of the cookie that belongs to this state.
    pub fn tag(state: &str) -> String {
        tag(state)
    }
}

fn known<'a>(platform: &'a Platform, provider: &str) -> Result<ProviderClient<'a>> {
    let provider = platform.oauth.find(provider);
    provider.ok_or(Error::NotFound("provider"))
}

fn refused(why: OauthError) -> Error {
    tracing::warn!(%why, "a provider did not say who somebody is");
    match why {
        OauthError::Away(_) => Error::Unavailable("provider"),
        OauthError::Refused(_) => Error::Unauthenticated("provider_refused"),
    }
}

fn attempt_invalid() -> Error {
    let detail =
        "This sign-in was begun in another browser, is over, or took too long. Begin again.";
    Error::invalid("state", "attempt_invalid", detail)
}

fn binding(key: &SigningKey, state: &str) -> Binding {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.secret.expose().as_bytes());
    let derived = |purpose: &[u8]| {
        let signed = hmac::sign(&key, &[PURPOSE, purpose, b" ", state.as_bytes()].concat());
        URL_SAFE_NO_PAD.encode(signed)
    };
    Binding {
        state: state.to_owned(),
        nonce: derived(b"nonce"),
        verifier: derived(b"verifier"),
    }
}

pub(super) fn random() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::Internal(format!("no randomness: {error}")))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn hash(text: &str) -> Vec<u8> {
    Sha256::digest(text).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_along_follows_from_the_state_and_the_key_and_differs_by_purpose() {
        let key = |text: &str| text.parse::<SigningKey>().unwrap();
        let ours = key("a:0123456789abcdef0123456789abcdef");
        let one = binding(&ours, "state");
        assert_eq!(one.verifier, binding(&ours, "state").verifier);
        assert_ne!(one.verifier, one.nonce);
        assert_ne!(one.verifier, binding(&ours, "other").verifier);
        let theirs = key("a:fedcba9876543210fedcba9876543210");
        assert_ne!(one.verifier, binding(&theirs, "state").verifier);
        assert_eq!(one.verifier.len(), 43);
    }
}
