//! Ids as types of their own, so that one never stands where another belongs.

use chrono::{DateTime, Utc};
use poem_openapi::registry::MetaSchema;
use poem_openapi::types::Example;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::wire::{Fault, WireText, wire_text};

/// A UUIDv7 of November 2024.
const EXAMPLE: Uuid = Uuid::from_u128(0x0193_2c5e_6d80_7b1a_9f3b_2a1c_4e5d_6f70);

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type,
        )]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new one; it sorts by `now`.
            pub fn at(now: DateTime<Utc>) -> Self {
                Self(platform::id_at(now))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl WireText for $name {
            const NAME: &'static str = stringify!($name);

            fn read(text: &str) -> Result<Self, Fault> {
                Uuid::try_parse(text)
                    .map(Self)
                    .map_err(|_| Fault::new("invalid", "must be a UUID"))
            }

            fn show(&self) -> String {
                self.to_string()
            }

            fn schema() -> MetaSchema {
                MetaSchema {
                    example: Some(EXAMPLE.to_string().into()),
                    ..MetaSchema::new_with_format("string", "uuid")
                }
            }
        }

        impl Example for $name {
            fn example() -> Self {
                Self(EXAMPLE)
            }
        }

        wire_text!($name);
    };
}

id!(
    /// A person's account.
    UserId
);
id!(
    /// A signed-in device: the family of its refresh tokens.
    SessionId
);
id!(
    /// Somebody who is asked for their second factor.
    ChallengeId
);
id!(
    /// One wish for a new password.
    PasswordResetId
);
id!(
    /// Somebody in an address book.
    ContactId
);
id!(
    /// One mail that asks whether an address belongs to a person.
    VerificationId
);
id!(
    /// One code that was sent to a phone.
    CodeId
);
id!(
    /// A person's account elsewhere.
    IdentityId
);
id!(
    /// A picture, a video, a sound or a document.
    MediaId
);
id!(
    /// A post.
    PostId
);
id!(
    /// A comment under a post.
    CommentId
);
id!(
    /// A hashtag.
    HashtagId
);
id!(
    /// What happened to a person, grouped.
    NotificationId
);
id!(
    /// An installation of an application that gets pushes.
    DeviceId
);
id!(
    /// One time that a person took their data along.
    ExportId
);
