use std::time::Duration;

use super::reader::Reader;

/// What people are told of.
#[derive(Clone, Debug)]
pub struct Notifications {
    pub keep: Duration,
    pub streams: usize,
    pub heartbeat: Duration,
}

impl Notifications {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.section("Notifications");
        let keep = reader.span(
            "NOTIFICATIONS_KEEP",
            "90d",
            "How long after it last gained something a notification is kept.",
        );
        let streams = reader.or(
            "STREAMS_PER_PERSON",
            "10",
            "Streams that one person may hold open at one replica.",
        );
        let heartbeat = reader.span(
            "STREAM_HEARTBEAT",
            "15s",
            "How often a stream shows that it lives, and looks whether it may.",
        );
        Some(Self {
            keep: keep?,
            streams: streams?,
            heartbeat: heartbeat?,
        })
    }
}
