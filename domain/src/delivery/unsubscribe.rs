//! Ending mails by the link in them, without signing in. The link names a person and a kind of mails, and is signed: it
//! does one thing, any number of times, for as long as the key that signed it stands in `AUTH_KEYS`.

use platform::Tx;
use platform::config::{Config, SigningKey};
use poem_openapi::registry::MetaSchema;
use poem_openapi::types::Example;
use sqlx::PgConnection;

use crate::identity::signed::Purpose;
use crate::settings::{self, NotificationType};
use crate::wire::{Fault, WireText, wire_text};
use crate::{Error, Result, Tongue, UserId};

/// Mails that one link ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subscription {
    /// Those of one kind of notification.
    Kind(NotificationType),
    Digest,
}

/// The token in the link: which mails, whose, and the signature.
#[derive(Clone, Debug)]
pub struct UnsubscribeToken(String);

wire_text!(UnsubscribeToken);

const DIGEST: &str = "weekly_digest";

impl Subscription {
    fn name(self) -> &'static str {
        match self {
            Self::Kind(kind) => kind.name(),
            Self::Digest => DIGEST,
        }
    }

    fn named(name: &str) -> Option<Self> {
        match name {
            DIGEST => Some(Self::Digest),
            name => NotificationType::named(name).map(Self::Kind),
        }
    }

    /// A link that ends one kind of mails ends no other.
    fn purpose(self) -> Vec<u8> {
        format!("commons.unsubscribe.1.{}", self.name()).into_bytes()
    }
}

impl UnsubscribeToken {
    pub(super) fn sign(user: UserId, of: Subscription, keys: &[SigningKey]) -> Result<Self> {
        let signed = Purpose(&of.purpose()).sign(user.0, keys);
        let signed = signed.ok_or_else(|| Error::Internal("no link: no key".to_owned()))?;
        Ok(Self(format!("{}.{signed}", of.name())))
    }

    pub(super) fn link(&self, config: &Config) -> String {
        let house = &config.http.public_url;
        format!("{house}/api/v1/unsubscribe?token={}", self.0)
    }

    fn read_by(&self, keys: &[SigningKey]) -> Option<(UserId, Subscription)> {
        let (name, signed) = self.0.split_once('.')?;
        let of = Subscription::named(name)?;
        let user = Purpose(&of.purpose()).read(signed, keys)?;
        Some((UserId(user), of))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether the link ends mails; opening it ends none. Answers the language of whoever it was sent to.
pub async fn check_unsubscribe(
    connection: &mut PgConnection,
    config: &Config,
    token: &UnsubscribeToken,
) -> Result<Tongue> {
    let (user, _) = found(&config.auth.keys, token)?;
    settings::tongue(connection, &config.people, user).await
}

/// Ends them. Again, nothing changes. Answers the same.
pub async fn unsubscribe(tx: &mut Tx, config: &Config, token: &UnsubscribeToken) -> Result<Tongue> {
    let (user, of) = found(&config.auth.keys, token)?;
    let kind = match of {
        Subscription::Kind(kind) => Some(kind),
        Subscription::Digest => None,
    };
    settings::end_mails(tx, user, kind).await?;
    settings::tongue(tx.connection(), &config.people, user).await
}

fn found(keys: &[SigningKey], token: &UnsubscribeToken) -> Result<(UserId, Subscription)> {
    let refused = || Error::invalid("token", "token_invalid", "This link is not one of ours.");
    token.read_by(keys).ok_or_else(refused)
}

impl WireText for UnsubscribeToken {
    const NAME: &'static str = "UnsubscribeToken";

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

impl Example for UnsubscribeToken {
    fn example() -> Self {
        Self("system.AZMsXm2Aexqfvyochk5db3D1k0xq8mWJv2cR7tYb4nLsU9aPzQ6hEoGdKi3fVjNw".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_ends_what_it_was_signed_for_and_nothing_else() {
        let key = "k1:0123456789abcdef0123456789abcdef".parse::<SigningKey>();
        let (keys, user) = ([key.unwrap()], UserId(uuid::Uuid::from_u128(7)));
        let of = Subscription::Kind(NotificationType::Like);
        let token = UnsubscribeToken::sign(user, of, &keys).unwrap();
        assert_eq!(token.read_by(&keys), Some((user, of)));
        let (_, signed) = token.0.split_once('.').unwrap();
        for other in ["comment", "weekly_digest", "nothing", ""] {
            let forged = UnsubscribeToken(format!("{other}.{signed}"));
            assert_eq!(forged.read_by(&keys), None);
        }
        let digest = UnsubscribeToken::sign(user, Subscription::Digest, &keys).unwrap();
        assert_eq!(digest.read_by(&keys), Some((user, Subscription::Digest)));
    }
}
