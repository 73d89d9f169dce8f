//! How much more people than usual are at something.
//!
//! Everybody counts once an hour, half as much for each half-life that has passed since. What was to be expected is told
//! from how many there were each hour of the week before: so many an hour, weighed alike. The score is how far the one is
//! above the other, in standard deviations; nothing varies less than chance does. What fewer people than a floor are at
//! within the day is no trend, however often they are.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use platform::config::Trends;

/// People are looked for so far back.
const WINDOW_HOURS: i32 = 24;

/// What is usual is told from so many hours before.
const USUAL_HOURS: i64 = 7 * 24;

/// What a score is computed from.
pub(super) struct Measure {
    pub now: DateTime<Utc>,
    /// Where the window begins.
    pub since: DateTime<Utc>,
    /// Where the time begins that tells what is usual.
    pub usual_since: DateTime<Utc>,
    pub usual_hours: f64,
    /// Accounts made later do not count.
    pub made_before: DateTime<Utc>,
    pub least_people: i64,
    pub half_life: f64,
    /// What one person an hour weighs in all, and the squares of the weights of the hours.
    pub weight: f64,
    pub squares: f64,
}

impl Measure {
    pub(super) fn of(config: &Trends, now: DateTime<Utc>) -> Self {
        let since = hour_of(now) - TimeDelta::hours(WINDOW_HOURS.into());
        let half_life = config.half_life.as_secs_f64().max(1.0);
        let halves = |hour: i32| (f64::from(hour) + 0.5) * 3600.0 / half_life;
        let weights = || (0..WINDOW_HOURS).map(|hour| (-halves(hour)).exp2());
        Self {
            now,
            since,
            usual_since: since - TimeDelta::hours(USUAL_HOURS),
            usual_hours: f64::from(i32::try_from(USUAL_HOURS).unwrap_or(i32::MAX)),
            made_before: now - config.account_age,
            least_people: config.least_people.get().into(),
            half_life,
            weight: weights().sum(),
            squares: weights().map(|weight| weight * weight).sum(),
        }
    }
}

pub(super) const HOUR: TimeDelta = TimeDelta::hours(1);

/// So long what was computed is shown: who computes it may be away.
pub(super) const SHOWN: Duration = Duration::from_secs(3600);

pub(super) fn hour_of(time: DateTime<Utc>) -> DateTime<Utc> {
    let seconds = time.timestamp();
    DateTime::from_timestamp(seconds - seconds.rem_euclid(3600), 0).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_begin_when_they_are_full() {
        let time: DateTime<Utc> = "2026-03-01T10:59:59.9Z".parse().unwrap();
        assert_eq!(
            hour_of(time),
            "2026-03-01T10:00:00Z".parse::<DateTime<Utc>>().unwrap()
        );
    }
}
