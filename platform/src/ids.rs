//! Ids sort by the time they were made: UUIDv7, counted within a millisecond so that two of one process never swap.

use std::sync::Mutex;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::{ContextV7, Timestamp, Uuid};

use crate::Clock;

/// Clocks slip back by less; a time farther back is meant: whoever tells of the past gets ids of then.
const SLIP: TimeDelta = TimeDelta::minutes(10);

struct Counted {
    context: ContextV7,
    latest: DateTime<Utc>,
}

static COUNTED: Mutex<Counted> = Mutex::new(Counted {
    context: ContextV7::new(),
    latest: DateTime::UNIX_EPOCH,
});

pub fn new_id(clock: &Clock) -> Uuid {
    id_at(clock.now())
}

pub fn id_at(now: DateTime<Utc>) -> Uuid {
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    let mut counted = COUNTED
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    // A context never goes back: its next id would be one of the latest time.
    if now + SLIP < counted.latest {
        counted.context = ContextV7::new();
        counted.latest = now;
    }
    counted.latest = counted.latest.max(now);
    Uuid::new_v7(Timestamp::from_unix(
        &counted.context,
        seconds,
        now.timestamp_subsec_nanos(),
    ))
}

/// No id that was made then or later is lower.
pub fn lowest_id(time: DateTime<Utc>) -> Uuid {
    let millis = u128::try_from(time.timestamp_millis()).unwrap_or_default();
    Uuid::from_u128(millis << 80)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_a_moment_lie_between_its_lowest_and_that_of_the_next() {
        let moment = DateTime::from_timestamp_millis(1_731_672_600_123).unwrap_or_default();
        let (next, id) = (moment + TimeDelta::milliseconds(1), id_at(moment));
        assert!(lowest_id(moment) <= id && id < lowest_id(next));
    }

    fn millis(id: Uuid) -> i64 {
        i64::try_from(id.as_u128() >> 80).unwrap()
    }

    #[test]
    fn ids_of_one_moment_and_of_a_clock_that_slips_never_swap_and_those_of_the_past_are_of_then() {
        let now = Clock::system().now();
        let ids = [now, now, now - TimeDelta::seconds(2), now].map(id_at);
        assert!(ids.is_sorted());
        assert!(ids.iter().all(|id| millis(*id) >= now.timestamp_millis()));
        let then = now - TimeDelta::days(3);
        let ids = [then, then, then + TimeDelta::hours(1)].map(id_at);
        assert!(ids.is_sorted());
        assert_eq!(millis(ids[0]), then.timestamp_millis());
        assert!(ids[2] < id_at(now));
    }
}
