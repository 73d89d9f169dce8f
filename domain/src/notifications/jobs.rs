//! What notifications have done by workers.

use std::time::Duration;

use chrono::{DateTime, Utc};
use platform::jobs::{Class, Job, Pool, Unique};
use serde::{Deserialize, Serialize};

use super::Cause;
use crate::UserId;

/// What comes within so long of the last is gathered together …
const QUIET: Duration = Duration::from_secs(2);
/// … but nobody waits longer than this for the first.
const LONGEST: Duration = Duration::from_secs(10);

/// When somebody does a thing that `user_id` is told of, or takes it back. Counts again who did it and writes the group's
/// row; one job of a group waits at a time. Twice is harmless: the second finds nothing to change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gather {
    pub user_id: UserId,
    pub cause: Cause,
    /// When it was first said: days before that have been counted.
    pub since: DateTime<Utc>,
}

impl Job for Gather {
    const NAME: &'static str = "notifications.gather";
    const POOL: Pool = Pool::Notify;

    fn unique(&self) -> Option<Unique> {
        Some(Unique::key(self.group()).coalesce(QUIET, LONGEST))
    }
}

impl Gather {
    /// What is gathered together.
    pub(super) fn group(&self) -> String {
        let (kind, user) = (self.cause.kind().name(), self.user_id);
        match self.cause.target() {
            Some((_, target)) => format!("{user} {kind} {target}"),
            None => format!("{user} {kind}"),
        }
    }
}

/// Every day. Deletes notifications past their time, in slices. Twice is harmless: the second finds none.
#[derive(Debug, Serialize, Deserialize)]
pub struct PurgeNotifications {}

impl Job for PurgeNotifications {
    const NAME: &'static str = "notifications.purge";
    const POOL: Pool = Pool::Maintenance;
    const CLASS: Class = Class::Bulk;
    const TIMEOUT: Duration = Duration::from_secs(600);

    fn unique(&self) -> Option<Unique> {
        Some(Unique::key("only"))
    }
}
