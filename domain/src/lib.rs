//! Floor 2: what Commons is about. One folder a feature: types, rules, SQL, job contracts. No HTTP, no queues' insides.

pub mod audit;
pub mod error;
pub mod housekeeping;
pub mod idempotency;
pub mod identity;
pub mod ids;
pub mod lifecycle;
pub mod operations;
pub mod people;
pub mod wire;

pub use error::{Error, FieldError, OnConstraint, Result};
pub use ids::{ExportId, SessionId, UserId, VerificationId};
