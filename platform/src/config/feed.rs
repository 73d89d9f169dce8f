use std::time::Duration;

use super::reader::Reader;

/// What people read of those they follow.
#[derive(Clone, Debug)]
pub struct Feed {
    pub fanout_most: i64,
    pub active_for: Duration,
}

impl Feed {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.section("Feed");
        let fanout_most = reader.or(
            "FEED_FANOUT_MOST",
            "10000",
            "Posts of whoever has more followers are not written into timelines but looked for when somebody reads.",
        );
        let active_for = reader.span(
            "FEED_ACTIVE_FOR",
            "14d",
            "How long a timeline is kept for somebody who does not read it.",
        );
        Some(Self {
            fanout_most: fanout_most?,
            active_for: active_for?,
        })
    }
}
