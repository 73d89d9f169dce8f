//! Ids sort by the time they were made: UUIDv7, counted within a millisecond so that two of one process never swap.

use std::sync::Mutex;

use chrono::{DateTime, Utc};
use uuid::{ContextV7, Timestamp, Uuid};

use crate::Clock;

static CONTEXT: Mutex<ContextV7> = Mutex::new(ContextV7::new());

pub fn new_id(clock: &Clock) -> Uuid {
    id_at(clock.now())
}

pub fn id_at(now: DateTime<Utc>) -> Uuid {
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    let context = CONTEXT
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    Uuid::new_v7(Timestamp::from_unix(
        &*context,
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
        let (next, id) = (moment + chrono::TimeDelta::milliseconds(1), id_at(moment));
        assert!(lowest_id(moment) <= id && id < lowest_id(next));
    }
}
