use std::str::FromStr;

use super::reader::Reader;

/// Finding posts.
#[derive(Clone, Debug)]
pub struct Search {
    pub language: SearchLanguage,
}

/// A configuration of text search that Postgres has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchLanguage(&'static str);

/// As Postgres calls them. `simple`: words are found as they are written.
const LANGUAGES: [&str; 29] = [
    "simple",
    "arabic",
    "armenian",
    "basque",
    "catalan",
    "danish",
    "dutch",
    "english",
    "finnish",
    "french",
    "german",
    "greek",
    "hindi",
    "hungarian",
    "indonesian",
    "irish",
    "italian",
    "lithuanian",
    "nepali",
    "norwegian",
    "portuguese",
    "romanian",
    "russian",
    "serbian",
    "spanish",
    "swedish",
    "tamil",
    "turkish",
    "yiddish",
];

impl SearchLanguage {
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl FromStr for SearchLanguage {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = LANGUAGES.into_iter().find(|known| *known == text);
        let wrong = || format!("is none of {}", LANGUAGES.join(", "));
        known.map(Self).ok_or_else(wrong)
    }
}

impl Search {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.section("Search");
        let language = reader.or(
            "SEARCH_LANGUAGE",
            "simple",
            "The language whose forms of words are found beside each other, as Postgres calls it; simple: words as they are \
             written.",
        );
        Some(Self {
            language: language?,
        })
    }
}
