//! Postgres' clock, as it was last read and this machine's monotonic clock carries it on. No clock that somebody can set
//! takes part.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use crate::Clock;

/// Whoever works by a clock that is further off than this would decide by the wrong time.
pub const MOST_SKEW: Duration = Duration::from_secs(2);

#[derive(Debug, Default)]
pub struct ServerClock {
    read: Mutex<Option<(DateTime<Utc>, Instant)>>,
}

impl ServerClock {
    /// `now` was read by Postgres somewhere between `asked` and this moment.
    pub fn set(&self, now: DateTime<Utc>, asked: Instant) {
        let middle = asked + asked.elapsed() / 2;
        *self.lock() = Some((now, middle));
    }

    /// None before it was first read.
    pub fn now(&self) -> Option<DateTime<Utc>> {
        let (read, at) = (*self.lock())?;
        Some(read + at.elapsed())
    }

    /// By how many seconds `clock` is ahead of Postgres'.
    pub fn skew(&self, clock: &Clock) -> Option<f64> {
        let wrong = clock.now() - self.now()?;
        Some(wrong.as_seconds_f64() - clock.offset())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(DateTime<Utc>, Instant)>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a clock with so much skew may be worked by. Writes the gauge, and says so once when it changes.
pub fn judge_skew(skew: f64, was_right: bool) -> bool {
    metrics::gauge!("commons_clock_skew_seconds").set(skew);
    let is_right = skew.abs() <= MOST_SKEW.as_secs_f64();
    if was_right && !is_right {
        tracing::error!(
            skew,
            "the clock of this machine differs from that of Postgres by {skew:.1} s; no jobs are claimed until it is set right"
        );
    } else if is_right && !was_right {
        tracing::info!(skew, "the clock of this machine is right again");
    }
    is_right
}
