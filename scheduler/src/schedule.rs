//! The clock: every entry there is, on one page. Offsets keep them apart.

use std::time::Duration;

use domain::delivery::jobs::{FindDigests, PurgeDigests};
use domain::feed::jobs::RankExplore;
use domain::graph::jobs::{PurgeMutes, RefreshPopular};
use domain::housekeeping::jobs::{KeepJobTables, PurgeDeadJobs};
use domain::idempotency::jobs::PurgeIdempotencyKeys;
use domain::identity::jobs::{PurgeExpiredTokens, ResealSecrets};
use domain::lifecycle::jobs::{PurgeDue, PurgeExports};
use domain::media::jobs::SweepMedia;
use domain::notifications::jobs::PurgeNotifications;
use domain::office::jobs::LiftOverdue;
use domain::posts::jobs::{PublishOverdue, PurgePosts};
use domain::trends::jobs::RecomputeTrends;
use platform::jobs::{Job, NewJob};

use crate::{CatchUp, Entry};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

pub fn schedule() -> Vec<Entry> {
    [people(), posts(), telling(), house()].concat()
}

fn people() -> Vec<Entry> {
    vec![
        Entry::every(HOUR, |_| NewJob::new(&PurgeMutes {}), PurgeMutes::NAME).offset(7 * MINUTE),
        Entry::every(
            HOUR,
            |_| NewJob::new(&RefreshPopular {}),
            RefreshPopular::NAME,
        )
        .offset(27 * MINUTE),
        Entry::every(
            HOUR,
            |_| NewJob::new(&PurgeExpiredTokens {}),
            PurgeExpiredTokens::NAME,
        )
        .offset(17 * MINUTE),
        Entry::every(DAY, |_| NewJob::new(&ResealSecrets {}), ResealSecrets::NAME)
            .offset(4 * HOUR + 40 * MINUTE)
            .catch_up(CatchUp::One),
        Entry::every(HOUR, |_| NewJob::new(&PurgeDue {}), PurgeDue::NAME).offset(43 * MINUTE),
        Entry::every(
            5 * MINUTE,
            |_| NewJob::new(&LiftOverdue {}),
            LiftOverdue::NAME,
        )
        .offset(4 * MINUTE),
        Entry::every(HOUR, |_| NewJob::new(&PurgeExports {}), PurgeExports::NAME)
            .offset(53 * MINUTE),
    ]
}

fn posts() -> Vec<Entry> {
    vec![
        Entry::every(
            5 * MINUTE,
            |_| NewJob::new(&RankExplore {}),
            RankExplore::NAME,
        )
        .offset(2 * MINUTE),
        Entry::every(
            5 * MINUTE,
            |_| NewJob::new(&RecomputeTrends {}),
            RecomputeTrends::NAME,
        )
        .offset(MINUTE),
        Entry::every(
            5 * MINUTE,
            |_| NewJob::new(&PublishOverdue {}),
            PublishOverdue::NAME,
        )
        .offset(3 * MINUTE),
        Entry::every(HOUR, |_| NewJob::new(&PurgePosts {}), PurgePosts::NAME).offset(57 * MINUTE),
        Entry::every(HOUR, |_| NewJob::new(&SweepMedia {}), SweepMedia::NAME).offset(13 * MINUTE),
    ]
}

fn telling() -> Vec<Entry> {
    vec![
        // As often as it is Monday morning somewhere; each look finds those of its own quarter of an hour.
        Entry::every(
            15 * MINUTE,
            |due| NewJob::new(&FindDigests { due }),
            FindDigests::NAME,
        )
        .offset(11 * MINUTE)
        .catch_up(CatchUp::All),
        Entry::every(DAY, |_| NewJob::new(&PurgeDigests {}), PurgeDigests::NAME)
            .offset(5 * HOUR + 10 * MINUTE),
        Entry::every(
            DAY,
            |_| NewJob::new(&PurgeNotifications {}),
            PurgeNotifications::NAME,
        )
        .offset(2 * HOUR + 50 * MINUTE)
        .catch_up(CatchUp::One),
    ]
}

fn house() -> Vec<Entry> {
    vec![
        Entry::every(
            HOUR,
            |_| NewJob::new(&KeepJobTables {}),
            KeepJobTables::NAME,
        )
        .offset(3 * MINUTE),
        Entry::every(DAY, |_| NewJob::new(&PurgeDeadJobs {}), PurgeDeadJobs::NAME)
            .offset(3 * HOUR + 20 * MINUTE)
            .catch_up(CatchUp::One),
        Entry::every(
            HOUR,
            |_| NewJob::new(&PurgeIdempotencyKeys {}),
            PurgeIdempotencyKeys::NAME,
        )
        .offset(37 * MINUTE),
    ]
}
