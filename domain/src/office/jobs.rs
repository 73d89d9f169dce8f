//! What the office has done by workers.

use platform::jobs::{Job, Pool, Unique};
use serde::{Deserialize, Serialize};

use crate::UserId;

/// When a suspension that has an end is over. Lets the account back, unless it was suspended anew for longer. Twice is
/// harmless: the second finds nothing to lift.
#[derive(Debug, Serialize, Deserialize)]
pub struct LiftSuspension {
    pub user_id: UserId,
}

impl Job for LiftSuspension {
    const NAME: &'static str = "office.lift_suspension";
    const POOL: Pool = Pool::Maintenance;
}

/// Every five minutes. Lets accounts back whose suspension is over and whose own job is gone. Twice is harmless: the second
/// finds none.
#[derive(Debug, Serialize, Deserialize)]
pub struct LiftOverdue {}

impl Job for LiftOverdue {
    const NAME: &'static str = "office.lift_overdue";
    const POOL: Pool = Pool::Maintenance;

    fn unique(&self) -> Option<Unique> {
        Some(Unique::key("only"))
    }
}
