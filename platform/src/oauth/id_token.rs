//! ID tokens: what has to be right before a word of them is believed (OpenID Connect Core, 3.1.3.7).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde::{Deserialize, Deserializer};

use super::documents::Keys;

/// Clocks differ by so many seconds.
const LEEWAY: f64 = 60.0;

/// What a token has to say.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now: DateTime<Utc>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// No key fits: it may be a new one.
    UnknownKey,
    Bad(&'static str),
}

/// What is said of somebody, in an ID token or at the userinfo endpoint.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Profile {
    pub(super) sub: String,
    pub(super) email: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    pub(super) email_verified: bool,
    pub(super) name: Option<String>,
    pub(super) given_name: Option<String>,
    pub(super) family_name: Option<String>,
    pub(super) picture: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    azp: Option<String>,
    exp: f64,
    iat: f64,
    nbf: Option<f64>,
    nonce: Option<String>,
    #[serde(flatten)]
    profile: Profile,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Apple writes it as a text.
fn flag<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    let value = serde_json::Value::deserialize(value)?;
    Ok(value == true || value == "true")
}

pub(super) fn verify(token: &str, keys: &Keys, expected: &Expected<'_>) -> Result<Profile, Fault> {
    // Knows no `none`.
    let header = jsonwebtoken::decode_header(token).map_err(|_| Fault::Bad("no JWT"))?;
    if header.crit.is_some() {
        return Err(Fault::Bad("a critical header that we do not know"));
    }
    let key = key_of(&header, keys)?;
    // Claims are checked below, against our clock; here only the signature counts, by the one algorithm.
    let mut validation = Validation::new(header.alg);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let key = DecodingKey::from_jwk(key).map_err(|_| Fault::Bad("a key we cannot read"))?;
    let decoded = jsonwebtoken::decode::<Claims>(token, &key, &validation);
    let claims = decoded
        .map_err(|_| Fault::Bad("its signature or its form"))?
        .claims;
    claims.check(expected)?;
    Ok(claims.profile)
}

/// The key that the header names, where it is one for the algorithm that the header names.
fn key_of<'a>(header: &Header, keys: &'a Keys) -> Result<&'a Jwk, Fault> {
    if !ALGORITHMS.contains(&header.alg) {
        return Err(Fault::Bad("an algorithm that we do not take"));
    }
    let mut fitting = keys.0.iter().filter(|key| fits(key, header.alg));
    let Some(kid) = &header.kid else {
        // Allowed where there is only one.
        return match (fitting.next(), fitting.next()) {
            (Some(key), None) => Ok(key),
            _ => Err(Fault::Bad("no key id")),
        };
    };
    let is_named = |key: &&Jwk| key.common.key_id.as_ref() == Some(kid);
    fitting
        .find(is_named)
        .ok_or_else(|| match keys.0.iter().any(|key| is_named(&key)) {
            true => Fault::Bad("a key that is not for its algorithm"),
            false => Fault::UnknownKey,
        })
}

/// Those that a public key verifies: with any other, whoever knows the public key could sign.
const ALGORITHMS: [Algorithm; 4] = [
    Algorithm::RS256,
    Algorithm::PS256,
    Algorithm::ES256,
    Algorithm::EdDSA,
];

fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let signs = !matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption));
    let said = key
        .common
        .key_algorithm
        .is_none_or(|said| said == KeyAlgorithm::from(algorithm));
    let length = |text: &str| URL_SAFE_NO_PAD.decode(text).map_or(0, |bytes| bytes.len());
    let kind = match (&key.algorithm, algorithm) {
        // From 2048 bits on.
        (AlgorithmParameters::RSA(rsa), Algorithm::RS256 | Algorithm::PS256) => {
            length(&rsa.n) >= 256
        }
        (AlgorithmParameters::EllipticCurve(ec), Algorithm::ES256) => {
            ec.curve == EllipticCurve::P256
        }
        (AlgorithmParameters::OctetKeyPair(ed), Algorithm::EdDSA) => {
            ed.curve == EllipticCurve::Ed25519 && length(&ed.x) == 32
        }
        _ => false,
    };
    signs && said && kind
}

impl Claims {
    fn check(&self, expected: &Expected<'_>) -> Result<(), Fault> {
        let (client, now) = (expected.client_id, expected.now.timestamp() as f64);
        let (for_us, for_others) = match &self.aud {
            Audience::One(one) => (one == client, false),
            Audience::Many(many) => (many.iter().any(|one| one == client), many.len() > 1),
        };
        let party = self.azp.as_deref();
        let subject = self.profile.sub.len();
        let rules = [
            (self.iss == expected.issuer, "another issuer"),
            (for_us, "not meant for us"),
            (
                party.map_or(!for_others, |party| party == client),
                "handed to another party",
            ),
            (now < self.exp + LEEWAY, "expired"),
            (self.iat <= now + LEEWAY, "from the future"),
            (
                self.nbf.is_none_or(|from| from <= now + LEEWAY),
                "not good yet",
            ),
            (
                self.nonce.as_deref() == Some(expected.nonce),
                "of another sign-in",
            ),
            ((1..=255).contains(&subject), "without a subject"),
        ];
        let broken = rules.into_iter().find(|(kept, _)| !kept);
        broken.map_or(Ok(()), |(_, why)| Err(Fault::Bad(why)))
    }
}
