//! What a client holds: a signed access token for minutes, an opaque refresh token for days.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use platform::config::Auth;
use platform::secret::Secret;
use poem_openapi::Object;
use poem_openapi::registry::MetaSchema;
use poem_openapi::types::Example;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::people::{Actor, Role};
use crate::wire::{Fault, WireText, wire_text};
use crate::{Error, Result, SessionId, UserId};

/// Tells an access token from any other token signed with the same keys (RFC 9068).
const TYPE: &str = "at+jwt";

/// Sixty-four hexadecimal digits would be as random; these are shorter.
const REFRESH_BYTES: usize = 32;

/// The way in for the next minutes, and the way to the next one.
#[derive(Clone, Debug, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct Tokens {
    /// The access token: `Authorization: Bearer …`. In a cookie where `Commons-Session: cookie` asked for that.
    pub token: Option<String>,
    /// `Bearer`, or `Cookie` where the tokens are in cookies.
    pub token_type: String,
    /// Seconds until the access token expires.
    pub expires_in: i64,
    /// Good once, for the next pair of tokens. Showing it twice ends the session. In a cookie as the other.
    pub refresh_token: Option<String>,
    /// Only with cookies: whatever changes something sends it as `X-CSRF-Token`. The same for the whole session.
    pub csrf_token: Option<String>,
}

impl Example for Tokens {
    fn example() -> Self {
        Self {
            token: Some("eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJIUzI1NiIsImtpZCI6Im1haW4ifQ.eyJzdWIiOiIuLi4ifQ.c2lnbmF0dXJl"
                .to_owned()),
            token_type: "Bearer".to_owned(),
            expires_in: 900,
            refresh_token: Some(RefreshToken::EXAMPLE.to_owned()),
            csrf_token: None,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    sid: SessionId,
    role: Role,
    iat: i64,
    exp: i64,
}

/// Signs an access token with the newest key.
pub(super) fn sign(auth: &Auth, actor: Actor, now: DateTime<Utc>) -> Result<String> {
    let unsigned = |why: &dyn std::fmt::Display| Error::Internal(format!("no access token: {why}"));
    let key = auth.keys.first().ok_or_else(|| unsigned(&"no key"))?;
    let header = Header {
        typ: Some(TYPE.to_owned()),
        kid: Some(key.id.clone()),
        ..Header::new(Algorithm::HS256)
    };
    let claims = Claims {
        iss: auth.issuer.clone(),
        aud: auth.audience.clone(),
        sub: actor.user,
        sid: actor.session,
        role: actor.role,
        iat: now.timestamp(),
        exp: (now + auth.access_ttl).timestamp(),
    };
    let key = EncodingKey::from_secret(key.secret.expose().as_bytes());
    jsonwebtoken::encode(&header, &claims, &key).map_err(|error| unsigned(&error))
}

/// Reads an access token: signed by us, meant for us, not expired. Whether its session still stands, only the database
/// knows.
pub fn verify(auth: &Auth, token: &str, now: DateTime<Utc>) -> Result<Actor> {
    let malformed = || Error::Unauthenticated("token_malformed");
    let header = jsonwebtoken::decode_header(token).map_err(|_| malformed())?;
    if header.typ.as_deref() != Some(TYPE) {
        return Err(malformed());
    }
    let key = auth
        .keys
        .iter()
        .find(|key| Some(&key.id) == header.kid.as_ref());
    let key = key.ok_or_else(malformed)?;
    // The library would ask the wall clock; time is checked below, against ours.
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_exp = false;
    validation.set_issuer(&[&auth.issuer]);
    validation.set_audience(&[&auth.audience]);
    validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
    let key = DecodingKey::from_secret(key.secret.expose().as_bytes());
    let claims: Claims = jsonwebtoken::decode(token, &key, &validation)
        .map_err(|_| malformed())?
        .claims;
    if claims.exp <= now.timestamp() {
        return Err(Error::Unauthenticated("token_expired"));
    }
    Ok(Actor {
        user: claims.sub,
        session: claims.sid,
        role: claims.role,
    })
}

/// A refresh token in the hands of a client. Only its hash is kept.
#[derive(Clone, Debug)]
pub struct RefreshToken(Secret);

wire_text!(RefreshToken);

impl RefreshToken {
    const EXAMPLE: &str = "pX1c6Yk0b9m2Qw7uVt3sRzL8nJ4hG5fD0aKeIoCxTyU";

    pub(super) fn random() -> Result<Self> {
        let mut bytes = [0; REFRESH_BYTES];
        getrandom::fill(&mut bytes)
            .map_err(|error| Error::Internal(format!("no randomness: {error}")))?;
        Ok(Self(Secret::new(URL_SAFE_NO_PAD.encode(bytes))))
    }

    pub(super) fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.expose()).to_vec()
    }

    /// Tells it from others without giving it away.
    pub fn fingerprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.hash())
    }

    pub(super) fn hand_over(self, token: String, access_ttl: Duration) -> Tokens {
        Tokens {
            token: Some(token),
            token_type: "Bearer".to_owned(),
            expires_in: i64::try_from(access_ttl.as_secs()).unwrap_or(i64::MAX),
            refresh_token: Some(self.0.expose().to_owned()),
            csrf_token: None,
        }
    }
}

impl Example for RefreshToken {
    fn example() -> Self {
        Self(Secret::new(Self::EXAMPLE))
    }
}

impl WireText for RefreshToken {
    const NAME: &'static str = "RefreshToken";

    fn read(text: &str) -> Result<Self, Fault> {
        match text.len() {
            1..=512 => Ok(Self(Secret::new(text))),
            0 => Err(Fault::new("too_short", "is empty")),
            _ => Err(Fault::new("too_long", "is no refresh token")),
        }
    }

    fn show(&self) -> String {
        Self::EXAMPLE.to_owned()
    }

    fn schema() -> MetaSchema {
        MetaSchema {
            min_length: Some(1),
            max_length: Some(512),
            example: Some(Self::EXAMPLE.into()),
            ..MetaSchema::new("string")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use platform::config::SigningKey;

    fn auth(keys: &[&str]) -> Auth {
        let ttl = Duration::from_secs(900);
        Auth {
            keys: keys
                .iter()
                .map(|key| key.parse::<SigningKey>().unwrap())
                .collect(),
            issuer: "commons".to_owned(),
            audience: "apps".to_owned(),
            cookie_same_site: platform::config::SameSite::Lax,
            access_ttl: ttl,
            refresh_ttl: ttl,
            verification_ttl: ttl,
            reset_ttl: ttl,
            reset_url: None,
            require_verified_email: false,
            idempotency_ttl: ttl,
        }
    }

    const OLD: &str = "old:0123456789abcdef0123456789abcdef";
    const NEW: &str = "new:fedcba9876543210fedcba9876543210";

    fn actor() -> Actor {
        Actor {
            user: UserId::example(),
            session: SessionId::example(),
            role: Role::Member,
        }
    }

    fn refusal(result: &Result<Actor>) -> &'static str {
        match result {
            Err(Error::Unauthenticated(code)) => code,
            _ => "none",
        }
    }

    #[test]
    fn a_token_outlives_a_new_key_and_dies_with_the_old_one() {
        let now = DateTime::UNIX_EPOCH;
        let token = sign(&auth(&[OLD]), actor(), now).unwrap();
        assert_eq!(verify(&auth(&[NEW, OLD]), &token, now).unwrap(), actor());
        assert_eq!(
            refusal(&verify(&auth(&[NEW]), &token, now)),
            "token_malformed"
        );
    }

    #[test]
    fn a_token_counts_by_the_one_algorithm_alone() {
        let now = DateTime::UNIX_EPOCH;
        let token = sign(&auth(&[NEW]), actor(), now).unwrap();
        let (_, rest) = token.split_once('.').unwrap();
        for algorithm in ["none", "HS512", "RS256"] {
            let header = format!(r#"{{"typ":"{TYPE}","alg":"{algorithm}","kid":"new"}}"#);
            let (claims, signature) = rest.split_once('.').unwrap();
            let signature = if algorithm == "none" { "" } else { signature };
            let forged = format!("{}.{claims}.{signature}", URL_SAFE_NO_PAD.encode(header));
            assert_eq!(
                refusal(&verify(&auth(&[NEW]), &forged, now)),
                "token_malformed",
                "{algorithm}"
            );
        }
        assert!(verify(&auth(&[NEW]), &token, now).is_ok());
    }

    #[test]
    fn a_token_expires_by_our_clock() {
        let now = DateTime::UNIX_EPOCH;
        let token = sign(&auth(&[NEW]), actor(), now).unwrap();
        let last = now + Duration::from_secs(899);
        assert!(verify(&auth(&[NEW]), &token, last).is_ok());
        let after = now + Duration::from_secs(900);
        assert_eq!(
            refusal(&verify(&auth(&[NEW]), &token, after)),
            "token_expired"
        );
    }

    #[test]
    fn tokens_of_another_kind_or_issuer_are_malformed() {
        let now = DateTime::UNIX_EPOCH;
        let key = EncodingKey::from_secret(b"fedcba9876543210fedcba9876543210");
        let claims = Claims {
            iss: "commons".to_owned(),
            aud: "apps".to_owned(),
            sub: actor().user,
            sid: actor().session,
            role: Role::Admin,
            iat: 0,
            exp: 900,
        };
        let header = Header {
            kid: Some("new".to_owned()),
            ..Header::new(Algorithm::HS256)
        };
        let untyped = jsonwebtoken::encode(&header, &claims, &key).unwrap();
        assert_eq!(
            refusal(&verify(&auth(&[NEW]), &untyped, now)),
            "token_malformed"
        );
        let elsewhere = Auth {
            issuer: "elsewhere".to_owned(),
            ..auth(&[NEW])
        };
        let for_others = Auth {
            audience: "others".to_owned(),
            ..auth(&[NEW])
        };
        for foreign in [elsewhere, for_others] {
            let foreign = sign(&foreign, actor(), now).unwrap();
            assert_eq!(
                refusal(&verify(&auth(&[NEW]), &foreign, now)),
                "token_malformed"
            );
        }
        assert_eq!(
            refusal(&verify(&auth(&[NEW]), "nonsense", now)),
            "token_malformed"
        );
    }
}
