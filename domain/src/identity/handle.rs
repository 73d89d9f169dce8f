//! Usernames for those who did not choose one: readable, and never taken from an address or a number, which are private.

use crate::people::Username;
use crate::people::words;
use crate::wire::WireText;
use crate::{Error, Result};

/// So many characters of the names, at most; with the digits it stays well below the limit.
const LONGEST: usize = 30;

/// `jane.doe4711`, or `user48151623` where the names have no letters to take. Rarely taken: with names a million people
/// of one name would have to register to make it likely, and registering again asks anew.
pub(super) fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Username> {
    let number = random()?;
    let mut base = String::new();
    for word in names.into_iter().flat_map(words) {
        let plain: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
        if plain.is_empty() || base.split('.').any(|part| part == plain) {
            continue;
        }
        if !base.is_empty() {
            base.push('.');
        }
        base.push_str(&plain);
    }
    base.truncate(LONGEST);
    let base = base.trim_end_matches('.');
    let name = match base.is_empty() {
        true => format!("user{number:08}"),
        false => format!("{base}{:06}", number % 1_000_000),
    };
    Username::read(&name).map_err(|fault| Error::Internal(format!("no username: {fault}")))
}

fn random() -> Result<u32> {
    let number =
        getrandom::u32().map_err(|error| Error::Internal(format!("no randomness: {error}")))?;
    Ok(number % 100_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_made_of_the_letters_there_are() {
        let made = |names: &[&str]| from_names(names.iter().copied()).unwrap().to_string();
        assert!(made(&["Jane Doe", "Jane"]).starts_with("jane.doe"));
        assert!(made(&["Ünal"]).starts_with("unal"));
        assert!(made(&["Σωκράτης"]).starts_with("user"));
        assert!(made(&[]).starts_with("user"));
        assert_ne!(made(&["Jane"]), made(&["Jane"]));
        assert!(made(&[&"x".repeat(100)]).len() < 50);
    }
}
