//! Calls to providers: short, small, and never anywhere else than asked.

use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, RequestBuilder, StatusCode, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::OauthError;
use crate::config::is_loopback;
use crate::secret::Secret;

/// A provider has so long to answer.
const PATIENCE: Duration = Duration::from_secs(6);

/// No document or answer is larger.
const LARGEST: usize = 512 * 1024;

pub(super) struct Http {
    client: Client,
}

/// How we say who we are at a token endpoint.
pub(super) enum ClientAuth<'a> {
    Basic(&'a Secret),
    Post(&'a Secret),
    None,
}

/// What an endpoint of OAuth refuses with.
#[derive(Deserialize)]
struct Refusal {
    error: Option<String>,
}

impl Http {
    /// For one provider. One on this machine is not looked for behind a proxy.
    pub(super) fn new(provider: &str) -> Result<Self, reqwest::Error> {
        let client = match Url::parse(provider).is_ok_and(|url| is_loopback(&url)) {
            true => Client::builder().no_proxy(),
            false => Client::builder(),
        };
        let client = client
            .user_agent(concat!("commons/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(PATIENCE)
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { client })
    }

    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        url: &str,
        bearer: Option<&str>,
    ) -> Result<T, OauthError> {
        let request = self.client.get(url).header(ACCEPT, "application/json");
        let request = match bearer {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        answer(request).await
    }

    /// Trades something at a token endpoint.
    pub(super) async fn trade<T: DeserializeOwned>(
        &self,
        url: &str,
        client_id: &str,
        auth: ClientAuth<'_>,
        fields: &[(&str, &str)],
    ) -> Result<T, OauthError> {
        let mut fields = fields.to_vec();
        let request = self.client.post(url).header(ACCEPT, "application/json");
        let request = match auth {
            // RFC 6749, 2.3.1: both are written as in a form first.
            ClientAuth::Basic(secret) => {
                request.basic_auth(escaped(client_id), Some(escaped(secret.expose())))
            }
            ClientAuth::Post(secret) => {
                fields.extend([("client_id", client_id), ("client_secret", secret.expose())]);
                request
            }
            ClientAuth::None => {
                fields.push(("client_id", client_id));
                request
            }
        };
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        answer(request.body(form(&fields))).await
    }
}

async fn answer<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, OauthError> {
    // An error of the client's names its URL, which holds no secret; what it sent stays out of it.
    let away = |why: reqwest::Error| OauthError::Away(format!("{why:?}"));
    let mut response = request.send().await.map_err(away)?;
    let status = response.status();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(away)? {
        if body.len() + chunk.len() > LARGEST {
            return Err(OauthError::Refused(format!("more than {LARGEST} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        return Err(OauthError::Away(format!("it answered {status}")));
    }
    let refusal = serde_json::from_slice::<Refusal>(&body).ok();
    let error = refusal.and_then(|refusal| refusal.error);
    // GitHub refuses with 200.
    if !status.is_success() || error.is_some() {
        let error = error.unwrap_or_default();
        return Err(OauthError::Refused(format!(
            "it answered {status} {error:?}"
        )));
    }
    // The message may quote what it could not read, which may be a token: only its place is told.
    serde_json::from_slice(&body).map_err(|error| {
        let place = (error.classify(), error.line(), error.column());
        OauthError::Refused(format!("its answer is not as expected: {place:?}"))
    })
}

fn form(fields: &[(&str, &str)]) -> String {
    let url = Url::parse("form:").map(|mut url| {
        url.query_pairs_mut().extend_pairs(fields);
        url.query().unwrap_or_default().to_owned()
    });
    url.unwrap_or_default()
}

fn escaped(text: &str) -> String {
    form(&[("", text)]).trim_start_matches('=').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_escaped() {
        assert_eq!(form(&[("a", "b c"), ("d", "e&f=+")]), "a=b+c&d=e%26f%3D%2B");
        assert_eq!(escaped("a:b=c"), "a%3Ab%3Dc");
    }
}
