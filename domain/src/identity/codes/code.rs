//! The six digits: made of the id of their row and a signing key, so that no table holds them, and a text sent twice
//! holds the same.

use platform::config::SigningKey;
use platform::secret::Secret;
use poem_openapi::registry::MetaSchema;
use poem_openapi::types::Example;
use ring::hmac;

use crate::CodeId;
use crate::wire::{Fault, WireText, wire_text};

/// What is signed, besides the id: a signature made for another purpose is no code.
const PURPOSE: &[u8] = b"commons.phone-code.1";

const DIGITS: usize = 6;

/// What somebody claims to be the code. Shown nowhere: in its place stands the published example.
#[derive(Clone, Debug)]
pub struct CodeAttempt(Secret);

const EXAMPLE: &str = "493081";

wire_text!(CodeAttempt);

/// The code of a row. Every run of its job makes the same, as long as the newest key stays.
pub(super) fn code(id: CodeId, keys: &[SigningKey]) -> Option<String> {
    Some(digits(id, keys.first()?))
}

/// Drawn from 2⁶⁴ values, a code is as likely as any other to within one in 10¹³.
fn digits(id: CodeId, key: &SigningKey) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.secret.expose().as_bytes());
    let tag = hmac::sign(&key, &[PURPOSE, id.0.as_bytes()].concat());
    let number = tag.as_ref()[..8]
        .iter()
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{:06}", number % 1_000_000)
}

impl CodeAttempt {
    /// Whether it is the code of this row. A code that was sent before a new key came first is good too.
    pub(super) fn is_of(&self, id: CodeId, keys: &[SigningKey]) -> bool {
        let fits = |key: &SigningKey| {
            let ours = digits(id, key);
            let pairs = ours.bytes().zip(self.0.expose().bytes());
            // All six are compared, wherever they differ.
            pairs.fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
        };
        keys.iter().any(fits)
    }
}

impl WireText for CodeAttempt {
    const NAME: &'static str = "Code";

    /// Blanks and a dash are how people write six digits down.
    fn read(text: &str) -> Result<Self, Fault> {
        let code: String = text
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '\u{a0}'))
            .collect();
        if code.len() != DIGITS || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Fault::new("invalid", "must be the six digits of the text"));
        }
        Ok(Self(Secret::new(code)))
    }

    fn show(&self) -> String {
        EXAMPLE.to_owned()
    }

    fn schema() -> MetaSchema {
        MetaSchema {
            min_length: Some(DIGITS),
            max_length: Some(16),
            example: Some(EXAMPLE.into()),
            ..MetaSchema::new("string")
        }
    }
}

impl Example for CodeAttempt {
    fn example() -> Self {
        Self(Secret::new(EXAMPLE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn keys(texts: &[&str]) -> Vec<SigningKey> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    const OLD: &str = "old:0123456789abcdef0123456789abcdef";
    const NEW: &str = "new:fedcba9876543210fedcba9876543210";

    fn read(text: &str) -> CodeAttempt {
        CodeAttempt::read(text).unwrap()
    }

    #[test]
    fn a_code_is_of_its_row_alone_and_outlives_a_new_key() {
        let (id, other) = (
            CodeId::at(DateTime::UNIX_EPOCH),
            CodeId::at(DateTime::UNIX_EPOCH),
        );
        let sent = code(id, &keys(&[OLD])).unwrap();
        assert_eq!(sent.len(), DIGITS);
        assert_eq!(code(id, &keys(&[OLD])).unwrap(), sent);
        assert!(read(&sent).is_of(id, &keys(&[NEW, OLD])));
        let elsewhere = code(other, &keys(&[OLD])).unwrap();
        assert_eq!(
            read(&sent).is_of(other, &keys(&[OLD])),
            elsewhere == sent,
            "another row has a code of its own"
        );
    }

    #[test]
    fn codes_are_spread_evenly() {
        let keys = keys(&[NEW]);
        let mut firsts = [0_u32; 10];
        for number in 0..10_000_u128 {
            let code = code(CodeId(uuid::Uuid::from_u128(number)), &keys).unwrap();
            firsts[usize::from(code.as_bytes()[0] - b'0')] += 1;
        }
        // Of 10,000 each digit leads 1,000, give or take 30 (one standard deviation).
        assert!(
            firsts.iter().all(|count| (850..1150).contains(count)),
            "{firsts:?}"
        );
    }

    #[test]
    fn people_may_write_a_code_with_a_blank_and_it_is_never_shown() {
        let typed = read(" 123 456");
        assert_eq!(typed.0.expose(), "123456");
        assert!(!format!("{typed:?}{}", typed.show()).contains("123"));
        for text in ["12345", "1234567", "12345a", "１２３４５６", ""] {
            assert!(CodeAttempt::read(text).is_err(), "{text}");
        }
    }
}
