//! GitHub: OAuth 2.0 without OpenID Connect; who somebody is, its API says.

use serde::Deserialize;

use super::http::ClientAuth;
use super::{Binding, Identity, OauthError, ProviderClient, with_parameters};
use crate::config::Github;

#[derive(Deserialize)]
struct Tokens {
    access_token: String,
}

#[derive(Deserialize)]
struct User {
    id: u64,
    name: Option<String>,
    avatar_url: Option<String>,
}

#[derive(Deserialize)]
struct Address {
    email: String,
    primary: bool,
    verified: bool,
}

pub(super) fn authorization_url(
    client: &ProviderClient<'_>,
    github: &Github,
    binding: &Binding,
) -> String {
    let parameters = client.asked(binding);
    let parameters: Vec<(&str, &str)> = parameters
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let url = format!("{}/login/oauth/authorize", github.url);
    with_parameters(&url, &parameters).unwrap_or(url)
}

pub(super) async fn identify(
    client: &ProviderClient<'_>,
    github: &Github,
    code: &str,
    binding: &Binding,
) -> Result<Identity, OauthError> {
    let (http, client_id) = (&client.known.http, &client.known.provider.client_id);
    let redirect_uri = client.redirect_uri();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri.as_str()),
        ("code_verifier", binding.verifier.as_str()),
    ];
    let url = format!("{}/login/oauth/access_token", github.url);
    let auth = ClientAuth::Post(&github.secret);
    let tokens: Tokens = http.trade(&url, client_id, auth, &fields).await?;
    let token = Some(tokens.access_token.as_str());
    let user: User = http.get(&format!("{}/user", github.api_url), token).await?;
    let url = format!("{}/user/emails", github.api_url);
    let addresses = match http.get::<Vec<Address>>(&url, token).await {
        // They may keep their addresses to themselves.
        Err(OauthError::Refused(_)) => Vec::new(),
        answered => answered?,
    };
    // The address in `user` is what they show, which nobody has checked.
    let primary = addresses
        .into_iter()
        .find(|one| one.primary && one.verified);
    Ok(Identity {
        subject: user.id.to_string(),
        email_verified: primary.is_some(),
        email: primary.map(|one| one.email),
        full_name: user.name,
        first_name: None,
        last_name: None,
        picture_url: user.avatar_url,
    })
}
