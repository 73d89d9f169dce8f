//! What posts are found by, and what is trending.

use super::{Export, PersonalTable, Purge};

/// Nothing of a person is in them that their posts do not say.
const OF_POSTS: Export = Export::Nothing("it is told from your posts");

pub(super) const TABLES: &[PersonalTable] = &[
    PersonalTable {
        name: "post_words",
        columns: &[],
        export: OF_POSTS,
        purge: Purge::GoesWith("posts"),
    },
    PersonalTable {
        name: "hashtag_uses",
        columns: &["place", "author_id"],
        export: OF_POSTS,
        purge: Purge::GoesWith("posts"),
    },
    PersonalTable {
        name: "trend_hours",
        columns: &["subject_id"],
        export: Export::Nothing("it counts people, and names none"),
        purge: Purge::Keep("it counts people, names none, and is gone in a week"),
    },
    PersonalTable {
        name: "trends",
        columns: &["subject_id"],
        export: Export::Nothing("it counts people, and names none"),
        purge: Purge::Keep("it counts people, names none, and is written anew every five minutes"),
    },
    PersonalTable {
        name: "trend_history",
        columns: &["subject_id"],
        export: Export::Nothing("it counts people, and names none"),
        purge: Purge::Keep("it counts people, names none, and is gone after TRENDS_HISTORY"),
    },
];
