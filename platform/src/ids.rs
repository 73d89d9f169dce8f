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
