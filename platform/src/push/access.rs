//! How we get in at Google: a statement that we sign is traded for a token, which is good for an hour.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Client;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{PushError, PushSetupError};
use crate::Clock;
use crate::config;
use crate::provider::{is_passing, reason, retry_after};
use crate::secret::Secret;

const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// How long a statement is good, in seconds; the longest that Google takes.
const GOOD_FOR: i64 = 3600;

/// A token is not used any more so long before it ends.
const EARLY: TimeDelta = TimeDelta::seconds(60);

pub(super) struct Access {
    key: RsaKeyPair,
    key_id: Option<String>,
    client_email: String,
    url: String,
    clock: Clock,
    /// Locked while one is fetched: of many who need one, one asks.
    token: Mutex<Option<(Secret, DateTime<Utc>)>>,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: i64,
}

impl Access {
    pub(super) fn new(fcm: &config::Fcm, clock: Clock) -> Result<Self, PushSetupError> {
        let account = &fcm.account;
        let der = STANDARD.decode(account.private_key.expose());
        let der = der.map_err(|_| PushSetupError::Key("its private_key is no base64"))?;
        let key = RsaKeyPair::from_pkcs8(&der);
        let key = key.map_err(|_| PushSetupError::Key("its private_key is no RSA key"))?;
        Ok(Self {
            key,
            key_id: account.key_id.clone(),
            client_email: account.client_email.clone(),
            url: fcm.token_url.clone(),
            clock,
            token: Mutex::new(None),
        })
    }

    pub(super) async fn token(&self, http: &Client) -> Result<Secret, PushError> {
        let mut kept = self.token.lock().await;
        let now = self.clock.now();
        if let Some((token, until)) = kept.as_ref()
            && *until > now
        {
            return Ok(token.clone());
        }
        let granted = self.fetch(http, now).await?;
        let token = Secret::new(granted.access_token);
        let until = now + TimeDelta::seconds(granted.expires_in.clamp(0, GOOD_FOR)) - EARLY;
        *kept = Some((token.clone(), until));
        Ok(token)
    }

    /// Google does not take `token` any more: the next who needs one fetches another.
    pub(super) async fn forget(&self, token: &Secret) {
        let mut kept = self.token.lock().await;
        if kept.as_ref().is_some_and(|(known, _)| known == token) {
            *kept = None;
        }
    }

    async fn fetch(&self, http: &Client, now: DateTime<Utc>) -> Result<Granted, PushError> {
        let statement = self.statement(now)?;
        let fields = [("grant_type", GRANT), ("assertion", &statement)];
        let asked = http.post(&self.url).form(&fields).send().await;
        let away = |error| PushError::NotSent {
            why: format!("no token: {}", reason(error)),
            after: None,
        };
        let response = asked.map_err(away)?;
        match response.status() {
            status if status.is_success() => {
                let body = response.bytes().await.map_err(away)?;
                let unread = |_| PushError::Refused("no token: its answer has none".to_owned());
                serde_json::from_slice(&body).map_err(unread)
            }
            status if is_passing(status) => Err(PushError::NotSent {
                why: format!("no token: Google answered {}", status.as_u16()),
                after: retry_after(response.headers()),
            }),
            status => Err(PushError::Refused(format!(
                "no token: Google answered {}",
                status.as_u16()
            ))),
        }
    }

    /// RFC 7523.
    fn statement(&self, now: DateTime<Utc>) -> Result<String, PushError> {
        let header = json!({"alg": "RS256", "typ": "JWT", "kid": self.key_id});
        let claims = json!({
            "iss": self.client_email,
            "scope": SCOPE,
            "aud": self.url,
            "iat": now.timestamp(),
            "exp": now.timestamp() + GOOD_FOR,
        });
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let mut signature = vec![0; self.key.public().modulus_len()];
        let rng = SystemRandom::new();
        self.key
            .sign(&RSA_PKCS1_SHA256, &rng, signed.as_bytes(), &mut signature)
            .map_err(|_| PushError::Refused("no token: the key signs nothing".to_owned()))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}
