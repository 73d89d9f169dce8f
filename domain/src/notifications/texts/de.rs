//! German.

use super::{Deed, Others, Sentences};

pub(super) fn sentences(deed: Deed) -> Sentences {
    let (one, two, other, others) = match deed {
        Deed::LikesPost => (
            "{one} gefällt dein Beitrag",
            "{one} und {two} gefällt dein Beitrag",
            "{one} und {n} weiteren Person gefällt dein Beitrag",
            "{one} und {n} weiteren Personen gefällt dein Beitrag",
        ),
        Deed::LikesComment => (
            "{one} gefällt dein Kommentar",
            "{one} und {two} gefällt dein Kommentar",
            "{one} und {n} weiteren Person gefällt dein Kommentar",
            "{one} und {n} weiteren Personen gefällt dein Kommentar",
        ),
        Deed::Comments => (
            "{one} hat deinen Beitrag kommentiert",
            "{one} und {two} haben deinen Beitrag kommentiert",
            "{one} und {n} weitere Person haben deinen Beitrag kommentiert",
            "{one} und {n} weitere Personen haben deinen Beitrag kommentiert",
        ),
        Deed::Replies => (
            "{one} hat auf deinen Kommentar geantwortet",
            "{one} und {two} haben auf deinen Kommentar geantwortet",
            "{one} und {n} weitere Person haben auf deinen Kommentar geantwortet",
            "{one} und {n} weitere Personen haben auf deinen Kommentar geantwortet",
        ),
        Deed::Follows => (
            "{one} folgt dir",
            "{one} und {two} folgen dir",
            "{one} und {n} weitere Person folgen dir",
            "{one} und {n} weitere Personen folgen dir",
        ),
        Deed::AsksToFollow => (
            "{one} möchte dir folgen",
            "{one} und {two} möchten dir folgen",
            "{one} und {n} weitere Person möchten dir folgen",
            "{one} und {n} weitere Personen möchten dir folgen",
        ),
        Deed::MentionsInPost => (
            "{one} hat dich in einem Beitrag erwähnt",
            "{one} und {two} haben dich in einem Beitrag erwähnt",
            "{one} und {n} weitere Person haben dich in einem Beitrag erwähnt",
            "{one} und {n} weitere Personen haben dich in einem Beitrag erwähnt",
        ),
        Deed::MentionsInComment => (
            "{one} hat dich in einem Kommentar erwähnt",
            "{one} und {two} haben dich in einem Kommentar erwähnt",
            "{one} und {n} weitere Person haben dich in einem Kommentar erwähnt",
            "{one} und {n} weitere Personen haben dich in einem Kommentar erwähnt",
        ),
        Deed::Shares => (
            "{one} hat deinen Beitrag geteilt",
            "{one} und {two} haben deinen Beitrag geteilt",
            "{one} und {n} weitere Person haben deinen Beitrag geteilt",
            "{one} und {n} weitere Personen haben deinen Beitrag geteilt",
        ),
        Deed::Other => (
            "Es gibt Neues für dich",
            "Es gibt Neues für dich",
            "Es gibt Neues für dich",
            "Es gibt Neues für dich",
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
