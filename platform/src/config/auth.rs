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

impl Auth {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.section("Sign-in");
        let keys = reader.required_list::<SigningKey>("AUTH_KEYS", "Keys that sign tokens, id:secret (32 characters or more), comma-separated, the newest first: it signs, all of them verify.");
        let issuer = reader.or(
            "AUTH_ISSUER",
            "commons",
            "The `iss` and `aud` of access tokens.",
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
        Some(Self {
            keys: keys?,
            issuer: issuer?,
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
