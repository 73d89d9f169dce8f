//! What posts have done by workers.

use std::time::Duration;

use platform::jobs::{Class, Job, Pool, Unique};
use serde::{Deserialize, Serialize};

use crate::PostId;

/// At the time that a scheduled post is due. Publishes it, unless it was moved, held back, published or deleted meanwhile.
/// Twice is harmless: the second finds it published.
#[derive(Debug, Serialize, Deserialize)]
pub struct PublishPost {
    pub post_id: PostId,
}

impl Job for PublishPost {
    const NAME: &'static str = "posts.publish";
    const POOL: Pool = Pool::Feed;
}

/// Every five minutes. Publishes scheduled posts that are overdue because their own job is gone. Twice is harmless: the
/// second finds none.
#[derive(Debug, Serialize, Deserialize)]
pub struct PublishOverdue {}

impl Job for PublishOverdue {
    const NAME: &'static str = "posts.publish_overdue";
    const POOL: Pool = Pool::Feed;

    fn unique(&self) -> Option<Unique> {
        Some(Unique::key("only"))
    }
}

/// Every hour. Takes away the rows of posts that were deleted before their time of grace, in slices, and lets go of their
/// files. Twice is harmless: the second finds none.
#[derive(Debug, Serialize, Deserialize)]
pub struct PurgePosts {}

impl Job for PurgePosts {
    const NAME: &'static str = "posts.purge";
    const POOL: Pool = Pool::Maintenance;
    const CLASS: Class = Class::Bulk;
    const TIMEOUT: Duration = Duration::from_secs(600);

    fn unique(&self) -> Option<Unique> {
        Some(Unique::key("only"))
    }
}
