//! Passwords: which are good enough.

use std::collections::HashSet;
use std::sync::LazyLock;

use platform::secret::Secret;
use poem_openapi::registry::MetaSchema;
use poem_openapi::types::Example;

use crate::people::Username;
use crate::wire::{Fault, WireText, wire_text};
use crate::{Error, Result};

/// Passwords that everybody tries first, one a line, in lower case.
static COMMON: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

/// A new password that keeps the rules. Shown nowhere: in its place stands the published example.
#[derive(Clone, Debug)]
pub struct Password(pub(super) Secret);

/// What somebody claims to be a password.
#[derive(Clone, Debug)]
pub struct PasswordAttempt(pub(super) Secret);

wire_text!(Password);
wire_text!(PasswordAttempt);

const EXAMPLE: &str = "securePassword123";

impl WireText for Password {
    const NAME: &'static str = "Password";

    fn read(text: &str) -> Result<Self, Fault> {
        let length = text.chars().count();
        if length < 8 {
            return Err(Fault::new("too_short", "needs at least 8 characters"));
        }
        if length > 128 {
            return Err(Fault::new("too_long", "can have at most 128 characters"));
        }
        if length < 16 && kinds(text) < 3 {
            return Err(Fault::new(
                "too_weak",
                "needs three of: lower case, upper case, digits, other characters; or 16 characters and more",
            ));
        }
        if is_common(text) {
            return Err(Fault::new(
                "too_common",
                "is among the passwords that are tried first",
            ));
        }
        Ok(Self(Secret::new(text)))
    }

    fn show(&self) -> String {
        EXAMPLE.to_owned()
    }

    fn schema() -> MetaSchema {
        MetaSchema {
            min_length: Some(8),
            max_length: Some(128),
            example: Some(EXAMPLE.into()),
            ..MetaSchema::new_with_format("string", "password")
        }
    }
}

impl WireText for PasswordAttempt {
    const NAME: &'static str = "PasswordAttempt";

    fn read(text: &str) -> Result<Self, Fault> {
        match text.chars().count() {
            0 => Err(Fault::new("too_short", "is empty")),
            1..=1024 => Ok(Self(Secret::new(text))),
            _ => Err(Fault::new("too_long", "can have at most 1024 characters")),
        }
    }

    fn show(&self) -> String {
        EXAMPLE.to_owned()
    }

    fn schema() -> MetaSchema {
        MetaSchema {
            min_length: Some(1),
            max_length: Some(1024),
            example: Some(EXAMPLE.into()),
            ..MetaSchema::new_with_format("string", "password")
        }
    }
}

impl Example for Password {
    fn example() -> Self {
        Self(Secret::new(EXAMPLE))
    }
}

impl Example for PasswordAttempt {
    fn example() -> Self {
        Self(Secret::new(EXAMPLE))
    }
}

impl Password {
    /// A password that holds the name it protects is the first guess.
    pub fn suits(&self, username: &Username) -> Result<()> {
        let (password, name) = (
            self.0.expose().to_lowercase(),
            username.as_str().to_lowercase(),
        );
        if password.contains(&name) {
            return Err(Error::invalid(
                "password",
                "contains_username",
                "must not contain the username",
            ));
        }
        Ok(())
    }
}

/// How many of lower case, upper case, digits and the rest a text mixes.
fn kinds(text: &str) -> usize {
    let kinds: [fn(char) -> bool; 4] = [
        char::is_lowercase,
        char::is_uppercase,
        char::is_numeric,
        |c| !c.is_lowercase() && !c.is_uppercase() && !c.is_numeric(),
    ];
    kinds.iter().filter(|kind| text.chars().any(**kind)).count()
}

/// Also with digits and signs added at either end, which is how a rule about kinds is usually met.
fn is_common(text: &str) -> bool {
    let text = text.to_lowercase();
    let core = text.trim_matches(|c: char| !c.is_alphabetic());
    COMMON.contains(text.as_str()) || COMMON.contains(core)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> &'static str {
        Password::read(text)
            .err()
            .map_or("fine", |fault| fault.code)
    }

    #[test]
    fn a_password_mixes_kinds_or_is_long() {
        assert_eq!(code("securePassword123"), "fine");
        assert_eq!(code("Ab1!xyz"), "too_short");
        assert_eq!(code("alllowercase"), "too_weak");
        assert_eq!(code("four words are long enough"), "fine");
        assert_eq!(code(&"aB3".repeat(43)), "too_long");
    }

    #[test]
    fn what_everybody_tries_first_is_refused_however_it_is_decorated() {
        assert_eq!(code("Password123"), "too_common");
        assert_eq!(code("Sunshine2024!"), "too_common");
        assert_eq!(code("passwordpassword"), "too_common");
    }

    #[test]
    fn a_password_does_not_hold_its_username() {
        let name = Username::read("John.Doe").unwrap();
        let refused = Password::read("xx-john.doe-9Z").unwrap().suits(&name);
        assert!(matches!(refused, Err(Error::Invalid(_))));
        assert!(
            Password::read("xx-jane.roe-9Z")
                .unwrap()
                .suits(&name)
                .is_ok()
        );
    }

    #[test]
    fn a_password_is_shown_nowhere() {
        let password = Password::read("xx-jane.roe-9Z").unwrap();
        assert!(!format!("{password:?}{}", password.show()).contains("jane"));
    }
}
