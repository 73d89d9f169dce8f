//! What people write about themselves: their own reading decides what fits.

use poem_openapi::registry::MetaSchema;
use poem_openapi::types::Example;
use serde::{Deserialize, Serialize};

use super::fields::{check_length, schema, text};
use crate::wire::{Fault, WireText, wire_text};

text!(
    /// A first or last name.
    PersonName, "John"
);
text!(
    /// A line of text: a place, a school, a trade.
    Line, "Springfield"
);
text!(
    /// What somebody says about themselves, in a few lines.
    Bio, "College student. Takes pictures."
);
text!(
    /// An address on the web.
    WebUrl, "https://john.example"
);
text!(
    /// What somebody can do, cares for or studies.
    Topic, "Photography"
);
/// One line of up to `longest` characters that can be shown.
fn read_line(text: &str, longest: usize) -> Result<String, Fault> {
    let text = text.trim();
    check_length(text, 1, longest)?;
    match text.chars().any(is_hidden) {
        true => Err(unseen()),
        false => Ok(text.to_owned()),
    }
}

/// Control characters, and those that turn the direction of the text around them.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

pub(crate) fn unseen() -> Fault {
    Fault::new("invalid", "holds a character that cannot be shown")
}

macro_rules! line {
    ($name:ident, $longest:literal) => {
        impl WireText for $name {
            const NAME: &'static str = stringify!($name);

            fn read(text: &str) -> Result<Self, Fault> {
                read_line(text, $longest).map(Self)
            }

            fn show(&self) -> String {
                self.0.clone()
            }

            fn schema() -> MetaSchema {
                schema(1, $longest, Self::EXAMPLE)
            }
        }
    };
}

line!(PersonName, 100);
line!(Line, 200);
line!(Topic, 60);

impl WireText for Bio {
    const NAME: &'static str = "Bio";

    fn read(text: &str) -> Result<Self, Fault> {
        let text = text.trim().replace("\r\n", "\n");
        check_length(&text, 1, 500)?;
        match text.chars().any(|c| is_hidden(c) && c != '\n') {
            true => Err(unseen()),
            false => Ok(Self(text)),
        }
    }

    fn show(&self) -> String {
        self.0.clone()
    }

    fn schema() -> MetaSchema {
        schema(1, 500, Self::EXAMPLE)
    }
}

impl WireText for WebUrl {
    const NAME: &'static str = "WebUrl";

    /// Only what a browser may open without running it.
    fn read(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        check_length(text, 8, 500)?;
        let lower = text.to_ascii_lowercase();
        let rest = lower
            .strip_prefix("https://")
            .or_else(|| lower.strip_prefix("http://"));
        let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
        let named = host.is_some_and(|host| !host.is_empty() && !host.contains('@'));
        let plain = |c: char| c.is_ascii_graphic() && !"<>\"`{}|\\^".contains(c);
        match named && text.chars().all(plain) {
            true => Ok(Self(text.to_owned())),
            false => Err(Fault::new("invalid", "is not an http or https address")),
        }
    }

    fn show(&self) -> String {
        self.0.clone()
    }

    fn schema() -> MetaSchema {
        MetaSchema {
            format: Some("uri"),
            ..schema(8, 500, Self::EXAMPLE)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T: WireText>(text: &str) -> &'static str {
        T::read(text).err().map_or("fine", |fault| fault.code)
    }

    #[test]
    fn names_of_people_take_any_script() {
        assert_eq!(code::<PersonName>("  Σωκράτης "), "fine");
        assert_eq!(code::<PersonName>(" "), "too_short");
        assert_eq!(code::<PersonName>("a\u{202e}b"), "invalid");
    }

    #[test]
    fn a_bio_has_lines_and_an_address_on_the_web_runs_nothing() {
        assert_eq!(Bio::read("one\r\ntwo").unwrap().as_str(), "one\ntwo");
        assert_eq!(code::<Line>("one\ntwo"), "invalid");
        assert_eq!(code::<WebUrl>("https://john.example/a?b=c#d"), "fine");
        for text in [
            "javascript:alert(1)",
            "https://",
            "https:///path",
            "https://john@evil.example",
            "http://a b.example",
            "ftp://john.example",
            "https://x.example/\"><script>",
        ] {
            assert_eq!(code::<WebUrl>(text), "invalid", "{text}");
        }
    }
}
