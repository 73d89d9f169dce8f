//! Keeping the house: what is old leaves, what will be needed is there.

pub mod jobs;

use platform::Platform;
use platform::jobs::partitions;

use crate::Result;

/// Makes the tables that finished jobs will need and drops those whose time is over.
pub async fn keep_job_tables(platform: &Platform) -> Result<u64> {
    let (db, now) = (&platform.db, platform.clock.now());
    let before = now - platform.config.jobs.keep_finished;
    partitions::ensure(db, now).await?;
    let dropped = partitions::drop_before(db, before).await?;
    while partitions::delete_strays(db, before).await? > 0 {}
    Ok(dropped)
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
