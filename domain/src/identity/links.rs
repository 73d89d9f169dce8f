//! Links in mails: the id of what is asked, signed. Nothing secret is stored, and a mail sent twice holds the same link.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use platform::config::SigningKey;
use poem_openapi::registry::MetaSchema;
use poem_openapi::types::Example;
use ring::hmac;
use uuid::Uuid;

use crate::wire::{Fault, WireText, wire_text};
use crate::{Error, Result};

/// The token in a link: id and signature.
#[derive(Clone, Debug)]
pub struct LinkToken(String);

wire_text!(LinkToken);

/// What a link is for. A signature made for one purpose is worth nothing for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    VerifyEmail,
    ResetPassword,
}

impl Purpose {
    fn name(self) -> &'static [u8] {
        match self {
            Self::VerifyEmail => b"commons.verify-email.1",
            Self::ResetPassword => b"commons.reset-password.1",
        }
    }

    fn signed(self, id: Uuid) -> Vec<u8> {
        [self.name(), id.as_bytes()].concat()
    }
}

impl LinkToken {
    /// Signs with the newest key.
    pub(super) fn sign(purpose: Purpose, id: Uuid, keys: &[SigningKey]) -> Result<Self> {
        let newest = keys.first();
        let newest = newest.ok_or_else(|| Error::Internal("no link: no key".to_owned()))?;
        let signature = hmac::sign(&key(newest), &purpose.signed(id));
        let bytes = [id.as_bytes(), signature.as_ref()].concat();
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The id it was signed for, where it is one of ours.
    pub(super) fn id(&self, purpose: Purpose, keys: &[SigningKey]) -> Result<Uuid> {
        let refused = || Error::invalid("token", "token_invalid", "This link is not one of ours.");
        self.checked(purpose, keys).ok_or_else(refused)
    }

    fn checked(&self, purpose: Purpose, keys: &[SigningKey]) -> Option<Uuid> {
        let bytes = URL_SAFE_NO_PAD.decode(&self.0).ok()?;
        let (id, signature) = bytes.split_at_checked(16)?;
        let id = Uuid::from_slice(id).ok()?;
        let ours = |by: &SigningKey| hmac::verify(&key(by), &purpose.signed(id), signature).is_ok();
        keys.iter().any(ours).then_some(id)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn key(key: &SigningKey) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, key.secret.expose().as_bytes())
}

/// A link that was good once.
pub(super) fn expired() -> Error {
    Error::invalid(
        "token",
        "token_expired",
        "This link has expired. Ask for a new one.",
    )
}

impl WireText for LinkToken {
    const NAME: &'static str = "LinkToken";

    /// Anything short may be a token; whether it is one of ours, its signature says.
    fn read(text: &str) -> Result<Self, Fault> {
        match text.len() {
            0 => Err(Fault::new("too_short", "is empty")),
            1..=512 => Ok(Self(text.to_owned())),
            _ => Err(Fault::new("too_long", "is no token")),
        }
    }

    fn show(&self) -> String {
        self.0.clone()
    }

    fn schema() -> MetaSchema {
        MetaSchema {
            min_length: Some(1),
            max_length: Some(512),
            example: Some(Self::example().show().into()),
            ..MetaSchema::new("string")
        }
    }
}

impl Example for LinkToken {
    fn example() -> Self {
        Self("AZMsXm2Aexqfvyochk5db3D1k0xq8mWJv2cR7tYb4nLsU9aPzQ6hEoGdKi3fVjNw".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(texts: &[&str]) -> Vec<SigningKey> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    const OLD: &str = "old:0123456789abcdef0123456789abcdef";
    const NEW: &str = "new:fedcba9876543210fedcba9876543210";

    #[test]
    fn a_link_outlives_a_new_key_and_is_good_for_its_purpose_alone() {
        let id = Uuid::from_u128(7);
        let link = LinkToken::sign(Purpose::VerifyEmail, id, &keys(&[OLD])).unwrap();
        let both = keys(&[NEW, OLD]);
        assert_eq!(link.id(Purpose::VerifyEmail, &both).unwrap(), id);
        assert!(link.id(Purpose::ResetPassword, &both).is_err());
        assert!(link.id(Purpose::VerifyEmail, &keys(&[NEW])).is_err());
        let cut = LinkToken(link.0[..link.0.len() - 4].to_owned());
        assert!(cut.id(Purpose::VerifyEmail, &both).is_err());
    }
}
