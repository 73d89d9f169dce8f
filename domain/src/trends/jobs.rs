//! What trends have done by workers.

use std::time::Duration;

use platform::jobs::{Job, Pool, Unique};
use serde::{Deserialize, Serialize};

/// Every five minutes. Computes anew what is trending, and deletes what is no longer known of it. Twice is harmless: the
/// second writes what the world is like by then.
#[derive(Debug, Serialize, Deserialize)]
pub struct RecomputeTrends {}

impl Job for RecomputeTrends {
    const NAME: &'static str = "trends.recompute";
    const POOL: Pool = Pool::Maintenance;
    const TIMEOUT: Duration = Duration::from_secs(600);

    fn unique(&self) -> Option<Unique> {
        Some(Unique::key("only"))
    }
}
