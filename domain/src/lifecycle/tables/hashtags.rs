//! What posts are found by. What is trending knows how many people there were, and not who.

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
        columns: &["author_id"],
        export: OF_POSTS,
        purge: Purge::GoesWith("posts"),
    },
];
