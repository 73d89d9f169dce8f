//! The one source of the current time. Production reads the system's; tests hold one still and move it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};

#[derive(Clone, Debug, Default)]
pub struct Clock {
    frozen: Option<Arc<AtomicI64>>,
}

impl Clock {
    pub fn system() -> Self {
        Self { frozen: None }
    }

    pub fn frozen_at(at: DateTime<Utc>) -> Self {
        Self {
            frozen: Some(Arc::new(AtomicI64::new(at.timestamp_micros()))),
        }
    }

    /// Microseconds are what Postgres keeps, so a time survives the way there and back.
    pub fn now(&self) -> DateTime<Utc> {
        let micros = match &self.frozen {
            Some(frozen) => frozen.load(Ordering::SeqCst),
            None => system_micros(),
        };
        DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::UNIX_EPOCH)
    }

    /// Moves a frozen clock; the system's cannot be moved.
    pub fn advance(&self, by: Duration) {
        if let Some(frozen) = &self.frozen {
            let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
            frozen.fetch_add(micros, Ordering::SeqCst);
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the wall clock"
)]
fn system_micros() -> i64 {
    Utc::now().timestamp_micros()
}
