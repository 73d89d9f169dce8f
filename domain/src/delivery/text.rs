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
    let what = said.map_or_else(|| verb(kind, target, count, tongue), str::to_owned);
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

fn verb(kind: NotificationType, target: Option<&str>, count: i64, tongue: Tongue) -> String {
    let (of_comment, one) = (target == Some("comment"), count <= 1);
    match tongue {
        Tongue::English => english(kind, of_comment, one).to_owned(),
        Tongue::German => german(kind, of_comment, one),
    }
}

fn english(kind: NotificationType, of_comment: bool, one: bool) -> &'static str {
    match kind {
        NotificationType::Like if of_comment => "liked your comment",
        NotificationType::Like => "liked your post",
        NotificationType::Comment => "commented on your post",
        NotificationType::Reply => "replied to your comment",
        NotificationType::Follow if one => "follows you",
        NotificationType::Follow => "follow you",
        NotificationType::FollowRequest if one => "asks to follow you",
        NotificationType::FollowRequest => "ask to follow you",
        NotificationType::Mention if of_comment => "mentioned you in a comment",
        NotificationType::Mention => "mentioned you in a post",
        NotificationType::Message => "wrote to you",
        NotificationType::Share => "shared your post",
        NotificationType::Donation => "donated to your request",
        NotificationType::Funding => "There is news of a request you support",
        NotificationType::Mentor => "wrote to you about mentoring",
        NotificationType::Lecture => "A lecture begins soon",
        NotificationType::Enrolment => "enrolled in your lecture",
        NotificationType::Payment => "There is news of a payment",
        NotificationType::Story => "celebrated your story",
        NotificationType::System => "There is something new",
    }
}

/// Verbs follow the number of those who do it.
fn german(kind: NotificationType, of_comment: bool, one: bool) -> String {
    let have = if one { "hat" } else { "haben" };
    let done = match kind {
        NotificationType::Like if of_comment => return "gefällt dein Kommentar".to_owned(),
        NotificationType::Like => return "gefällt dein Beitrag".to_owned(),
        NotificationType::Follow if one => return "folgt dir".to_owned(),
        NotificationType::Follow => return "folgen dir".to_owned(),
        NotificationType::FollowRequest if one => return "möchte dir folgen".to_owned(),
        NotificationType::FollowRequest => return "möchten dir folgen".to_owned(),
        NotificationType::Funding => {
            return "Es gibt Neues zu einem Anliegen, das du unterstützt".to_owned();
        }
        NotificationType::Lecture => return "Eine Vorlesung beginnt bald".to_owned(),
        NotificationType::Payment => return "Es gibt Neues zu einer Zahlung".to_owned(),
        NotificationType::System => return "Es gibt etwas Neues".to_owned(),
        NotificationType::Comment => "deinen Beitrag kommentiert",
        NotificationType::Reply => "auf deinen Kommentar geantwortet",
        NotificationType::Mention if of_comment => "dich in einem Kommentar erwähnt",
        NotificationType::Mention => "dich in einem Beitrag erwähnt",
        NotificationType::Message => "dir geschrieben",
        NotificationType::Share => "deinen Beitrag geteilt",
        NotificationType::Donation => "für dein Anliegen gespendet",
        NotificationType::Mentor => "dir zum Mentoring geschrieben",
        NotificationType::Enrolment => "sich für deine Vorlesung angemeldet",
        NotificationType::Story => "deine Geschichte gefeiert",
    };
    format!("{have} {done}")
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
