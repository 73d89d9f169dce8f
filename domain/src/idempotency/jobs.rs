//! What idempotency has done by workers.

use std::time::Duration;

use platform::jobs::{Class, Job, Pool, Unique};
use serde::{Deserialize, Serialize};

/// Every hour. Deletes kept answers past their time, in slices. Twice is harmless: the second finds none.
#[derive(Debug, Serialize, Deserialize)]
pub struct PurgeIdempotencyKeys {}

impl Job for PurgeIdempotencyKeys {
    const NAME: &'static str = "idempotency.purge_keys";
    const POOL: Pool = Pool::Maintenance;
    const CLASS: Class = Class::Bulk;
    const TIMEOUT: Duration = Duration::from_secs(600);

    fn unique(&self) -> Option<Unique> {
        Some(Unique::key("only"))
    }
}
