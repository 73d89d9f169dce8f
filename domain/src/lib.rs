//! Floor 2: what Commons is about. One folder a feature: types, rules, SQL, job contracts. No HTTP, no queues' insides.

pub mod audit;
pub mod comments;
pub mod contacts;
pub mod delivery;
pub mod demo;
pub mod devices;
pub mod error;
mod expiry;
pub mod feed;
pub mod graph;
pub mod hashtags;
pub mod housekeeping;
pub mod idempotency;
pub mod identity;
pub mod ids;
pub mod lifecycle;
pub mod media;
pub mod notifications;
pub mod office;
pub mod operations;
pub mod people;
pub mod posts;
mod seal;
pub mod search;
pub mod seed;
pub mod settings;
mod tongue;
pub mod trends;
pub mod wire;

pub use error::{Error, FieldError, OnConstraint, Result};
pub use ids::{
    ChallengeId, CodeId, CommentId, ContactId, DeviceId, ExportId, HashtagId, IdentityId, MediaId,
    NotificationId, PasswordResetId, PostId, SessionId, UserId, VerificationId,
};
pub use tongue::Tongue;
