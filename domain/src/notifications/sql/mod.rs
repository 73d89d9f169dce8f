//! Statements about notifications.

pub(super) mod places;
pub(super) mod reading;
pub(super) mod rows;
pub(super) mod sources;

use chrono::{DateTime, Utc};

type Time = DateTime<Utc>;
type Result<T> = std::result::Result<T, sqlx::Error>;
