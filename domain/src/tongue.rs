//! Languages there are words in. Whoever reads none of them reads English.

/// A language in which Commons speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tongue {
    #[default]
    English,
    German,
}

impl Tongue {
    pub const ALL: [Self; 2] = [Self::English, Self::German];

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_speak_their_language_and_others_english() {
        for tongue in Tongue::ALL {
            assert_eq!(Tongue::of(tongue.code()), tongue);
        }
        assert_eq!(Tongue::of("de-AT"), Tongue::German);
        assert_eq!(Tongue::of("den"), Tongue::English);
        assert_eq!(Tongue::of("fr"), Tongue::English);
    }
}
