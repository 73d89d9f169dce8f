//! Telephone numbers, as the whole world dials them (E.164).

use poem_openapi::registry::MetaSchema;
use poem_openapi::types::Example;
use serde::{Deserialize, Serialize};

use crate::wire::{Fault, WireText, wire_text};

/// A telephone number with its country code: `+4915123456789`. Blanks, dashes, dots and brackets are left out, and a
/// leading `00` is a `+`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct Phone(String);

const EXAMPLE: &str = "+4915123456789";

impl Phone {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The range a number lies in: all but its last four digits. Who asks for many codes asks within few ranges.
    pub fn range(&self) -> &str {
        &self.0[..self.0.len().saturating_sub(4)]
    }

    /// For people who know the number: `+49…789`.
    pub fn masked(&self) -> String {
        let (start, end) = (&self.0[..3], &self.0[self.0.len() - 3..]);
        format!("{start}…{end}")
    }
}

wire_text!(Phone);

impl WireText for Phone {
    const NAME: &'static str = "Phone";

    fn read(text: &str) -> Result<Self, Fault> {
        let dialled: String = text
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}'))
            .collect();
        let digits = dialled
            .strip_prefix('+')
            .or_else(|| dialled.strip_prefix("00"))
            .ok_or_else(|| {
                Fault::new(
                    "invalid",
                    "starts with + and the country code: +4915123456789",
                )
            })?;
        let plain = digits.chars().all(|c| c.is_ascii_digit()) && !digits.starts_with('0');
        if !plain || !(7..=15).contains(&digits.len()) {
            return Err(Fault::new(
                "invalid",
                "is not a telephone number: + and 7 to 15 digits",
            ));
        }
        Ok(Self(format!("+{digits}")))
    }

    fn show(&self) -> String {
        self.0.clone()
    }

    fn schema() -> MetaSchema {
        MetaSchema {
            min_length: Some(8),
            max_length: Some(32),
            example: Some(EXAMPLE.into()),
            ..MetaSchema::new("string")
        }
    }
}

impl Example for Phone {
    fn example() -> Self {
        Self(EXAMPLE.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_kept_as_the_world_dials_them() {
        for text in [
            "+4915123456789",
            "0049 151 2345 6789",
            "+49 (151) 234-567.89",
        ] {
            assert_eq!(Phone::read(text).unwrap().as_str(), "+4915123456789");
        }
        for text in [
            "015123456789",
            "+0123456789",
            "+49",
            "+49 151 CALL ME",
            "+1234567890123456",
        ] {
            assert_eq!(Phone::read(text).unwrap_err().code, "invalid", "{text}");
        }
    }

    #[test]
    fn a_range_is_ten_thousand_numbers_and_a_mask_gives_none_of_them_away() {
        let phone = Phone::example();
        assert_eq!(phone.range(), "+491512345");
        assert_eq!(phone.masked(), "+49…789");
    }
}
