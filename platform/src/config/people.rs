use std::borrow::Cow;
use std::str::FromStr;

use super::reader::Reader;

/// What people are given until they choose.
#[derive(Clone, Debug)]
pub struct People {
    pub language: LanguageTag,
    pub timezone: String,
}

/// A language as BCP 47 writes it, short enough for a form: `en`, `pt-BR`, `zh-Hant`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LanguageTag(Cow<'static, str>);

impl LanguageTag {
    pub const ENGLISH: Self = Self(Cow::Borrowed("en"));

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LanguageTag {
    type Err = &'static str;

    /// Case says nothing in BCP 47; it is kept as it is usually written.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "is not a language tag such as en, pt-BR or zh-Hant";
        let mut parts = text.split('-');
        let language = parts.next().unwrap_or_default();
        let letters = |part: &str| part.chars().all(|c| c.is_ascii_alphabetic());
        if text.len() > 10 || !(2..=3).contains(&language.len()) || !letters(language) {
            return Err(WRONG);
        }
        let mut tag = language.to_ascii_lowercase();
        for part in parts {
            let plain = part.chars().all(|c| c.is_ascii_alphanumeric());
            if !plain || !(2..=8).contains(&part.len()) {
                return Err(WRONG);
            }
            tag.push('-');
            tag.push_str(&usual(part));
        }
        Ok(Self(tag.into()))
    }
}

/// A region in capitals, a script with one, the rest in small letters.
fn usual(part: &str) -> String {
    let small = part.to_ascii_lowercase();
    match part.len() {
        2 => part.to_ascii_uppercase(),
        4 if small.chars().all(|c| c.is_ascii_lowercase()) => {
            small[..1].to_ascii_uppercase() + &small[1..]
        }
        _ => small,
    }
}

impl People {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.section("People");
        let language = reader.or(
            "DEFAULT_LANGUAGE",
            "en",
            "The language of those who have not chosen one, as BCP 47 writes it.",
        );
        let timezone = reader.or::<String>(
            "DEFAULT_TIMEZONE",
            "UTC",
            "The time zone of those who have not chosen one, such as Europe/Berlin: their digest comes on Monday morning.",
        );
        Some(Self {
            language: language?,
            timezone: timezone?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_written_as_usual_and_what_is_none_is_refused() {
        for (text, tag) in [
            ("EN", "en"),
            ("pt-br", "pt-BR"),
            ("ZH-hant", "zh-Hant"),
            ("es-419", "es-419"),
        ] {
            assert_eq!(text.parse(), Ok(LanguageTag(tag.into())));
        }
        for text in [
            "",
            "e",
            "english",
            "en_GB",
            "en-",
            "de-x",
            "ünd",
            "en-GB-oxendict",
        ] {
            assert!(text.parse::<LanguageTag>().is_err(), "{text}");
        }
    }
}
