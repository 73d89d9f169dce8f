//! Notifications in words, for the list, the stream, pushes, mails and texts alike. A language is a table: how it lists
//! names, the last by its plural categories, and what it says of each thing that people do, for one person and for more.

mod de;
mod en;

use std::fmt;

use super::TargetType;
use crate::Tongue;
use crate::settings::NotificationType;

/// What happened, before it is in words.
#[derive(Clone, Copy, Debug)]
pub struct Summary<'a> {
    pub kind: NotificationType,
    pub target: Option<TargetType>,
    /// Of those who did it, the latest first.
    pub names: &'a [&'a str],
    /// How many did it.
    pub count: i64,
    /// Words of its own.
    pub content: Option<&'a str>,
}

/// What happened, in words: `Ann and 12 others`, `like your post`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// None: nobody in particular did it.
    who: Option<String>,
    what: String,
    /// Between both.
    joint: &'static str,
    /// In place of who did it.
    title: &'static str,
}

struct Words {
    title: &'static str,
    /// Where there is nothing else to say.
    news: &'static str,
    /// What is said of a kind, about a comment or about anything else.
    said: fn(NotificationType, bool) -> Said,
}

enum Said {
    /// After names, of one and of more.
    ByThem(&'static Names, &'static str, &'static str),
    ByNobody(&'static str),
}

/// `{one}` and `{two}` are names, `{n}` is how many others.
struct Names {
    two: &'static str,
    others: Others,
}

/// The plural categories of CLDR that English and German have for whole numbers.
struct Others {
    one: &'static str,
    other: &'static str,
}

impl Summary<'_> {
    pub fn text(&self, tongue: Tongue) -> Text {
        let words = tongue.pick(&en::WORDS, &de::WORDS);
        let of_comment = self.target == Some(TargetType::Comment);
        let (who, what, joint) = match ((words.said)(self.kind, of_comment), self.content) {
            (Said::ByThem(names, ..), Some(content)) => (self.who(names), content, ": "),
            (Said::ByThem(names, one, more), None) => match self.who(names) {
                Some(who) if self.count > 1 => (Some(who), more, " "),
                Some(who) => (Some(who), one, " "),
                None => (None, words.news, " "),
            },
            (Said::ByNobody(what), content) => (None, content.unwrap_or(what), " "),
        };
        Text {
            who,
            what: what.to_owned(),
            joint,
            title: words.title,
        }
    }

    fn who(&self, names: &Names) -> Option<String> {
        let first = *self.names.first()?;
        let others = self.count - 1;
        Some(match (others, self.names.get(1)) {
            (..=0, _) => first.to_owned(),
            (1, Some(second)) => fill(names.two, first, second, others),
            // Whole numbers: 1 is `one` in both languages, all others are `other`.
            (1, None) => fill(names.others.one, first, "", others),
            _ => fill(names.others.other, first, "", others),
        })
    }
}

impl Text {
    /// Above the [body](Self::body): who did it.
    pub fn title(&self) -> &str {
        self.who.as_deref().unwrap_or(self.title)
    }

    pub fn body(&self) -> &str {
        &self.what
    }
}

/// In one line.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.who {
            Some(who) => write!(f, "{who}{}{}", self.joint, self.what),
            None => f.write_str(&self.what),
        }
    }
}

/// One pass, so that nobody's name is taken for a place to fill.
fn fill(sentence: &str, one: &str, two: &str, others: i64) -> String {
    let mut text = String::with_capacity(sentence.len() + one.len() + two.len());
    let mut rest = sentence;
    while let Some((before, behind)) = rest.split_once('{') {
        let (hole, after) = behind.split_once('}').unwrap_or((behind, ""));
        text.push_str(before);
        match hole {
            "one" => text.push_str(one),
            "two" => text.push_str(two),
            _ => text.push_str(&others.to_string()),
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIKE: Summary<'static> = Summary {
        kind: NotificationType::Like,
        target: Some(TargetType::Post),
        names: &[],
        count: 0,
        content: None,
    };

    fn likes(names: &[&str], count: i64, tongue: Tongue) -> String {
        let summary = Summary {
            names,
            count,
            ..LIKE
        };
        summary.text(tongue).to_string()
    }

    #[test]
    fn one_two_and_many_are_told_in_each_language() {
        let all = ["Ann", "Ben", "Cy"];
        for (names, count, english, german) in [
            (1, 1, "Ann likes your post", "Ann gefällt dein Beitrag"),
            (
                2,
                2,
                "Ann and Ben like your post",
                "Ann und Ben gefällt dein Beitrag",
            ),
            (
                1,
                2,
                "Ann and 1 other like your post",
                "Ann und 1 weiteren Person gefällt dein Beitrag",
            ),
            (
                3,
                13,
                "Ann and 12 others like your post",
                "Ann und 12 weiteren Personen gefällt dein Beitrag",
            ),
        ] {
            assert_eq!(likes(&all[..names], count, Tongue::English), english);
            assert_eq!(likes(&all[..names], count, Tongue::German), german);
        }
        let follow = Summary {
            kind: NotificationType::Follow,
            target: None,
            names: &all,
            count: 3,
            content: None,
        };
        let german = follow.text(Tongue::German).to_string();
        assert_eq!(german, "Ann und 2 weitere Personen folgen dir");
    }

    #[test]
    fn a_name_is_not_filled_in() {
        let names = ["{n}", "{one}"];
        let said = likes(&names, 2, Tongue::English);
        assert_eq!(said, "{n} and {one} like your post");
    }

    #[test]
    fn who_did_it_is_the_title_and_where_nobody_did_there_is_another() {
        let names = ["Ann", "Ben"];
        let both = Summary {
            names: &names,
            count: 2,
            ..LIKE
        };
        let text = both.text(Tongue::English);
        assert_eq!(
            (text.title(), text.body()),
            ("Ann and Ben", "like your post")
        );
        let text = LIKE.text(Tongue::German);
        assert_eq!(
            (text.title(), text.body()),
            ("Neues für dich", "Es gibt etwas Neues")
        );
        let system = Summary {
            kind: NotificationType::System,
            content: Some("Down on Sunday"),
            ..LIKE
        };
        let text = system.text(Tongue::English);
        assert_eq!(
            (text.title(), text.body()),
            ("News for you", "Down on Sunday")
        );
        assert_eq!(text.to_string(), "Down on Sunday");
    }

    #[test]
    fn words_of_ones_own_follow_the_name() {
        let message = Summary {
            kind: NotificationType::Message,
            target: None,
            names: &["Ann"],
            count: 1,
            content: Some("Lunch?"),
        };
        let text = message.text(Tongue::English);
        assert_eq!((text.title(), text.body()), ("Ann", "Lunch?"));
        assert_eq!(text.to_string(), "Ann: Lunch?");
    }

    /// The compiler sees to it that every kind has words in every language; here that they are words, and not the same.
    #[test]
    fn every_kind_says_something_of_its_own_in_every_language() {
        for kind in NotificationType::ALL {
            for (target, names) in [
                (None, &["Ann"][..]),
                (Some(TargetType::Comment), &["Ann", "Ben"][..]),
            ] {
                let summary = Summary {
                    kind: *kind,
                    target,
                    names,
                    count: 2,
                    content: None,
                };
                let [english, german] = Tongue::ALL.map(|tongue| summary.text(tongue));
                assert!(!english.what.is_empty() && !german.what.is_empty());
                assert_ne!(english.what, german.what);
                assert_eq!(english.who.is_some(), german.who.is_some(), "{kind:?}");
            }
        }
    }
}
