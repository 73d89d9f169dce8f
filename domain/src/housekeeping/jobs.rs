//! Jobs of the house itself; the scheduler enqueues them.

use std::time::Duration;

use platform::jobs::{Class, Job, Pool, Unique};
use serde::{Deserialize, Serialize};

/// Every hour. Makes the next partitions of finished jobs and drops the expired ones. Twice is harmless: what exists is
/// left, what is gone stays gone.
#[derive(Debug, Serialize, Deserialize)]
pub struct KeepJobTables {}

impl Job for KeepJobTables {
    const NAME: &'static str = "housekeeping.keep_job_tables";
    const POOL: Pool = Pool::Maintenance;
    const TIMEOUT: Duration = Duration::from_secs(300);

    fn unique(&self) -> Option<Unique> {
        Some(Unique::key("only"))
    }
}

/// Every day. Deletes dead and quarantined jobs past their time, in slices. Twice is harmless: the second finds none.
#[derive(Debug, Serialize, Deserialize)]
pub struct PurgeDeadJobs {}

impl Job for PurgeDeadJobs {
    const NAME: &'static str = "housekeeping.purge_dead_jobs";
    const POOL: Pool = Pool::Maintenance;
    const CLASS: Class = Class::Bulk;
    const TIMEOUT: Duration = Duration::from_secs(600);

    fn unique(&self) -> Option<Unique> {
        Some(Unique::key("only"))
    }
}
