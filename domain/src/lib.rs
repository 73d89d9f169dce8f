//! Floor 2: what Commons is about. One folder a feature: types, rules, SQL, job contracts. No HTTP, no queues' insides.

pub mod error;

pub use error::{Error, FieldError, OnConstraint, Result};
