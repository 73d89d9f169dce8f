//! Statements about feeds.

use chrono::{DateTime, Utc};

pub(super) mod explore;
pub(super) mod fan_out;
pub(super) mod home;

type Time = DateTime<Utc>;
type Result<T> = std::result::Result<T, sqlx::Error>;
