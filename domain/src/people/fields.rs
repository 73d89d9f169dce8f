//! Names and addresses that somebody is known by: their own reading decides what is one.

use poem_openapi::registry::MetaSchema;
use poem_openapi::types::Example;
use serde::{Deserialize, Serialize};

use crate::wire::{Fault, WireText, wire_text};

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $example:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(String);

        impl $name {
            const EXAMPLE: &str = $example;

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Example for $name {
            fn example() -> Self {
                Self(Self::EXAMPLE.to_owned())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        wire_text!($name);
    };
}

pub(crate) use text;

text!(
    /// What a person is called in links and mentions. Kept as written, compared without case.
    Username, "john_doe"
);
text!(
    /// An e-mail address. The part before the @ is kept as written; compared without case.
    Email, "john@example.com"
);
text!(
    /// An e-mail address or username as somebody typed it to sign in. No rules: accounts older than a rule may still
    /// come in.
    LoginText, "john@example.com"
);

/// Names that would pass for the house, or for a word in a path.
const RESERVED: [&str; 41] = [
    "about",
    "abuse",
    "account",
    "admin",
    "administrator",
    "all",
    "anonymous",
    "api",
    "auth",
    "commons",
    "deleted",
    "everyone",
    "explore",
    "feed",
    "help",
    "here",
    "info",
    "login",
    "logout",
    "mail",
    "me",
    "moderator",
    "notifications",
    "null",
    "official",
    "postmaster",
    "privacy",
    "register",
    "root",
    "search",
    "security",
    "settings",
    "signup",
    "staff",
    "suggestions",
    "support",
    "system",
    "undefined",
    "users",
    "webmaster",
    "www",
];

/// Length in characters, as the schema means it.
pub(crate) fn check_length(text: &str, shortest: usize, longest: usize) -> Result<(), Fault> {
    let length = text.chars().count();
    if length < shortest {
        return Err(Fault::new(
            "too_short",
            format!("needs at least {shortest} characters"),
        ));
    }
    if length > longest {
        return Err(Fault::new(
            "too_long",
            format!("can have at most {longest} characters"),
        ));
    }
    Ok(())
}

pub(crate) fn schema(shortest: usize, longest: usize, example: &str) -> MetaSchema {
    MetaSchema {
        min_length: Some(shortest),
        max_length: Some(longest),
        example: Some(example.into()),
        ..MetaSchema::new("string")
    }
}

impl WireText for Username {
    const NAME: &'static str = "Username";

    fn read(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        check_length(text, 3, 50)?;
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_';
        if !text.starts_with(|c: char| c.is_ascii_alphanumeric()) || !text.chars().all(allowed) {
            return Err(Fault::new(
                "invalid",
                "takes letters, digits, dots and underscores, and starts with a letter or digit",
            ));
        }
        let folded = text.to_ascii_lowercase();
        // Deleted accounts are called so.
        if RESERVED.contains(&folded.as_str()) || folded.starts_with("deleted_") {
            return Err(Fault::new("reserved", "is a reserved name"));
        }
        Ok(Self(text.to_owned()))
    }

    fn show(&self) -> String {
        self.0.clone()
    }

    fn schema() -> MetaSchema {
        MetaSchema {
            pattern: Some("^[A-Za-z0-9][A-Za-z0-9._]*$".to_owned()),
            ..schema(3, 50, Self::EXAMPLE)
        }
    }
}

impl WireText for Email {
    const NAME: &'static str = "Email";

    fn read(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        check_length(text, 6, 254)?;
        let refused = || Fault::new("invalid", "is not an e-mail address");
        let (local, domain) = text.rsplit_once('@').ok_or_else(refused)?;
        if !is_local_part(local) || !is_domain(domain) {
            return Err(refused());
        }
        Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
    }

    fn show(&self) -> String {
        self.0.clone()
    }

    fn schema() -> MetaSchema {
        MetaSchema {
            format: Some("email"),
            ..schema(6, 254, Self::EXAMPLE)
        }
    }
}

fn is_local_part(local: &str) -> bool {
    let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~-".contains(c);
    local.len() <= 64
        && local
            .split('.')
            .all(|part| !part.is_empty() && part.chars().all(atom))
}

fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let top = domain.rsplit('.').next().unwrap_or_default();
    domain.contains('.')
        && domain.split('.').all(label)
        && top.len() >= 2
        && !top.chars().all(|c| c.is_ascii_digit())
}

impl WireText for LoginText {
    const NAME: &'static str = "LoginText";

    fn read(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        check_length(text, 1, 254)?;
        Ok(Self(text.to_owned()))
    }

    fn show(&self) -> String {
        self.0.clone()
    }

    fn schema() -> MetaSchema {
        schema(1, 254, Self::EXAMPLE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T: WireText>(text: &str) -> &'static str {
        T::read(text).err().map_or("fine", |fault| fault.code)
    }

    #[test]
    fn usernames_are_short_plain_and_not_the_house() {
        assert_eq!(code::<Username>("john_doe.99"), "fine");
        assert_eq!(code::<Username>("jo"), "too_short");
        assert_eq!(code::<Username>(&"x".repeat(51)), "too_long");
        assert_eq!(code::<Username>("_john"), "invalid");
        assert_eq!(code::<Username>("jöhn"), "invalid");
        assert_eq!(code::<Username>("Admin"), "reserved");
        assert_eq!(code::<Username>("Deleted_0193"), "reserved");
    }

    #[test]
    fn an_address_keeps_its_local_part_and_lowers_its_domain() {
        let email = Email::read("  John.Doe+x@Example.COM ").unwrap();
        assert_eq!(email.as_str(), "John.Doe+x@example.com");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "no-at.example",
            "abcde@b",
            "a@@example.com",
            ".a@example.com",
            "a..b@example.com",
            "a@-x.com",
            "a b@example.com",
            "a@example.1",
            "a@exa mple.com",
            "a@example.com\r\nBcc: x@y.zz",
        ] {
            assert_eq!(code::<Email>(text), "invalid", "{text}");
        }
        assert_eq!(
            code::<Email>(&format!("{}@example.com", "a".repeat(250))),
            "too_long"
        );
    }
}
