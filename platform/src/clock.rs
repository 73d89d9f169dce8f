//! The one source of the current time. Production reads the system's; tests hold one still and move it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};

#[derive(Clone, Debug, Default)]
pub struct Clock {
    frozen: Option<Arc<AtomicI64>>,
    /// Microseconds by which this machine's clock is wrong.
    skew: i64,
}

impl Clock {
    pub fn system() -> Self {
        Self::default()
    }

    pub fn frozen_at(at: DateTime<Utc>) -> Self {
        Self {
            frozen: Some(Arc::new(AtomicI64::new(at.timestamp_micros()))),
            skew: 0,
        }
    }

    /// The clock of a machine that is wrong by so many milliseconds: what a fault looks like.
    pub fn wrong_by(millis: i64) -> Self {
        Self {
            frozen: None,
            skew: millis * 1_000,
        }
    }

    /// What a test has moved this clock by, in seconds: 0 in production, whatever the machine's clock says. Where Postgres
    /// decides whether something is due, it decides by its own clock plus this.
    pub fn offset(&self) -> f64 {
        match &self.frozen {
            Some(frozen) => (frozen.load(Ordering::SeqCst) - system_micros()) as f64 / 1e6,
            None => 0.0,
        }
    }

    /// Microseconds are what Postgres keeps, so a time survives the way there and back.
    pub fn now(&self) -> DateTime<Utc> {
        let micros = match &self.frozen {
            Some(frozen) => frozen.load(Ordering::SeqCst),
            None => system_micros() + self.skew,
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
