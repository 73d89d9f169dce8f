//! OpenID Connect: the code flow with PKCE and a nonce.

use serde::Deserialize;

use super::http::ClientAuth;
use super::id_token::{self, Expected, Fault, Profile};
use super::{Binding, Identity, OauthError, ProviderClient, apple, with_parameters};
use crate::config::{Oidc, ProviderKind};
use crate::secret::Secret;

use super::documents::Metadata;

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    access_token: Option<String>,
}

pub(super) async fn authorization_url(
    client: &ProviderClient<'_>,
    issuer: &str,
    binding: &Binding,
) -> Result<String, OauthError> {
    let metadata = client.metadata(issuer).await?;
    let mut parameters = client.asked(binding);
    parameters.push(("nonce", binding.nonce.clone()));
    if client.posts_back() {
        parameters.push(("response_mode", "form_post".to_owned()));
    }
    let parameters: Vec<(&str, &str)> = parameters
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let url = with_parameters(&metadata.authorization_endpoint, &parameters);
    url.ok_or_else(|| OauthError::Away("its authorization endpoint is no URL".to_owned()))
}

pub(super) async fn identify(
    client: &ProviderClient<'_>,
    code: &str,
    said_by: Option<&str>,
    binding: &Binding,
) -> Result<Identity, OauthError> {
    let issuer = client.known.provider.kind.issuer();
    let metadata = client.metadata(issuer).await?;
    let must_say = metadata.authorization_response_iss_parameter_supported;
    if said_by.map_or(must_say, |said_by| said_by != issuer) {
        return Err(OauthError::Refused("another issuer's answer".to_owned()));
    }
    let tokens = client.trade(&metadata, code, binding).await?;
    let profile = client
        .verified(&metadata, &tokens.id_token, binding)
        .await?;
    let profile = match (
        &profile.email,
        &metadata.userinfo_endpoint,
        &tokens.access_token,
    ) {
        (None, Some(url), Some(token)) => client.more(url, token, profile).await?,
        _ => profile,
    };
    Ok(Identity {
        subject: profile.sub,
        email: profile.email,
        email_verified: profile.email_verified,
        full_name: profile.name,
        first_name: profile.given_name,
        last_name: profile.family_name,
        picture_url: profile.picture,
    })
}

impl ProviderClient<'_> {
    async fn metadata(&self, issuer: &str) -> Result<std::sync::Arc<Metadata>, OauthError> {
        let (known, now) = (self.known, self.inner.clock.now());
        known.documents.metadata(&known.http, issuer, now).await
    }

    async fn trade(
        &self,
        metadata: &Metadata,
        code: &str,
        binding: &Binding,
    ) -> Result<Tokens, OauthError> {
        let provider = &self.known.provider;
        let signed: Secret;
        let auth = match &provider.kind {
            ProviderKind::Oidc(Oidc {
                secret: Some(secret),
                ..
            }) => match metadata.takes_basic() {
                true => ClientAuth::Basic(secret),
                false => ClientAuth::Post(secret),
            },
            ProviderKind::Apple(apple) => {
                let now = self.inner.clock.now();
                signed = apple::client_secret(apple, &provider.client_id, now)?;
                ClientAuth::Post(&signed)
            }
            _ => ClientAuth::None,
        };
        let redirect_uri = self.redirect_uri();
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri.as_str()),
            ("code_verifier", binding.verifier.as_str()),
        ];
        let (http, client_id) = (&self.known.http, &provider.client_id);
        http.trade(&metadata.token_endpoint, client_id, auth, &fields)
            .await
    }

    async fn verified(
        &self,
        metadata: &Metadata,
        token: &str,
        binding: &Binding,
    ) -> Result<Profile, OauthError> {
        let (known, now) = (self.known, self.inner.clock.now());
        let expected = Expected {
            issuer: &metadata.issuer,
            client_id: &known.provider.client_id,
            nonce: &binding.nonce,
            now,
        };
        let keys = known.documents.keys(&known.http, metadata, now).await?;
        let mut verified = id_token::verify(token, &keys, &expected);
        if matches!(verified, Err(Fault::UnknownKey)) {
            let keys = known
                .documents
                .newer_keys(&known.http, metadata, now)
                .await?;
            verified = id_token::verify(token, &keys, &expected);
        }
        verified.map_err(|fault| {
            OauthError::Refused(match fault {
                Fault::UnknownKey => "its ID token: signed by a key it does not publish".to_owned(),
                Fault::Bad(why) => format!("its ID token: {why}"),
            })
        })
    }

    /// Many providers tell the address only here.
    async fn more(&self, url: &str, token: &str, known: Profile) -> Result<Profile, OauthError> {
        let more: Profile = self.known.http.get(url, Some(token)).await?;
        match more.sub == known.sub {
            true => Ok(more),
            false => Err(OauthError::Refused("userinfo is about another".to_owned())),
        }
    }
}
