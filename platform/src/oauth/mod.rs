//! Accounts elsewhere: who somebody is with a provider, by OpenID Connect or by GitHub's plain OAuth 2.0.
//!
//! People are sent to [a URL of the provider's](ProviderClient::authorization_url) and come back with a code. The code
//! is [traded](ProviderClient::identify) for what the provider says of them. Where they go is configuration, so nobody
//! outside decides whom we call.

mod apple;
mod documents;
mod github;
mod http;
mod id_token;
mod oidc;

use std::sync::Arc;

use reqwest::Url;

use crate::Clock;
use crate::config::{Config, Provider, ProviderKind, ReturnTo};
use documents::Documents;
use http::Http;

/// What a provider says of somebody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Who they are there; never given to another.
    pub subject: String,
    pub email: Option<String>,
    /// Whether the provider vouches for the address.
    pub email_verified: bool,
    pub full_name: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub picture_url: Option<String>,
}

/// What goes with people to the provider and has to fit what comes back.
#[derive(Clone, Debug)]
pub struct Binding {
    pub state: String,
    pub nonce: String,
    /// The secret half of PKCE.
    pub verifier: String,
}

#[derive(Debug, thiserror::Error)]
pub enum OauthError {
    /// Worth another try.
    #[error("the provider is away: {0}")]
    Away(String),
    /// What it answered, or what was said in its name, is not good.
    #[error("the provider's answer is not good: {0}")]
    Refused(String),
}

#[derive(Debug, thiserror::Error)]
pub enum OauthSetupError {
    #[error("no HTTP client for providers: {0}")]
    Http(#[from] reqwest::Error),
    #[error("OAUTH_{0}_PRIVATE_KEY signs nothing: {1}")]
    Key(String, OauthError),
}

#[derive(Clone)]
pub struct Oauth {
    inner: Arc<Inner>,
}

struct Inner {
    known: Vec<Known>,
    return_to: Vec<ReturnTo>,
    clock: Clock,
    callbacks: String,
}

struct Known {
    provider: Provider,
    documents: Documents,
    http: Http,
}

/// One provider, to be talked to.
#[derive(Clone, Copy)]
pub struct ProviderClient<'a> {
    known: &'a Known,
    inner: &'a Inner,
}

impl Oauth {
    pub fn new(config: &Config, clock: Clock) -> Result<Self, OauthSetupError> {
        let mut known = Vec::new();
        for provider in &config.providers.list {
            if let ProviderKind::Apple(apple) = &provider.kind {
                let secret = apple::client_secret(apple, &provider.client_id, clock.now());
                let name = provider.name.to_ascii_uppercase();
                secret.map_err(|why| OauthSetupError::Key(name, why))?;
            }
            known.push(Known {
                provider: provider.clone(),
                documents: Documents::default(),
                http: Http::new(provider.kind.issuer())?,
            });
        }
        Ok(Self {
            inner: Arc::new(Inner {
                known,
                return_to: config.providers.return_to.clone(),
                clock,
                callbacks: format!("{}/api/v1/auth/oauth", config.http.public_url),
            }),
        })
    }

    pub fn providers(&self) -> impl Iterator<Item = &Provider> {
        self.inner.known.iter().map(|known| &known.provider)
    }

    pub fn find(&self, name: &str) -> Option<ProviderClient<'_>> {
        let mut all = self.inner.known.iter();
        let known = all.find(|known| known.provider.name == name)?;
        Some(ProviderClient {
            known,
            inner: &self.inner,
        })
    }

    /// The place an application wants people sent back to, as a browser will read it. None where it is not listed.
    pub fn place_to_return_to(&self, text: &str) -> Option<String> {
        /// What we say to the application there.
        const OURS: [&str; 4] = ["code", "state", "error", "linked"];
        let url = Url::parse(text).ok()?;
        let plain =
            url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        let path = url.path().to_ascii_lowercase();
        let plain = plain && !path.contains("%2f") && !path.contains("%5c");
        let free = !url.query_pairs().any(|(name, _)| OURS.contains(&&*name));
        let listed = self.inner.return_to.iter().any(|place| place.covers(&url));
        (plain && free && listed).then(|| url.into())
    }
}

impl ProviderClient<'_> {
    pub fn name(&self) -> &str {
        &self.known.provider.name
    }

    /// Whether people come back by a POST from the provider's pages, and not by a link.
    pub fn posts_back(&self) -> bool {
        matches!(self.known.provider.kind, ProviderKind::Apple(_))
    }

    /// Where to send somebody who wants to sign in there.
    pub async fn authorization_url(&self, binding: &Binding) -> Result<String, OauthError> {
        match &self.known.provider.kind {
            ProviderKind::Github(github) => Ok(github::authorization_url(self, github, binding)),
            kind @ (ProviderKind::Oidc(_) | ProviderKind::Apple(_)) => {
                oidc::authorization_url(self, kind.issuer(), binding).await
            }
        }
    }

    /// Who came back with this code. `issuer` is who says so, where they do (RFC 9207).
    pub async fn identify(
        &self,
        code: &str,
        issuer: Option<&str>,
        binding: &Binding,
    ) -> Result<Identity, OauthError> {
        match &self.known.provider.kind {
            ProviderKind::Github(github) => github::identify(self, github, code, binding).await,
            ProviderKind::Oidc(_) | ProviderKind::Apple(_) => {
                oidc::identify(self, code, issuer, binding).await
            }
        }
    }

    fn redirect_uri(&self) -> String {
        format!("{}/{}/callback", self.inner.callbacks, self.name())
    }

    /// The parameters that every provider takes.
    fn asked<'a>(&'a self, binding: &'a Binding) -> Vec<(&'static str, String)> {
        vec![
            ("response_type", "code".to_owned()),
            ("client_id", self.known.provider.client_id.clone()),
            ("redirect_uri", self.redirect_uri()),
            ("scope", self.known.provider.scopes.clone()),
            ("state", binding.state.clone()),
            ("code_challenge", challenge(&binding.verifier)),
            ("code_challenge_method", "S256".to_owned()),
        ]
    }
}

/// The public half of PKCE: the S256 of RFC 7636.
pub fn challenge(verifier: &str) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use sha2::{Digest, Sha256};
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// `url` with more parameters.
pub fn with_parameters(url: &str, parameters: &[(&str, &str)]) -> Option<String> {
    let mut url = Url::parse(url).ok()?;
    url.query_pairs_mut().extend_pairs(parameters);
    Some(url.into())
}

/// The fields of a form, as browsers post one.
pub fn form_fields(form: &[u8]) -> Vec<(String, String)> {
    let form = String::from_utf8_lossy(form);
    // A query is a form.
    let Ok(mut url) = Url::parse("form:") else {
        return Vec::new();
    };
    url.set_query(Some(&form));
    url.query_pairs().into_owned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_that_of_the_rfc() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(
            challenge(verifier),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn a_form_is_read_as_browsers_write_it() {
        let fields = form_fields(b"code=a%2Bb+c&user=%7B%22x%22%3A1%7D&empty=");
        let expected = [("code", "a+b c"), ("user", "{\"x\":1}"), ("empty", "")];
        assert_eq!(
            fields,
            expected.map(|(name, text)| (name.to_owned(), text.to_owned()))
        );
    }

    #[test]
    fn parameters_are_added_to_those_there_are_and_escaped() {
        let url = with_parameters("https://a.example/in?x=1", &[("error", "a b&c")]);
        assert_eq!(
            url.as_deref(),
            Some("https://a.example/in?x=1&error=a+b%26c")
        );
    }
}
