//! What a provider publishes of itself: where to go, and its keys. Copies are kept for an hour; where the provider is
//! away an older copy does.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::Jwk;
use reqwest::Url;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Mutex;

use super::OauthError;
use super::http::Http;
use crate::config::is_loopback;

/// A copy is trusted for so long.
const LIFETIME: TimeDelta = TimeDelta::hours(1);

/// A key that is not among those we have may be new: they are asked for again, as often.
const KEYS_EVERY: TimeDelta = TimeDelta::minutes(1);

/// A provider that did not answer is left alone for so long.
const PAUSE: TimeDelta = TimeDelta::seconds(5);

/// OpenID Connect Discovery 1.0, as far as it matters here.
#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    pub(super) issuer: String,
    pub(super) authorization_endpoint: String,
    pub(super) token_endpoint: String,
    pub(super) jwks_uri: String,
    pub(super) userinfo_endpoint: Option<String>,
    pub(super) token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

/// The keys we can read; others are somebody else's.
#[derive(Debug, Deserialize)]
#[serde(from = "Published")]
pub(super) struct Keys(pub(super) Vec<Jwk>);

#[derive(Deserialize)]
struct Published {
    keys: Vec<Value>,
}

impl From<Published> for Keys {
    fn from(published: Published) -> Self {
        let keys = published.keys.into_iter();
        Self(
            keys.filter_map(|key| serde_json::from_value(key).ok())
                .collect(),
        )
    }
}

#[derive(Default)]
pub(super) struct Documents {
    metadata: Copy<Metadata>,
    keys: Copy<Keys>,
}

impl Documents {
    pub(super) async fn metadata(
        &self,
        http: &Http,
        issuer: &str,
        now: DateTime<Utc>,
    ) -> Result<Arc<Metadata>, OauthError> {
        let base = issuer.trim_end_matches('/');
        let url = format!("{base}/.well-known/openid-configuration");
        let metadata = self.metadata.get(http, &url, now, LIFETIME).await?;
        metadata.check(issuer)?;
        Ok(metadata)
    }

    pub(super) async fn keys(
        &self,
        http: &Http,
        metadata: &Metadata,
        now: DateTime<Utc>,
    ) -> Result<Arc<Keys>, OauthError> {
        self.keys.get(http, &metadata.jwks_uri, now, LIFETIME).await
    }

    /// The keys once more, for a token that none of them fits.
    pub(super) async fn newer_keys(
        &self,
        http: &Http,
        metadata: &Metadata,
        now: DateTime<Utc>,
    ) -> Result<Arc<Keys>, OauthError> {
        self.keys
            .get(http, &metadata.jwks_uri, now, KEYS_EVERY)
            .await
    }
}

impl Metadata {
    /// It speaks for whom we asked, and leads nowhere where others read along.
    fn check(&self, issuer: &str) -> Result<(), OauthError> {
        let refused = |why: String| Err(OauthError::Away(format!("its discovery document {why}")));
        if self.issuer != issuer {
            return refused(format!("is that of {}", self.issuer));
        }
        let here = Url::parse(issuer).is_ok_and(|issuer| is_loopback(&issuer));
        let ends = [
            &self.authorization_endpoint,
            &self.token_endpoint,
            &self.jwks_uri,
        ];
        for end in ends.into_iter().chain(&self.userinfo_endpoint) {
            let fits = |url: Url| url.scheme() == "https" || (here && is_loopback(&url));
            if !Url::parse(end).is_ok_and(fits) {
                return refused(format!("names {end}, which is not https"));
            }
        }
        Ok(())
    }

    pub(super) fn takes_basic(&self) -> bool {
        // What a provider that says nothing takes.
        let methods = self.token_endpoint_auth_methods_supported.as_ref();
        methods.is_none_or(|methods| methods.iter().any(|method| method == "client_secret_basic"))
    }
}

/// A document as it was last fetched. One request fetches, the others wait for it.
struct Copy<T>(Mutex<Held<T>>);

struct Held<T> {
    document: Option<Arc<T>>,
    fetched_at: DateTime<Utc>,
    failed_at: DateTime<Utc>,
}

impl<T> Default for Copy<T> {
    fn default() -> Self {
        Self(Mutex::new(Held {
            document: None,
            fetched_at: DateTime::UNIX_EPOCH,
            failed_at: DateTime::UNIX_EPOCH,
        }))
    }
}

impl<T: DeserializeOwned> Copy<T> {
    async fn get(
        &self,
        http: &Http,
        url: &str,
        now: DateTime<Utc>,
        oldest: TimeDelta,
    ) -> Result<Arc<T>, OauthError> {
        let mut held = self.0.lock().await;
        if let Some(document) = held
            .document
            .as_ref()
            .filter(|_| now - held.fetched_at < oldest)
        {
            return Ok(document.clone());
        }
        let paused = now - held.failed_at < PAUSE;
        let fetched = match paused {
            true => Err(OauthError::Away("it was so a moment ago".to_owned())),
            false => http.get::<T>(url, None).await,
        };
        match (fetched, &held.document) {
            (Ok(document), _) => {
                let document = Arc::new(document);
                held.document = Some(document.clone());
                held.fetched_at = now;
                Ok(document)
            }
            (Err(why), Some(document)) => {
                let document = document.clone();
                held.note_failure(now, paused, url, &why);
                Ok(document)
            }
            (Err(why), None) => {
                held.note_failure(now, paused, url, &why);
                Err(OauthError::Away(format!("no {url}: {why}")))
            }
        }
    }
}

impl<T> Held<T> {
    fn note_failure(&mut self, now: DateTime<Utc>, paused: bool, url: &str, why: &OauthError) {
        if !paused {
            tracing::warn!(url, %why, "a provider's document was not to be had");
            self.failed_at = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(issuer: &str, token_endpoint: &str) -> Metadata {
        Metadata {
            issuer: issuer.to_owned(),
            authorization_endpoint: format!("{issuer}/authorize"),
            token_endpoint: token_endpoint.to_owned(),
            jwks_uri: format!("{issuer}/keys"),
            userinfo_endpoint: None,
            token_endpoint_auth_methods_supported: None,
            authorization_response_iss_parameter_supported: false,
        }
    }

    #[test]
    fn a_document_speaks_for_its_issuer_and_leads_to_https() {
        let ours = "https://id.example";
        assert!(
            metadata(ours, "https://id.example/token")
                .check(ours)
                .is_ok()
        );
        assert!(
            metadata(ours, "https://id.example/token")
                .check("https://id.example/")
                .is_err()
        );
        assert!(
            metadata(ours, "http://id.example/token")
                .check(ours)
                .is_err()
        );
        assert!(
            metadata(ours, "http://127.0.0.1/token")
                .check(ours)
                .is_err()
        );
        let here = "http://127.0.0.1:7";
        assert!(
            metadata(here, "http://127.0.0.1:7/token")
                .check(here)
                .is_ok()
        );
        assert!(
            metadata(here, "http://id.example/token")
                .check(here)
                .is_err()
        );
    }

    #[test]
    fn a_key_that_is_not_understood_does_not_hide_the_others() {
        let keys = r#"{"keys": [{"kty": "EC", "crv": "P-999", "x": 1}, {"kty": "RSA", "kid": "a", "n": "AQ", "e": "AQAB"}]}"#;
        let keys: Keys = serde_json::from_str(keys).unwrap();
        assert!(
            keys.0
                .iter()
                .any(|key| key.common.key_id.as_deref() == Some("a"))
        );
    }
}
