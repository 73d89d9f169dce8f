//! What is typed to find posts: words that all have to stand there; `"words in this order"`; `-none of this`;
//! `this or that`; `#hashtag`. The last word may be a beginning, while it is typed.

use std::collections::HashMap;

use poem_openapi::registry::MetaSchema;
use poem_openapi::types::Example;

use super::words::words;
use crate::people::{check_length, schema};
use crate::posts::fold_tag;
use crate::wire::{Fault, WireText, wire_text};

const LONGEST: usize = 200;

/// Parts of a search beyond these are not looked at.
const MOST_PARTS: usize = 16;

/// A beginning stands for other words from so many letters on. In scripts whose letters are many, one will do.
const BEGINNING: usize = 2;

/// What was typed.
#[derive(Clone, Debug)]
pub struct Query {
    typed: String,
    /// One of these groups has to fit: all of its parts.
    groups: Vec<Vec<Part>>,
}

wire_text!(Query);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    wanted: Wanted,
    not: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    Word(String),
    Beginning(String),
    InOrder(Vec<String>),
    Tag(String),
}

/// What the words of a query stand for besides themselves.
#[derive(Debug, Default)]
pub(super) struct Meanings {
    /// Their stems, in the language of the deployment.
    pub stems: HashMap<String, Vec<String>>,
    /// Words that begin so.
    pub longer: HashMap<String, Vec<String>>,
    /// How often words were written, about. One that is missing was never.
    written: HashMap<String, f64>,
}

impl Meanings {
    pub(super) fn knows(&mut self, word: &str, magnitude: i16) {
        let times = 2_f64.powi(magnitude.into());
        self.written.insert(word.to_owned(), times);
    }

    fn times<'a>(&'a self, words: impl Iterator<Item = &'a String>) -> impl Iterator<Item = f64> {
        words.map(|word| self.written.get(word).copied().unwrap_or(0.0))
    }
}

impl Query {
    fn of(typed: &str) -> Self {
        let mut groups = vec![Vec::new()];
        let mut rest = typed.trim_start();
        let mut count = 0;
        while !rest.is_empty() && count < MOST_PARTS {
            let (token, quoted, not, after) = token(rest);
            let is_last = after.is_empty() && !typed.ends_with(char::is_whitespace);
            rest = after.trim_start();
            if !quoted && !not && token.eq_ignore_ascii_case("or") {
                groups.push(Vec::new());
                continue;
            }
            if let (Some(wanted), Some(group)) =
                (wanted(token, quoted, is_last && !not), groups.last_mut())
            {
                group.push(Part { wanted, not });
                count += 1;
            }
        }
        groups.retain(|group| !group.is_empty());
        Self {
            typed: typed.to_owned(),
            groups,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// All that stand there.
    pub(super) fn words(&self) -> Vec<String> {
        let words = self.parts().flat_map(|part| match &part.wanted {
            Wanted::Word(word) | Wanted::Beginning(word) => vec![word.clone()],
            Wanted::InOrder(words) => words.clone(),
            Wanted::Tag(tag) => vec![format!("#{tag}")],
        });
        words.collect()
    }

    /// How many posts match, at most and about.
    pub(super) fn matches(&self, meanings: &Meanings) -> f64 {
        let groups = self.groups.iter().map(|group| {
            let wanted = group.iter().filter(|part| !part.not);
            wanted.fold(f64::INFINITY, |least, part| {
                least.min(part.matches(meanings))
            })
        });
        groups.sum()
    }

    pub(super) fn beginnings(&self) -> Vec<String> {
        let beginnings = self.parts().filter_map(|part| match &part.wanted {
            Wanted::Beginning(word) => Some(word.clone()),
            _ => None,
        });
        beginnings.collect()
    }

    fn parts(&self) -> impl Iterator<Item = &Part> {
        self.groups.iter().flatten()
    }

    /// As Postgres reads it.
    pub(super) fn tsquery(&self, meanings: &Meanings) -> String {
        let groups = self.groups.iter().map(|group| {
            let parts = group.iter().map(|part| part.tsquery(meanings));
            format!("({})", parts.collect::<Vec<_>>().join(" & "))
        });
        groups.collect::<Vec<_>>().join(" | ")
    }
}

/// The next part of what was typed: without its quotes and its minus, whether it had them, and what follows.
fn token(text: &str) -> (&str, bool, bool, &str) {
    let bare = text.strip_prefix('-').filter(|bare| {
        let next = bare.chars().next();
        next.is_some_and(|c| !c.is_whitespace())
    });
    let (text, not) = (bare.unwrap_or(text), bare.is_some());
    if let Some(inner) = text.strip_prefix('"') {
        let (token, after) = inner.split_once('"').unwrap_or((inner, ""));
        return (token, true, not, after);
    }
    let end = text.find(|c: char| c.is_whitespace() || c == '"');
    // A quote in the middle of a word begins the next part.
    let end = end.unwrap_or(text.len());
    (&text[..end], false, not, &text[end..])
}

fn wanted(token: &str, quoted: bool, is_last: bool) -> Option<Wanted> {
    if let (false, Some(tag)) = (quoted, token.strip_prefix(['#', '＃'])) {
        let tag = Some(fold_tag(tag)).filter(|tag| !tag.is_empty());
        return tag.map(|tag| match is_last && begins(&tag) {
            true => Wanted::Beginning(format!("#{tag}")),
            false => Wanted::Tag(tag),
        });
    }
    let mut words = words(token);
    match words.len() {
        0 => None,
        1 => words
            .pop()
            .map(|word| match is_last && !quoted && begins(&word) {
                true => Wanted::Beginning(word),
                false => Wanted::Word(word),
            }),
        _ => Some(Wanted::InOrder(words)),
    }
}

fn begins(word: &str) -> bool {
    word.chars().count() >= BEGINNING || !word.is_ascii()
}

impl Part {
    fn matches(&self, meanings: &Meanings) -> f64 {
        match &self.wanted {
            Wanted::Word(word) => meanings.times(std::iter::once(word)).sum(),
            Wanted::Beginning(word) => {
                let longer = meanings.longer.get(word).into_iter().flatten();
                meanings.times(std::iter::once(word).chain(longer)).sum()
            }
            Wanted::InOrder(words) => meanings.times(words.iter()).fold(f64::INFINITY, f64::min),
            Wanted::Tag(tag) => meanings.times(std::iter::once(&format!("#{tag}"))).sum(),
        }
    }

    fn tsquery(&self, meanings: &Meanings) -> String {
        let none = Vec::new();
        let stems = |word| meanings.stems.get(word).unwrap_or(&none);
        let text = match &self.wanted {
            Wanted::Word(word) => any(std::iter::once(word).chain(stems(word))),
            Wanted::Beginning(word) => {
                let longer = meanings.longer.get(word).unwrap_or(&none);
                any(std::iter::once(word).chain(stems(word)).chain(longer))
            }
            Wanted::InOrder(words) => {
                let words = words.iter().map(|word| lexeme(word));
                format!("({})", words.collect::<Vec<_>>().join(" <-> "))
            }
            Wanted::Tag(tag) => lexeme(&format!("#{tag}")),
        };
        match self.not {
            true => format!("!{text}"),
            false => text,
        }
    }
}

pub(super) fn any<'a>(words: impl Iterator<Item = &'a String>) -> String {
    let words = words.map(|word| lexeme(word));
    format!("({})", words.collect::<Vec<_>>().join(" | "))
}

/// A lexeme as a `tsquery` and a `tsvector` write it.
pub(super) fn lexeme(word: &str) -> String {
    let mut quoted = String::with_capacity(word.len() + 2);
    quoted.push('\'');
    for c in word.chars() {
        if matches!(c, '\'' | '\\') {
            quoted.push(c);
        }
        quoted.push(c);
    }
    quoted.push('\'');
    quoted
}

impl WireText for Query {
    const NAME: &'static str = "PostQuery";

    fn read(text: &str) -> Result<Self, Fault> {
        check_length(text.trim(), 1, LONGEST)?;
        Ok(Self::of(text))
    }

    fn show(&self) -> String {
        self.typed.clone()
    }

    fn schema() -> MetaSchema {
        schema(1, LONGEST, "\"beautiful sunset\" campus -rain")
    }
}

impl Example for Query {
    fn example() -> Self {
        Self::of("\"beautiful sunset\" campus -rain")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        Query::of(text).tsquery(&Meanings::default())
    }

    #[test]
    fn what_is_typed_is_read_as_everybody_writes_searches() {
        assert_eq!(read("Red Café "), "(('red') & ('cafe'))");
        assert_eq!(
            read("\"red cafe\" -rain "),
            "(('red' <-> 'cafe') & !('rain'))"
        );
        assert_eq!(
            read("a OR -\"b c\" d "),
            "(('a')) | (!('b' <-> 'c') & ('d'))"
        );
        assert_eq!(read("#Nature -#日本"), "('#nature' & !'#日本')");
        assert_eq!(Query::of("#nat").beginnings(), ["#nat"]);
        assert_eq!(read("日本語"), "(('日本' <-> '本語'))");
        assert_eq!(read("don't - \\ ' & | ! :* "), "(('don' <-> 't'))");
        assert_eq!(read("or \"unclosed one"), "(('unclosed' <-> 'one'))");
        assert_eq!(lexeme("a'b\\"), "'a''b\\\\'");
    }

    #[test]
    fn the_last_word_is_a_beginning_while_it_is_typed() {
        assert_eq!(Query::of("red sun").beginnings(), ["sun"]);
        assert!(Query::of("red sun ").beginnings().is_empty());
        assert!(Query::of("red -sun").beginnings().is_empty());
        assert!(Query::of("red \"sun\"").beginnings().is_empty());
        assert!(Query::of("red s").beginnings().is_empty());
        assert_eq!(Query::of("日").beginnings(), ["日"]);
        let longer = HashMap::from([("sun".to_owned(), vec!["sunset".to_owned()])]);
        let meanings = Meanings {
            longer,
            ..Meanings::default()
        };
        let query = Query::of("sun").tsquery(&meanings);
        assert_eq!(query, "(('sun' | 'sunset'))");
    }
}
