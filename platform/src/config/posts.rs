use std::time::Duration;

use super::reader::Reader;

/// What people publish.
#[derive(Clone, Debug)]
pub struct Posts {
    pub grace: Duration,
}

impl Posts {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.section("Posts");
        let grace = reader.span(
            "POST_GRACE",
            "30d",
            "How long the rows and files of a deleted post are kept, seen by nobody; then they are purged.",
        );
        Some(Self { grace: grace? })
    }
}
