//! What feeds have done by workers.

use std::time::Duration;

use platform::jobs::{Class, Job, Pool, Unique};
use serde::{Deserialize, Serialize};

use crate::{PostId, UserId};

/// When somebody who has followers publishes a post; in the bulk class where these are many. Writes it into the timelines
/// of those followers who read theirs, in slices, from the latest follower on. Twice is harmless: a timeline holds a post
/// once.
#[derive(Debug, Serialize, Deserialize)]
pub struct FanOut {
    pub post_id: PostId,
}

impl Job for FanOut {
    const NAME: &'static str = "feed.fan_out";
    const POOL: Pool = Pool::Feed;
    const TIMEOUT: Duration = Duration::from_secs(300);
}

/// When somebody reads their feed and has no timeline, or an old one. Makes it anew from what Postgres knows. Twice is
/// harmless: the second finds the same.
#[derive(Debug, Serialize, Deserialize)]
pub struct Warm {
    pub user_id: UserId,
}

impl Job for Warm {
    const NAME: &'static str = "feed.warm";
    const POOL: Pool = Pool::Feed;
    const CLASS: Class = Class::Urgent;

    fn unique(&self) -> Option<Unique> {
        Some(Unique::key(self.user_id))
    }
}

/// Every five minutes. Ranks recent public posts for those who look around, and forgets old rankings. Twice is harmless:
/// the second ranks the same.
#[derive(Debug, Serialize, Deserialize)]
pub struct RankExplore {}

impl Job for RankExplore {
    const NAME: &'static str = "feed.rank_explore";
    const POOL: Pool = Pool::Feed;

    fn unique(&self) -> Option<Unique> {
        Some(Unique::key("only"))
    }
}
