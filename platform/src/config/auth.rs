use std::str::FromStr;
use std::time::Duration;

use super::reader::Reader;
use crate::secret::Secret;

/// Tokens and sessions.
#[derive(Clone, Debug)]
pub struct Auth {
    /// The first one signs; all of them verify.
    pub keys: Vec<SigningKey>,
    pub issuer: String,
    pub audience: String,
    pub cookie_same_site: SameSite,
    pub access_ttl: Duration,
    pub refresh_ttl: Duration,
    pub verification_ttl: Duration,
    pub reset_ttl: Duration,
    /// Where the link of a reset mail leads; a page of our own where nothing is said.
    pub reset_url: Option<String>,
    pub require_verified_email: bool,
    pub idempotency_ttl: Duration,
}

#[derive(Clone, Debug)]
pub struct SigningKey {
    pub id: String,
    pub secret: Secret,
}

impl FromStr for SigningKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // The value is a secret: a message must not repeat it.
        let (id, secret) = text.split_once(':').ok_or("a key is written id:secret")?;
        if id.is_empty() || secret.len() < 32 {
            return Err("a key needs an id and a secret of at least 32 characters".to_owned());
        }
        Ok(Self {
            id: id.to_owned(),
            secret: Secret::new(secret),
        })
    }
}

/// Which pages' requests carry our cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// Those of the site the API is on.
    Lax,
    /// Any; which of them may read the answers, CORS decides.
    None,
}

impl FromStr for SameSite {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "lax" => Ok(Self::Lax),
            "none" => Ok(Self::None),
            _ => Err(format!("`{text}` is neither lax nor none")),
        }
    }
}

impl Auth {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.section("Sign-in");
        let keys = reader.required_list::<SigningKey>("AUTH_KEYS", "Keys that sign tokens, id:secret (32 characters or more), comma-separated, the newest first: it signs, all of them verify.");
        let issuer = reader.or("AUTH_ISSUER", "commons", "The `iss` of access tokens.");
        let audience = reader.maybe("AUTH_AUDIENCE", "Their `aud`. Not set: AUTH_ISSUER.");
        let cookie_same_site = reader.or(
            "AUTH_COOKIE_SAMESITE",
            "lax",
            "Whose pages may use the cookies of browsers: lax for pages of the same site, none for origins of CORS_ORIGINS on other sites too (it takes https).",
        );
        let access_ttl = reader.span(
            "AUTH_ACCESS_TTL",
            "15m",
            "How long an access token is good.",
        );
        let refresh_ttl = reader.span(
            "AUTH_REFRESH_TTL",
            "7d",
            "How long a refresh token is good: the longest a device may stay away.",
        );
        let verification_ttl = reader.span(
            "AUTH_VERIFICATION_TTL",
            "24h",
            "How long the link of a verification mail is good.",
        );
        let reset_ttl = reader.span(
            "AUTH_RESET_TTL",
            "1h",
            "How long the link to a new password is good.",
        );
        let reset_url = reader.maybe::<String>(
            "PASSWORD_RESET_URL",
            "Page that asks for a new password: `?token=` is added to it. Not set: a page of the API's own.",
        );
        let require_verified_email = reader.flag(
            "AUTH_REQUIRE_VERIFIED_EMAIL",
            "Who registers is let in once their address is proved, and nobody learns whether an address has an account.",
        );
        let idempotency_ttl = reader.span(
            "IDEMPOTENCY_TTL",
            "24h",
            "How long an answer is kept for its Idempotency-Key.",
        );
        let issuer: String = issuer?;
        Some(Self {
            keys: keys?,
            audience: audience?.unwrap_or_else(|| issuer.clone()),
            issuer,
            cookie_same_site: cookie_same_site?,
            access_ttl: access_ttl?,
            refresh_ttl: refresh_ttl?,
            verification_ttl: verification_ttl?,
            reset_ttl: reset_ttl?,
            reset_url: reset_url?,
            require_verified_email: require_verified_email?,
            idempotency_ttl: idempotency_ttl?,
        })
    }
}
