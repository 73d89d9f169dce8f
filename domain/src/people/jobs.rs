//! What people have done by workers.

use platform::jobs::{Class, Job, Pool};
use serde::{Deserialize, Serialize};

/// When a person's row changes while Redis is away. Drops the copies that Redis may still hold when it is back. Twice is
/// harmless: the second finds none.
#[derive(Debug, Serialize, Deserialize)]
pub struct ForgetCopies {
    pub keys: Vec<String>,
}

impl Job for ForgetCopies {
    const NAME: &'static str = "people.forget_copies";
    const POOL: Pool = Pool::Maintenance;
    const CLASS: Class = Class::Urgent;
}
