//! One line of the schedule.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use platform::jobs::NewJob;

/// Most ticks that are made up for at once.
const MOST_MISSED: usize = 1_000;

/// What to do about ticks that passed while no scheduler ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CatchUp {
    /// Nothing: the next one will do.
    Skip,
    /// One job for all of them.
    One,
    /// A job for each.
    All,
}

/// A job at every multiple of `every` since midnight UTC 1970, shifted by `offset`.
#[derive(Clone)]
pub struct Entry {
    pub name: &'static str,
    every: Duration,
    offset: Duration,
    catch_up: CatchUp,
    job: fn(DateTime<Utc>) -> Result<NewJob, platform::jobs::PayloadError>,
}

impl Entry {
    /// `job` makes the job from the time that is due.
    pub fn every(
        every: Duration,
        job: fn(DateTime<Utc>) -> Result<NewJob, platform::jobs::PayloadError>,
        name: &'static str,
    ) -> Self {
        Self {
            name,
            every,
            offset: Duration::ZERO,
            catch_up: CatchUp::One,
            job,
        }
    }

    /// Away from the full hour, where everything else happens.
    pub fn offset(mut self, offset: Duration) -> Self {
        self.offset = offset;
        self
    }

    pub fn catch_up(mut self, catch_up: CatchUp) -> Self {
        self.catch_up = catch_up;
        self
    }

    pub fn job(&self, due: DateTime<Utc>) -> Result<NewJob, platform::jobs::PayloadError> {
        (self.job)(due)
    }

    /// The latest due time that is not after `now`.
    pub fn latest(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let every = millis(self.every);
        let since = (now.timestamp_millis() - millis(self.offset)).rem_euclid(every);
        DateTime::from_timestamp_millis(now.timestamp_millis() - since).unwrap_or(now)
    }

    pub fn next(&self, after: DateTime<Utc>) -> DateTime<Utc> {
        self.latest(after) + self.every
    }

    /// The due times to enqueue for when `last` was the last one enqueued.
    pub fn missed(&self, last: DateTime<Utc>, now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let latest = self.latest(now);
        if latest <= last {
            return Vec::new();
        }
        let every = TimeDelta::milliseconds(millis(self.every));
        match self.catch_up {
            CatchUp::One => vec![latest],
            // On time is anything before the next one is nearer than this one.
            CatchUp::Skip => [latest]
                .into_iter()
                .filter(|due| now - *due < every / 2)
                .collect(),
            CatchUp::All => {
                let mut all = Vec::new();
                let mut due = latest;
                while due > last && all.len() < MOST_MISSED {
                    all.push(due);
                    due -= every;
                }
                all.reverse();
                all
            }
        }
    }
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn hourly(catch_up: CatchUp) -> Entry {
        let never = |_| NewJob::new(&domain::housekeeping::jobs::KeepJobTables {});
        Entry::every(Duration::from_secs(3600), never, "hourly")
            .offset(Duration::from_secs(300))
            .catch_up(catch_up)
    }

    #[test]
    fn due_times_are_multiples_shifted_by_the_offset() {
        let entry = hourly(CatchUp::One);
        assert_eq!(
            entry.latest(at("2026-03-01T10:04:59Z")),
            at("2026-03-01T09:05:00Z")
        );
        assert_eq!(
            entry.latest(at("2026-03-01T10:05:00Z")),
            at("2026-03-01T10:05:00Z")
        );
        assert_eq!(
            entry.next(at("2026-03-01T10:05:00Z")),
            at("2026-03-01T11:05:00Z")
        );
    }

    #[test]
    fn missed_ticks_are_made_up_for_as_the_policy_says() {
        let (last, now) = (at("2026-03-01T06:05:00Z"), at("2026-03-01T09:50:00Z"));
        assert_eq!(
            hourly(CatchUp::One).missed(last, now),
            [at("2026-03-01T09:05:00Z")]
        );
        assert!(hourly(CatchUp::Skip).missed(last, now).is_empty());
        let all = [
            at("2026-03-01T07:05:00Z"),
            at("2026-03-01T08:05:00Z"),
            at("2026-03-01T09:05:00Z"),
        ];
        assert_eq!(hourly(CatchUp::All).missed(last, now), all);
        assert_eq!(
            hourly(CatchUp::Skip).missed(last, at("2026-03-01T09:05:01Z")),
            [at("2026-03-01T09:05:00Z")]
        );
    }

    #[test]
    fn nothing_is_due_twice() {
        let last = at("2026-03-01T09:05:00Z");
        let none = hourly(CatchUp::All).missed(last, at("2026-03-01T09:59:00Z"));
        assert!(none.is_empty());
    }
}
