//! German.

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
    one: "{one} gefällt dein Beitrag",
    two: "{one} und {two} gefällt dein Beitrag",
    others: Others {
        one: "{one} und {n} weiteren Person gefällt dein Beitrag",
        other: "{one} und {n} weiteren Personen gefällt dein Beitrag",
    },
};

const LIKES_COMMENT: Sentences = Sentences {
    one: "{one} gefällt dein Kommentar",
    two: "{one} und {two} gefällt dein Kommentar",
    others: Others {
        one: "{one} und {n} weiteren Person gefällt dein Kommentar",
        other: "{one} und {n} weiteren Personen gefällt dein Kommentar",
    },
};

const COMMENTS: Sentences = Sentences {
    one: "{one} hat deinen Beitrag kommentiert",
    two: "{one} und {two} haben deinen Beitrag kommentiert",
    others: Others {
        one: "{one} und {n} weitere Person haben deinen Beitrag kommentiert",
        other: "{one} und {n} weitere Personen haben deinen Beitrag kommentiert",
    },
};

const REPLIES: Sentences = Sentences {
    one: "{one} hat auf deinen Kommentar geantwortet",
    two: "{one} und {two} haben auf deinen Kommentar geantwortet",
    others: Others {
        one: "{one} und {n} weitere Person haben auf deinen Kommentar geantwortet",
        other: "{one} und {n} weitere Personen haben auf deinen Kommentar geantwortet",
    },
};

const FOLLOWS: Sentences = Sentences {
    one: "{one} folgt dir",
    two: "{one} und {two} folgen dir",
    others: Others {
        one: "{one} und {n} weitere Person folgen dir",
        other: "{one} und {n} weitere Personen folgen dir",
    },
};

const ASKS_TO_FOLLOW: Sentences = Sentences {
    one: "{one} möchte dir folgen",
    two: "{one} und {two} möchten dir folgen",
    others: Others {
        one: "{one} und {n} weitere Person möchten dir folgen",
        other: "{one} und {n} weitere Personen möchten dir folgen",
    },
};

const MENTIONS_IN_POST: Sentences = Sentences {
    one: "{one} hat dich in einem Beitrag erwähnt",
    two: "{one} und {two} haben dich in einem Beitrag erwähnt",
    others: Others {
        one: "{one} und {n} weitere Person haben dich in einem Beitrag erwähnt",
        other: "{one} und {n} weitere Personen haben dich in einem Beitrag erwähnt",
    },
};

const MENTIONS_IN_COMMENT: Sentences = Sentences {
    one: "{one} hat dich in einem Kommentar erwähnt",
    two: "{one} und {two} haben dich in einem Kommentar erwähnt",
    others: Others {
        one: "{one} und {n} weitere Person haben dich in einem Kommentar erwähnt",
        other: "{one} und {n} weitere Personen haben dich in einem Kommentar erwähnt",
    },
};

const SHARES: Sentences = Sentences {
    one: "{one} hat deinen Beitrag geteilt",
    two: "{one} und {two} haben deinen Beitrag geteilt",
    others: Others {
        one: "{one} und {n} weitere Person haben deinen Beitrag geteilt",
        other: "{one} und {n} weitere Personen haben deinen Beitrag geteilt",
    },
};

const OTHER: Sentences = Sentences {
    one: "Es gibt Neues für dich",
    two: "Es gibt Neues für dich",
    others: Others {
        one: "Es gibt Neues für dich",
        other: "Es gibt Neues für dich",
    },
};
