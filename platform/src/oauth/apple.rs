//! Apple takes no client secret but one that is signed with a key of ours.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;

use super::OauthError;
use crate::config::Apple;
use crate::secret::Secret;

/// It is used at once.
const GOOD_FOR: i64 = 300;

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    iat: i64,
    exp: i64,
    aud: &'a str,
    sub: &'a str,
}

pub(super) fn client_secret(
    apple: &Apple,
    client_id: &str,
    now: DateTime<Utc>,
) -> Result<Secret, OauthError> {
    let unsigned = |why: String| OauthError::Refused(format!("no client secret: {why}"));
    let key = STANDARD.decode(apple.private_key.expose());
    let key = key.map_err(|_| unsigned("the key is no base64".to_owned()))?;
    let header = Header {
        kid: Some(apple.key_id.clone()),
        ..Header::new(Algorithm::ES256)
    };
    let claims = Claims {
        iss: &apple.team_id,
        iat: now.timestamp(),
        exp: now.timestamp() + GOOD_FOR,
        aud: &apple.issuer,
        sub: client_id,
    };
    let signed = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ec_der(&key));
    signed
        .map(Secret::new)
        .map_err(|why| unsigned(why.to_string()))
}
