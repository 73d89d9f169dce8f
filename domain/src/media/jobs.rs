//! What files have done by workers.

use std::time::Duration;

use platform::jobs::{Class, Job, Pool, Unique};
use serde::{Deserialize, Serialize};

use crate::MediaId;

const HOUR: Duration = Duration::from_secs(3600);

/// When a file is here. Looks into it, makes what it is shown as, and takes out of it what tells where it was made. Twice is
/// harmless: what is written has the same names, and a file that is ready, or gone, is left alone.
#[derive(Debug, Serialize, Deserialize)]
pub struct ProcessMedia {
    pub media_id: MediaId,
}

impl Job for ProcessMedia {
    const NAME: &'static str = "media.process";
    const POOL: Pool = Pool::Media;
    const TIMEOUT: Duration = Duration::from_secs(3 * 3600);

    fn unique(&self) -> Option<Unique> {
        Some(Unique::key(self.media_id))
    }
}

/// When a direct upload is completed. Joins its parts to the original, counting and hashing: what was announced and what
/// came have to be the same. Twice is harmless: the original has the same key, and one that is taken over is not looked at
/// again.
#[derive(Debug, Serialize, Deserialize)]
pub struct TakeOverUpload {
    pub media_id: MediaId,
}

impl Job for TakeOverUpload {
    const NAME: &'static str = "media.take_over_upload";
    const POOL: Pool = Pool::Media;
    const TIMEOUT: Duration = HOUR;

    fn unique(&self) -> Option<Unique> {
        Some(Unique::key(self.media_id))
    }
}

/// When the bytes of a file are complete and there is a virus scanner. What is clean goes on, the rest is kept apart and
/// its bytes are deleted. Twice is harmless: what went on is not scanned again.
#[derive(Debug, Serialize, Deserialize)]
pub struct ScanMedia {
    pub media_id: MediaId,
}

impl Job for ScanMedia {
    const NAME: &'static str = "media.scan";
    const POOL: Pool = Pool::Media;
    const TIMEOUT: Duration = HOUR;

    fn unique(&self) -> Option<Unique> {
        Some(Unique::key(self.media_id))
    }
}

/// When a file is deleted. Deletes all that lies under its prefix, then its row; once more after the last link by which a
/// part of it could be put into a bucket. Twice is harmless: the second finds nothing.
#[derive(Debug, Serialize, Deserialize)]
pub struct PurgeMedia {
    pub media_id: MediaId,
}

impl Job for PurgeMedia {
    const NAME: &'static str = "media.purge";
    const POOL: Pool = Pool::Maintenance;
    const CLASS: Class = Class::Bulk;

    fn unique(&self) -> Option<Unique> {
        Some(Unique::key(self.media_id))
    }
}

/// Every hour. Has files purged that nothing shows, uploads that nobody completed, and what is still there of deleted ones.
/// Twice is harmless: one purge of a file waits at a time.
#[derive(Debug, Serialize, Deserialize)]
pub struct SweepMedia {}

impl Job for SweepMedia {
    const NAME: &'static str = "media.sweep";
    const POOL: Pool = Pool::Maintenance;
    const CLASS: Class = Class::Bulk;
    const TIMEOUT: Duration = HOUR;

    fn unique(&self) -> Option<Unique> {
        Some(Unique::key("only"))
    }
}
