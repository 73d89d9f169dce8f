//! FCM's HTTP v1 API.

use std::time::Duration;

use reqwest::{Client, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::Access;
use super::{Push, PushError, PushSetupError};
use crate::Clock;
use crate::config;
use crate::provider::{client, is_passing, reason, retry_after};
use crate::secret::Secret;

/// Whoever is told to slow down and not for how long waits so long: FCM's own rule.
const SLOWER: Duration = Duration::from_secs(60);

/// Kept for a telephone that is off, in seconds: what happened two days ago is read in the application.
const KEPT_FOR: u32 = 2 * 24 * 3600;

pub(super) struct Fcm {
    http: Client,
    url: String,
    access: Access,
}

impl Fcm {
    pub(super) fn new(
        config: &config::Fcm,
        patience: Duration,
        clock: Clock,
    ) -> Result<Self, PushSetupError> {
        let project = &config.account.project_id;
        Ok(Self {
            http: client(patience)?,
            url: format!("{}/v1/projects/{project}/messages:send", config.base_url),
            access: Access::new(config, clock)?,
        })
    }

    /// A token that Google has taken back before its time is fetched anew, once.
    pub(super) async fn send(&self, push: &Push) -> Result<(), PushError> {
        let token = self.access.token(&self.http).await?;
        match self.post(push, &token).await? {
            Answer::Sent => Ok(()),
            Answer::Failed(error) => Err(error),
            Answer::TokenRefused => {
                self.access.forget(&token).await;
                let token = self.access.token(&self.http).await?;
                match self.post(push, &token).await? {
                    Answer::Sent => Ok(()),
                    Answer::Failed(error) => Err(error),
                    Answer::TokenRefused => {
                        Err(PushError::Refused("FCM does not let us in: 401".to_owned()))
                    }
                }
            }
        }
    }

    async fn post(&self, push: &Push, token: &Secret) -> Result<Answer, PushError> {
        let request = self.http.post(&self.url).bearer_auth(token.expose());
        let response = request.json(&message(push)).send().await;
        let response = response.map_err(|error| PushError::NotSent {
            why: reason(error),
            after: None,
        })?;
        Ok(answer(response).await)
    }
}

enum Answer {
    Sent,
    /// The token with which we ask, not that of the installation.
    TokenRefused,
    Failed(PushError),
}

async fn answer(response: Response) -> Answer {
    let status = response.status();
    if status.is_success() {
        return Answer::Sent;
    }
    let after = retry_after(response.headers());
    let body = response.bytes().await.unwrap_or_default();
    let fault = serde_json::from_slice::<Failure>(&body).unwrap_or_default();
    let (code, number) = (fault.error.code(), status.as_u16());
    let said = format!("FCM answered {number} {code}");
    Answer::Failed(match status {
        _ if code == "UNREGISTERED" || code == "SENDER_ID_MISMATCH" => PushError::Gone(said),
        StatusCode::BAD_REQUEST if fault.error.is_about_the_token() => PushError::Gone(said),
        StatusCode::UNAUTHORIZED if code != "THIRD_PARTY_AUTH_ERROR" => {
            return Answer::TokenRefused;
        }
        StatusCode::TOO_MANY_REQUESTS => PushError::NotSent {
            why: said,
            after: after.or(Some(SLOWER)),
        },
        status if is_passing(status) => PushError::NotSent { why: said, after },
        _ => PushError::Refused(said),
    })
}

/// Of all that FCM says of a failure its codes and the field: the words may repeat what was sent.
#[derive(Default, Deserialize)]
struct Failure {
    error: Fault,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Fault {
    status: String,
    details: Vec<Detail>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Detail {
    error_code: Option<String>,
    field_violations: Vec<Violation>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Violation {
    field: String,
}

impl Fault {
    /// FCM's own code, else that of Google's APIs; nothing but capitals and underscores.
    fn code(&self) -> &str {
        let own = self.details.iter();
        let own = own.filter_map(|detail| detail.error_code.as_deref()).next();
        let code = own.unwrap_or(&self.status);
        let is_code = |c: char| c.is_ascii_uppercase() || c == '_';
        match code.len() <= 40 && code.chars().all(is_code) {
            true => code,
            false => "",
        }
    }

    fn is_about_the_token(&self) -> bool {
        let violations = self.details.iter().flat_map(|one| &one.field_violations);
        self.code() == "INVALID_ARGUMENT"
            && violations
                .into_iter()
                .any(|one| one.field == "message.token")
    }
}

/// As FCM wants it. The collapse word stands in each platform's own place: while the telephone is off the last push
/// alone is kept, and what is shown already is replaced.
pub(super) fn message(push: &Push) -> Value {
    let word = &push.collapse;
    json!({"message": {
        "token": push.token.expose(),
        "notification": {"title": push.title, "body": push.body},
        "data": push.data,
        "android": {
            "collapse_key": word,
            "ttl": format!("{KEPT_FOR}s"),
            "notification": {"tag": word},
        },
        "apns": {
            "headers": {"apns-collapse-id": word},
            "payload": {"aps": {"thread-id": word, "sound": "default"}},
        },
        "webpush": {
            "headers": {"TTL": KEPT_FOR.to_string()},
            "notification": {"tag": word},
        },
    }})
}
