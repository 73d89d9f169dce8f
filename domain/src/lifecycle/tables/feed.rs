//! What feeds know of people. Timelines are in Redis, and go when the account does.

use super::{Export, PersonalTable, Purge};

pub(super) const TABLES: &[PersonalTable] = &[
    PersonalTable {
        name: "feed_celebrities",
        columns: &["user_id"],
        export: Export::Nothing(
            "it says where posts are looked for, and nothing of the person but that many follow",
        ),
        purge: Purge::Delete(&[rows!("feed_celebrities", "user_id")]),
    },
    PersonalTable {
        name: "explore_posts",
        columns: &[],
        export: Export::Nothing("it says where a post stands among others, for some minutes"),
        purge: Purge::GoesWith("posts"),
    },
];
