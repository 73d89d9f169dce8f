//! What files have done by workers.

use std::time::Duration;

use platform::jobs::{Job, Pool, Unique};
use serde::{Deserialize, Serialize};

use crate::MediaId;

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
