//! Metrics of one job name, looked up once.

use std::time::Duration;

use metrics::{Counter, Histogram};
use platform::jobs::Pool;

pub(crate) struct JobMeters {
    claimed: Counter,
    done: Counter,
    discarded: Counter,
    failed: Counter,
    dead: Counter,
    snoozed: Counter,
    duration: Histogram,
    wait: Histogram,
}

/// What a run came to, for counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tally {
    Done,
    Discarded,
    Failed,
    Dead,
    Snoozed,
}

impl JobMeters {
    pub(crate) fn new(pool: Pool, job: &'static str) -> Self {
        let counter =
            |name: &'static str| metrics::counter!(name, "pool" => pool.name(), "job" => job);
        Self {
            claimed: counter("commons_jobs_claimed_total"),
            done: counter("commons_jobs_done_total"),
            discarded: counter("commons_jobs_discarded_total"),
            failed: counter("commons_jobs_failed_total"),
            dead: counter("commons_jobs_dead_total"),
            snoozed: counter("commons_jobs_snoozed_total"),
            duration: metrics::histogram!("commons_job_duration_seconds", "pool" => pool.name(), "job" => job),
            wait: metrics::histogram!("commons_job_wait_seconds", "pool" => pool.name(), "job" => job),
        }
    }

    pub(super) fn claimed(&self, waited: f64) {
        self.claimed.increment(1);
        self.wait.record(waited);
    }

    pub(super) fn settled(&self, tally: Tally, took: Duration) {
        self.duration.record(took);
        match tally {
            Tally::Done => &self.done,
            Tally::Discarded => &self.discarded,
            Tally::Failed => &self.failed,
            Tally::Dead => &self.dead,
            Tally::Snoozed => &self.snoozed,
        }
        .increment(1);
    }
}
