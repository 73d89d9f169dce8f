//! English.

use super::{Names, Others, Said, Words};
use crate::settings::NotificationType;

pub(super) const WORDS: Words = Words {
    title: "News for you",
    news: "There is something new",
    said,
};

const NAMES: Names = Names {
    two: "{one} and {two}",
    others: Others {
        one: "{one} and {n} other",
        other: "{one} and {n} others",
    },
};

fn said(kind: NotificationType, of_comment: bool) -> Said {
    let (one, more) = match kind {
        NotificationType::Like if of_comment => ("likes your comment", "like your comment"),
        NotificationType::Like => ("likes your post", "like your post"),
        NotificationType::Comment => both("commented on your post"),
        NotificationType::Reply => both("replied to your comment"),
        NotificationType::Follow => ("follows you", "follow you"),
        NotificationType::FollowRequest => ("asks to follow you", "ask to follow you"),
        NotificationType::Mention if of_comment => both("mentioned you in a comment"),
        NotificationType::Mention => both("mentioned you in a post"),
        NotificationType::Message => both("wrote to you"),
        NotificationType::Share => both("shared your post"),
        NotificationType::Donation => both("donated to your request"),
        NotificationType::Mentor => both("wrote to you about mentoring"),
        NotificationType::Enrolment => both("enrolled in your lecture"),
        NotificationType::Story => both("celebrated your story"),
        NotificationType::Funding => {
            return Said::ByNobody("There is news of a request you support");
        }
        NotificationType::Lecture => return Said::ByNobody("A lecture begins soon"),
        NotificationType::Payment => return Said::ByNobody("There is news of a payment"),
        NotificationType::System => return Said::ByNobody(WORDS.news),
    };
    Said::ByThem(&NAMES, one, more)
}

/// The past is the same for one and for many.
fn both(said: &'static str) -> (&'static str, &'static str) {
    (said, said)
}
