//! English.

use super::{Deed, Others, Sentences};

pub(super) fn sentences(deed: Deed) -> &'static Sentences {
    match deed {
        Deed::LikesPost => &LIKES_POST,
        Deed::LikesComment => &LIKES_COMMENT,
        Deed::Comments => &COMMENTS,
        Deed::Replies => &REPLIES,
        Deed::Follows => &FOLLOWS,
        Deed::AsksToFollow => &ASKS_TO_FOLLOW,
        Deed::MentionsInPost => &MENTIONS_IN_POST,
        Deed::MentionsInComment => &MENTIONS_IN_COMMENT,
        Deed::Shares => &SHARES,
        Deed::Other => &OTHER,
    }
}

const LIKES_POST: Sentences = Sentences {
    one: "{one} likes your post",
    two: "{one} and {two} like your post",
    others: Others {
        one: "{one} and {n} other like your post",
        other: "{one} and {n} others like your post",
    },
};

const LIKES_COMMENT: Sentences = Sentences {
    one: "{one} likes your comment",
    two: "{one} and {two} like your comment",
    others: Others {
        one: "{one} and {n} other like your comment",
        other: "{one} and {n} others like your comment",
    },
};

const COMMENTS: Sentences = Sentences {
    one: "{one} commented on your post",
    two: "{one} and {two} commented on your post",
    others: Others {
        one: "{one} and {n} other commented on your post",
        other: "{one} and {n} others commented on your post",
    },
};

const REPLIES: Sentences = Sentences {
    one: "{one} replied to your comment",
    two: "{one} and {two} replied to your comment",
    others: Others {
        one: "{one} and {n} other replied to your comment",
        other: "{one} and {n} others replied to your comment",
    },
};

const FOLLOWS: Sentences = Sentences {
    one: "{one} follows you",
    two: "{one} and {two} follow you",
    others: Others {
        one: "{one} and {n} other follow you",
        other: "{one} and {n} others follow you",
    },
};

const ASKS_TO_FOLLOW: Sentences = Sentences {
    one: "{one} asks to follow you",
    two: "{one} and {two} ask to follow you",
    others: Others {
        one: "{one} and {n} other ask to follow you",
        other: "{one} and {n} others ask to follow you",
    },
};

const MENTIONS_IN_POST: Sentences = Sentences {
    one: "{one} mentioned you in a post",
    two: "{one} and {two} mentioned you in a post",
    others: Others {
        one: "{one} and {n} other mentioned you in a post",
        other: "{one} and {n} others mentioned you in a post",
    },
};

const MENTIONS_IN_COMMENT: Sentences = Sentences {
    one: "{one} mentioned you in a comment",
    two: "{one} and {two} mentioned you in a comment",
    others: Others {
        one: "{one} and {n} other mentioned you in a comment",
        other: "{one} and {n} others mentioned you in a comment",
    },
};

const SHARES: Sentences = Sentences {
    one: "{one} shared your post",
    two: "{one} and {two} shared your post",
    others: Others {
        one: "{one} and {n} other shared your post",
        other: "{one} and {n} others shared your post",
    },
};

const OTHER: Sentences = Sentences {
    one: "There is news for you",
    two: "There is news for you",
    others: Others {
        one: "There is news for you",
        other: "There is news for you",
    },
};
