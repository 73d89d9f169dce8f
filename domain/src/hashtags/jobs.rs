//! What hashtags have done by workers.

use std::time::Duration;

use platform::jobs::{Class, Job, Pool, Unique};
use serde::{Deserialize, Serialize};

use crate::UserId;

/// When the account of somebody who uses hashtags goes private or public, is put away or comes back. Counts their uses, or
/// counts them no more, in slices. Twice is harmless: the second finds them as they should be.
#[derive(Debug, Serialize, Deserialize)]
pub struct CountUses {
    pub author_id: UserId,
}

impl Job for CountUses {
    const NAME: &'static str = "hashtags.count_uses";
    const POOL: Pool = Pool::Maintenance;
    const CLASS: Class = Class::Bulk;
    const TIMEOUT: Duration = Duration::from_secs(600);

    fn unique(&self) -> Option<Unique> {
        Some(Unique::key(self.author_id))
    }
}
