//! What the office has done by workers.

use platform::jobs::{Job, Pool};
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
