//! Notifications in words. A language is a table: for each thing that people do three sentences, for one person, for two,
//! and for one with others, the last by the language's plural categories.

mod de;
mod en;

use super::TargetType;
use crate::settings::{Language, NotificationType};

/// What a sentence says.
#[derive(Clone, Copy, Debug)]
pub struct Summary<'a> {
    pub kind: NotificationType,
    pub target: Option<TargetType>,
    /// Of those who did it, the latest first.
    pub names: &'a [&'a str],
    /// How many did it.
    pub count: i64,
}

/// The sentences of one thing: `{one}` and `{two}` are names, `{n}` is how many others.
struct Sentences {
    one: &'static str,
    two: &'static str,
    others: Others,
}

/// The plural categories of CLDR that English and German have for whole numbers.
struct Others {
    one: &'static str,
    other: &'static str,
}

/// What people do, as sentences tell it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    LikesPost,
    LikesComment,
    Comments,
    Replies,
    Follows,
    AsksToFollow,
    MentionsInPost,
    MentionsInComment,
    Shares,
    /// What has no sentence of its own here.
    Other,
}

struct Table {
    language: &'static str,
    sentences: fn(Deed) -> &'static Sentences,
}

/// The first is for whoever reads none of them.
const TABLES: [Table; 2] = [
    Table {
        language: "en",
        sentences: en::sentences,
    },
    Table {
        language: "de",
        sentences: de::sentences,
    },
];

impl Summary<'_> {
    pub fn text(&self, language: &Language) -> String {
        let known = TABLES
            .iter()
            .find(|table| table.language == language.primary());
        let table = known.unwrap_or(&TABLES[0]);
        let sentences = (table.sentences)(self.deed());
        let others = self.count - 1;
        let sentence = match (self.names, others) {
            ([_], ..=0) | ([], _) => sentences.one,
            ([_, _, ..], 1) => sentences.two,
            // Whole numbers: 1 is `one` in both languages, all others are `other`.
            (_, 1) => sentences.others.one,
            _ => sentences.others.other,
        };
        let name = |at: usize| self.names.get(at).copied().unwrap_or_default();
        fill(sentence, name(0), name(1), others)
    }

    fn deed(&self) -> Deed {
        match (self.kind, self.target) {
            (NotificationType::Like, Some(TargetType::Comment)) => Deed::LikesComment,
            (NotificationType::Like, _) => Deed::LikesPost,
            (NotificationType::Comment, _) => Deed::Comments,
            (NotificationType::Reply, _) => Deed::Replies,
            (NotificationType::Follow, _) => Deed::Follows,
            (NotificationType::FollowRequest, _) => Deed::AsksToFollow,
            (NotificationType::Mention, Some(TargetType::Comment)) => Deed::MentionsInComment,
            (NotificationType::Mention, _) => Deed::MentionsInPost,
            (NotificationType::Share, _) => Deed::Shares,
            _ => Deed::Other,
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
    use crate::wire::WireText;

    const DEEDS: [Deed; 10] = [
        Deed::LikesPost,
        Deed::LikesComment,
        Deed::Comments,
        Deed::Replies,
        Deed::Follows,
        Deed::AsksToFollow,
        Deed::MentionsInPost,
        Deed::MentionsInComment,
        Deed::Shares,
        Deed::Other,
    ];

    fn likes(names: &[&str], count: i64, language: &str) -> String {
        let summary = Summary {
            kind: NotificationType::Like,
            target: Some(TargetType::Post),
            names,
            count,
        };
        summary.text(&Language::read(language).unwrap())
    }

    #[test]
    fn one_two_and_many_are_told_in_each_language() {
        let all = ["Ann", "Ben", "Cy"];
        assert_eq!(likes(&all[..1], 1, "en"), "Ann likes your post");
        assert_eq!(likes(&all[..2], 2, "en"), "Ann and Ben like your post");
        assert_eq!(likes(&all, 3, "en"), "Ann and 2 others like your post");
        assert_eq!(likes(&all[..1], 2, "en"), "Ann and 1 other like your post");
        assert_eq!(likes(&all, 13, "en-GB"), "Ann and 12 others like your post");
        assert_eq!(likes(&all[..1], 1, "de"), "Ann gefällt dein Beitrag");
        assert_eq!(
            likes(&all[..2], 2, "de"),
            "Ann und Ben gefällt dein Beitrag"
        );
        assert_eq!(
            likes(&all[..1], 2, "de-AT"),
            "Ann und 1 weiteren Person gefällt dein Beitrag"
        );
        assert_eq!(
            likes(&all, 13, "de"),
            "Ann und 12 weiteren Personen gefällt dein Beitrag"
        );
        assert_eq!(likes(&all[..1], 1, "fr"), "Ann likes your post");
    }

    #[test]
    fn a_name_is_not_filled_in() {
        assert_eq!(
            likes(&["{n}", "{one}"], 2, "en"),
            "{n} and {one} like your post"
        );
    }

    /// The compiler sees to it that every deed has sentences in every language; here that they say what they are for.
    #[test]
    fn every_sentence_names_whom_it_is_about() {
        for table in &TABLES {
            for deed in DEEDS.into_iter().filter(|deed| *deed != Deed::Other) {
                let of = (table.sentences)(deed);
                assert!(of.one.contains("{one}"), "{} {deed:?}", table.language);
                assert!(of.two.contains("{one}") && of.two.contains("{two}"));
                for others in [of.others.one, of.others.other] {
                    assert!(
                        others.contains("{one}") && others.contains("{n}"),
                        "{others}"
                    );
                }
            }
        }
    }
}
