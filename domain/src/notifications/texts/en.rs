//! English.

use super::{Deed, Others, Sentences};

pub(super) fn sentences(deed: Deed) -> Sentences {
    let (one, two, other, others) = match deed {
        Deed::LikesPost => (
            "{one} likes your post",
            "{one} and {two} like your post",
            "{one} and {n} other like your post",
            "{one} and {n} others like your post",
        ),
        Deed::LikesComment => (
            "{one} likes your comment",
            "{one} and {two} like your comment",
            "{one} and {n} other like your comment",
            "{one} and {n} others like your comment",
        ),
        Deed::Comments => (
            "{one} commented on your post",
            "{one} and {two} commented on your post",
            "{one} and {n} other commented on your post",
            "{one} and {n} others commented on your post",
        ),
        Deed::Replies => (
            "{one} replied to your comment",
            "{one} and {two} replied to your comment",
            "{one} and {n} other replied to your comment",
            "{one} and {n} others replied to your comment",
        ),
        Deed::Follows => (
            "{one} follows you",
            "{one} and {two} follow you",
            "{one} and {n} other follow you",
            "{one} and {n} others follow you",
        ),
        Deed::AsksToFollow => (
            "{one} asks to follow you",
            "{one} and {two} ask to follow you",
            "{one} and {n} other ask to follow you",
            "{one} and {n} others ask to follow you",
        ),
        Deed::MentionsInPost => (
            "{one} mentioned you in a post",
            "{one} and {two} mentioned you in a post",
            "{one} and {n} other mentioned you in a post",
            "{one} and {n} others mentioned you in a post",
        ),
        Deed::MentionsInComment => (
            "{one} mentioned you in a comment",
            "{one} and {two} mentioned you in a comment",
            "{one} and {n} other mentioned you in a comment",
            "{one} and {n} others mentioned you in a comment",
        ),
        Deed::Shares => (
            "{one} shared your post",
            "{one} and {two} shared your post",
            "{one} and {n} other shared your post",
            "{one} and {n} others shared your post",
        ),
        Deed::Other => (
            "There is news for you",
            "There is news for you",
            "There is news for you",
            "There is news for you",
        ),
    };
    Sentences {
        one,
        two,
        others: Others {
            one: other,
            other: others,
        },
    }
}
