//! What a notification says in a few words, in the reader's language. English for those whose language is not here.

use crate::settings::NotificationType;

/// Languages there are words in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tongue {
    English,
    German,
}

impl Tongue {
    /// Of a language tag: `de-AT` is read as `de`.
    pub fn of(tag: &str) -> Self {
        match tag.split('-').next() {
            Some("de") => Self::German,
            _ => Self::English,
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// The one of both that is in this language.
    pub fn pick<T>(self, english: T, german: T) -> T {
        match self {
            Self::English => english,
            Self::German => german,
        }
    }
}

/// Title and text: `Ann and 12 others`, `liked your post`. `actors` are the latest, `count` is all of them; `said` are
/// the words of a notification that brings its own.
pub fn summary(
    kind: NotificationType,
    target: Option<&str>,
    (actors, count): (&[String], i64),
    said: Option<&str>,
    tongue: Tongue,
) -> (String, String) {
    let who = names(actors, count, tongue);
    let what = said.map_or_else(
        || verb(kind, target, count, tongue).to_owned(),
        str::to_owned,
    );
    match who {
        Some(who) => (who, what),
        None => (house(tongue).to_owned(), what),
    }
}

/// `Ann`, `Ann and Ben`, `Ann and 12 others`. None where nobody did it.
fn names(actors: &[String], count: i64, tongue: Tongue) -> Option<String> {
    let and = tongue.pick("and", "und");
    let first = actors.first()?;
    let others = count.max(i64::try_from(actors.len()).unwrap_or(i64::MAX)) - 1;
    Some(match (others, actors.get(1)) {
        (..=0, _) => first.clone(),
        (1, Some(second)) => format!("{first} {and} {second}"),
        (1, None) => format!(
            "{first} {and} {}",
            tongue.pick("1 other", "1 weitere Person")
        ),
        (more, _) => format!("{first} {and} {more} {}", tongue.pick("others", "weitere")),
    })
}

fn house(tongue: Tongue) -> &'static str {
    tongue.pick("News for you", "Neues für dich")
}

/// German verbs follow the number of those who do it.
fn verb(kind: NotificationType, target: Option<&str>, count: i64, tongue: Tongue) -> &'static str {
    let one = count <= 1;
    let of_comment = target == Some("comment");
    let german = |single, many| if one { single } else { many };
    match kind {
        NotificationType::Like if of_comment => tongue.pick(
            "liked your comment",
            german("gefällt dein Kommentar", "gefällt dein Kommentar"),
        ),
        NotificationType::Like => tongue.pick("liked your post", "gefällt dein Beitrag"),
        NotificationType::Comment => tongue.pick(
            "commented on your post",
            german(
                "hat deinen Beitrag kommentiert",
                "haben deinen Beitrag kommentiert",
            ),
        ),
        NotificationType::Reply => tongue.pick(
            "replied to your comment",
            german(
                "hat auf deinen Kommentar geantwortet",
                "haben auf deinen Kommentar geantwortet",
            ),
        ),
        NotificationType::Follow => tongue.pick(
            german("follows you", "follow you"),
            german("folgt dir", "folgen dir"),
        ),
        NotificationType::FollowRequest => tongue.pick(
            german("asks to follow you", "ask to follow you"),
            german("möchte dir folgen", "möchten dir folgen"),
        ),
        NotificationType::Mention if of_comment => tongue.pick(
            "mentioned you in a comment",
            german(
                "hat dich in einem Kommentar erwähnt",
                "haben dich in einem Kommentar erwähnt",
            ),
        ),
        NotificationType::Mention => tongue.pick(
            "mentioned you in a post",
            german(
                "hat dich in einem Beitrag erwähnt",
                "haben dich in einem Beitrag erwähnt",
            ),
        ),
        NotificationType::Message => tongue.pick(
            "wrote to you",
            german("hat dir geschrieben", "haben dir geschrieben"),
        ),
        NotificationType::Share => tongue.pick(
            "shared your post",
            german("hat deinen Beitrag geteilt", "haben deinen Beitrag geteilt"),
        ),
        NotificationType::Donation => tongue.pick(
            "donated to your request",
            german(
                "hat für dein Anliegen gespendet",
                "haben für dein Anliegen gespendet",
            ),
        ),
        NotificationType::Funding => tongue.pick(
            "There is news of a request you support",
            "Es gibt Neues zu einem Anliegen, das du unterstützt",
        ),
        NotificationType::Mentor => tongue.pick(
            "wrote to you about mentoring",
            german(
                "hat dir zum Mentoring geschrieben",
                "haben dir zum Mentoring geschrieben",
            ),
        ),
        NotificationType::Lecture => {
            tongue.pick("A lecture begins soon", "Eine Vorlesung beginnt bald")
        }
        NotificationType::Enrolment => tongue.pick(
            "enrolled in your lecture",
            german(
                "hat sich für deine Vorlesung angemeldet",
                "haben sich für deine Vorlesung angemeldet",
            ),
        ),
        NotificationType::Payment => tongue.pick(
            "There is news of a payment",
            "Es gibt Neues zu einer Zahlung",
        ),
        NotificationType::Story => tongue.pick(
            "celebrated your story",
            german(
                "hat deine Geschichte gefeiert",
                "haben deine Geschichte gefeiert",
            ),
        ),
        NotificationType::System => tongue.pick("There is something new", "Es gibt etwas Neues"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(kind: NotificationType, actors: &[&str], count: i64, tongue: Tongue) -> String {
        let actors: Vec<String> = actors.iter().map(|one| (*one).to_owned()).collect();
        let (title, body) = summary(kind, Some("post"), (&actors, count), None, tongue);
        format!("{title} {body}")
    }

    #[test]
    fn one_two_and_many_are_counted_as_each_language_does() {
        let (like, follow) = (NotificationType::Like, NotificationType::Follow);
        let (en, de) = (Tongue::of("en-GB"), Tongue::of("de-AT"));
        assert_eq!(said(like, &["Ann"], 1, en), "Ann liked your post");
        assert_eq!(
            said(like, &["Ann", "Ben"], 2, en),
            "Ann and Ben liked your post"
        );
        assert_eq!(
            said(like, &["Ann", "Ben"], 13, en),
            "Ann and 12 others liked your post"
        );
        assert_eq!(
            said(like, &["Ann"], 2, en),
            "Ann and 1 other liked your post"
        );
        assert_eq!(said(follow, &["Ann"], 1, de), "Ann folgt dir");
        assert_eq!(
            said(follow, &["Ann", "Ben"], 2, de),
            "Ann und Ben folgen dir"
        );
        assert_eq!(
            said(follow, &["Ann", "Ben"], 13, de),
            "Ann und 12 weitere folgen dir"
        );
        assert_eq!(
            said(follow, &["Ann"], 2, de),
            "Ann und 1 weitere Person folgen dir"
        );
        assert_eq!(Tongue::of("xx"), Tongue::English);
    }

    #[test]
    fn every_kind_has_words_in_every_language() {
        for kind in NotificationType::ALL {
            for (target, count) in [(None, 0), (Some("comment"), 1), (Some("post"), 5)] {
                let [english, german] = [Tongue::English, Tongue::German]
                    .map(|tongue| verb(*kind, target, count, tongue));
                assert!(!english.is_empty() && !german.is_empty() && english != german);
            }
        }
    }

    #[test]
    fn what_nobody_did_has_a_title_and_may_bring_its_own_words() {
        let nobody = (&[][..], 0);
        let told = summary(
            NotificationType::System,
            None,
            nobody,
            Some("Down on Sunday"),
            Tongue::English,
        );
        assert_eq!(
            told,
            ("News for you".to_owned(), "Down on Sunday".to_owned())
        );
    }
}
