//! German.

use super::{Names, Others, Said, Words};
use crate::settings::NotificationType;

pub(super) const WORDS: Words = Words {
    title: "Neues für dich",
    news: "Es gibt etwas Neues",
    said,
};

/// Those who do something.
const NOMINATIVE: Names = Names {
    two: "{one} und {two}",
    others: Others {
        one: "{one} und {n} weitere Person",
        other: "{one} und {n} weitere Personen",
    },
};

/// Those whom something pleases.
const DATIVE: Names = Names {
    two: "{one} und {two}",
    others: Others {
        one: "{one} und {n} weiteren Person",
        other: "{one} und {n} weiteren Personen",
    },
};

fn said(kind: NotificationType, of_comment: bool) -> Said {
    let (one, more) = match kind {
        NotificationType::Like => {
            let pleases = match of_comment {
                true => "gefällt dein Kommentar",
                false => "gefällt dein Beitrag",
            };
            return Said::ByThem(&DATIVE, pleases, pleases);
        }
        NotificationType::Comment => (
            "hat deinen Beitrag kommentiert",
            "haben deinen Beitrag kommentiert",
        ),
        NotificationType::Reply => (
            "hat auf deinen Kommentar geantwortet",
            "haben auf deinen Kommentar geantwortet",
        ),
        NotificationType::Follow => ("folgt dir", "folgen dir"),
        NotificationType::FollowRequest => ("möchte dir folgen", "möchten dir folgen"),
        NotificationType::Mention if of_comment => (
            "hat dich in einem Kommentar erwähnt",
            "haben dich in einem Kommentar erwähnt",
        ),
        NotificationType::Mention => (
            "hat dich in einem Beitrag erwähnt",
            "haben dich in einem Beitrag erwähnt",
        ),
        NotificationType::Message => ("hat dir geschrieben", "haben dir geschrieben"),
        NotificationType::Share => ("hat deinen Beitrag geteilt", "haben deinen Beitrag geteilt"),
        NotificationType::Donation => (
            "hat für dein Anliegen gespendet",
            "haben für dein Anliegen gespendet",
        ),
        NotificationType::Mentor => (
            "hat dir zum Mentoring geschrieben",
            "haben dir zum Mentoring geschrieben",
        ),
        NotificationType::Enrolment => (
            "hat sich für deine Vorlesung angemeldet",
            "haben sich für deine Vorlesung angemeldet",
        ),
        NotificationType::Story => (
            "hat deine Geschichte gefeiert",
            "haben deine Geschichte gefeiert",
        ),
        NotificationType::Funding => {
            return Said::ByNobody("Es gibt Neues zu einem Anliegen, das du unterstützt");
        }
        NotificationType::Lecture => return Said::ByNobody("Eine Vorlesung beginnt bald"),
        NotificationType::Payment => return Said::ByNobody("Es gibt Neues zu einer Zahlung"),
        NotificationType::System => return Said::ByNobody(WORDS.news),
    };
    Said::ByThem(&NOMINATIVE, one, more)
}
