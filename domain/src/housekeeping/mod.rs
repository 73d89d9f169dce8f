//! Keeping the house: what is old leaves, what will be needed is there.

pub mod jobs;

use platform::Platform;
use platform::jobs::{partitions, strays};

use crate::Result;

/// Makes the tables that finished jobs will need and drops those whose time is over.
pub async fn keep_job_tables(platform: &Platform) -> Result<u64> {
    let (db, now) = (&platform.db, platform.clock.now());
    let before = now - platform.config.jobs.keep_finished;
    strays::exchange(db).await?;
    partitions::ensure(db, now).await?;
    Ok(partitions::drop_before(db, before).await?)
}

/// Deletes dead and quarantined jobs that nobody came for.
pub async fn purge_dead_jobs(platform: &Platform) -> Result<u64> {
    let before = platform.clock.now() - platform.config.jobs.keep_dead;
    let mut purged = 0;
    loop {
        let slice = partitions::delete_parked(&platform.db, before).await?;
        if slice == 0 {
            return Ok(purged);
        }
        purged += slice;
    }
}
