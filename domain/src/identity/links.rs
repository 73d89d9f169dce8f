//! Links in mails: the id of what is asked, signed. Nothing secret is stored, and a mail sent twice holds the same link.

use platform::config::SigningKey;
use poem_openapi::registry::MetaSchema;
use poem_openapi::types::Example;
use uuid::Uuid;

use super::signed::Purpose;
use crate::wire::{Fault, WireText, wire_text};
use crate::{Error, Result};

/// The token in a link: id and signature.
#[derive(Clone, Debug)]
pub struct LinkToken(String);

wire_text!(LinkToken);

/// A link that proves an address.
pub(super) const VERIFY_EMAIL: Purpose = Purpose(b"commons.verify-email.1");

/// A link to a new password.
pub(super) const RESET_PASSWORD: Purpose = Purpose(b"commons.reset-password.1");

impl LinkToken {
    /// Signs with the newest key.
    pub(super) fn sign(purpose: Purpose, id: Uuid, keys: &[SigningKey]) -> Result<Self> {
        let signed = purpose.sign(id, keys).map(Self);
        signed.ok_or_else(|| Error::Internal("no link: no key".to_owned()))
    }

    /// The id it was signed for, where it is one of ours.
    pub(super) fn id(&self, purpose: Purpose, keys: &[SigningKey]) -> Result<Uuid> {
        let refused = || Error::invalid("token", "token_invalid", "This link is not one of ours.");
        purpose.read(&self.0, keys).ok_or_else(refused)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
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
