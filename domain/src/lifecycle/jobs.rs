//! What leaving has done by workers.

use std::time::Duration;

use platform::jobs::{Class, Job, Pool, Unique};
use serde::{Deserialize, Serialize};

use crate::{ExportId, UserId};

const HOUR: Duration = Duration::from_secs(3600);

/// When a person asks for their data. Gathers it into a zip in the storage, and has the mail sent. Twice is harmless: the
/// zip has the same key, and what is ready is not made again. A run that is cut off begins again: half a zip is none.
#[derive(Debug, Serialize, Deserialize)]
pub struct Export {
    pub export_id: ExportId,
    pub user_id: UserId,
}

impl Job for Export {
    const NAME: &'static str = "lifecycle.export";
    const POOL: Pool = Pool::Maintenance;
    const CLASS: Class = Class::Bulk;
    /// Some six hours; then the person may ask again.
    const ATTEMPTS: i16 = 12;
    const TIMEOUT: Duration = HOUR;
}

/// When an export is ready. Sends the link, to a proved address. Twice is harmless: the link is the same.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendExportMail {
    pub export_id: ExportId,
}

impl Job for SendExportMail {
    const NAME: &'static str = "lifecycle.send_export_mail";
    const POOL: Pool = Pool::Mail;
}

/// When an account is to be deleted. Sends the date and how to keep the account, where there is an address. Twice is
/// harmless: the mail says the same, and nothing is sent to who stays.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendClosingMail {
    pub user_id: UserId,
}

impl Job for SendClosingMail {
    const NAME: &'static str = "lifecycle.send_closing_mail";
    const POOL: Pool = Pool::Mail;
    const CLASS: Class = Class::Urgent;
}

/// When somebody whose account was to be deleted signs in. Tells them that it stays. Twice is harmless: the mail says the
/// same, and nothing is sent to who leaves again.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendKeptMail {
    pub user_id: UserId,
}

impl Job for SendKeptMail {
    const NAME: &'static str = "lifecycle.send_kept_mail";
    const POOL: Pool = Pool::Mail;
}

/// Every hour. Deletes exports past their time, gives up those that nobody finished, and lets names go that have rested.
/// Twice is harmless: the second finds none.
#[derive(Debug, Serialize, Deserialize)]
pub struct PurgeExports {}

impl Job for PurgeExports {
    const NAME: &'static str = "lifecycle.purge_exports";
    const POOL: Pool = Pool::Maintenance;
    const CLASS: Class = Class::Bulk;
    const TIMEOUT: Duration = HOUR;

    fn unique(&self) -> Option<Unique> {
        Some(Unique::key("only"))
    }
}

/// Every hour. Enqueues the purge of each account whose grace is over, or whose purge did not come to its end. Twice is
/// harmless: one purge of a person waits at a time, and purges may meet.
#[derive(Debug, Serialize, Deserialize)]
pub struct PurgeDue {}

impl Job for PurgeDue {
    const NAME: &'static str = "lifecycle.purge_due";
    const POOL: Pool = Pool::Maintenance;
    const CLASS: Class = Class::Bulk;
    const TIMEOUT: Duration = HOUR;

    fn unique(&self) -> Option<Unique> {
        Some(Unique::key("only"))
    }
}

/// When the grace of a deleted account is over. Makes it nobody's in one transaction, unless its owner is back; then
/// deletes what it left, slice by slice, and its files. Twice is harmless: the second finds nothing.
#[derive(Debug, Serialize, Deserialize)]
pub struct Purge {
    pub user_id: UserId,
}

impl Job for Purge {
    const NAME: &'static str = "lifecycle.purge";
    const POOL: Pool = Pool::Maintenance;
    const CLASS: Class = Class::Bulk;
    const TIMEOUT: Duration = HOUR;

    fn unique(&self) -> Option<Unique> {
        Some(Unique::key(self.user_id))
    }
}
