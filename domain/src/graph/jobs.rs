//! What the graph has done by workers.

use std::time::Duration;

use platform::jobs::{Class, Job, Pool, Unique};
use serde::{Deserialize, Serialize};

use crate::UserId;

/// When an account with many open requests goes public. Turns those that are left into follows, in slices, for as long
/// as the account is public. Twice is harmless: the second finds none.
#[derive(Debug, Serialize, Deserialize)]
pub struct AcceptRequests {
    pub user_id: UserId,
}

impl Job for AcceptRequests {
    const NAME: &'static str = "graph.accept_requests";
    const POOL: Pool = Pool::Maintenance;
    const TIMEOUT: Duration = Duration::from_secs(600);

    fn unique(&self) -> Option<Unique> {
        Some(Unique::key(self.user_id))
    }
}

/// Every hour. Deletes mutes whose time has passed, in slices. Twice is harmless: the second finds none.
#[derive(Debug, Serialize, Deserialize)]
pub struct PurgeMutes {}

impl Job for PurgeMutes {
    const NAME: &'static str = "graph.purge_mutes";
    const POOL: Pool = Pool::Maintenance;
    const CLASS: Class = Class::Bulk;
    const TIMEOUT: Duration = Duration::from_secs(600);

    fn unique(&self) -> Option<Unique> {
        Some(Unique::key("only"))
    }
}

/// Every hour. Writes down anew who is followed most, for those who follow nobody yet. Twice is harmless: the second
/// writes the same.
#[derive(Debug, Serialize, Deserialize)]
pub struct RefreshPopular {}

impl Job for RefreshPopular {
    const NAME: &'static str = "graph.refresh_popular";
    const POOL: Pool = Pool::Maintenance;
    const CLASS: Class = Class::Bulk;
    const TIMEOUT: Duration = Duration::from_secs(600);

    fn unique(&self) -> Option<Unique> {
        Some(Unique::key("only"))
    }
}
