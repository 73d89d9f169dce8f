//! Codes for the day the authenticator is lost: ten on a sheet of paper, each good once.

use platform::secret::Secret;
use poem_openapi::Object;
use poem_openapi::registry::MetaSchema;
use poem_openapi::types::Example;
use sha2::{Digest, Sha256};

use super::base32;
use crate::wire::{Fault, WireText, wire_text};
use crate::{Error, Result, UserId};

/// So many at a time.
const SHEET: usize = 10;

/// Eighty bits: nobody guesses them, not even with the table of hashes in hand.
const CODE_BYTES: usize = 10;

const LETTERS: usize = 16;

const GROUP: usize = 4;

/// One of the codes, however it was written: without dashes, in capitals.
#[derive(Clone, Debug)]
pub struct RecoveryCode(Secret);

wire_text!(RecoveryCode);

/// A fresh sheet. The codes are shown this once.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub struct RecoveryCodes {
    pub recovery_codes: Vec<String>,
}

impl RecoveryCodes {
    pub(super) fn random() -> Result<Self> {
        let codes = (0..SHEET).map(|_| RecoveryCode::random());
        let codes: Result<Vec<RecoveryCode>> = codes.collect();
        Ok(Self {
            recovery_codes: codes?.iter().map(RecoveryCode::written).collect(),
        })
    }

    /// What is kept of them.
    pub(super) fn hashes(&self, user: UserId) -> Vec<Vec<u8>> {
        let codes = self.recovery_codes.iter();
        let codes = codes.filter_map(|code| RecoveryCode::read(code).ok());
        codes.map(|code| code.hash(user)).collect()
    }
}

impl RecoveryCode {
    fn random() -> Result<Self> {
        let mut bytes = [0; CODE_BYTES];
        getrandom::fill(&mut bytes)
            .map_err(|error| Error::Internal(format!("no randomness: {error}")))?;
        Ok(Self(Secret::new(base32::encode(&bytes))))
    }

    /// Of this person's: the same code of another has another hash.
    pub(super) fn hash(&self, user: UserId) -> Vec<u8> {
        let mut hash = Sha256::new();
        hash.update(user.0.as_bytes());
        hash.update(self.0.expose());
        hash.finalize().to_vec()
    }

    /// As it stands on paper.
    fn written(&self) -> String {
        let letters: Vec<char> = self.0.expose().to_lowercase().chars().collect();
        let groups = letters.chunks(GROUP);
        let groups: Vec<String> = groups.map(|group| group.iter().collect()).collect();
        groups.join("-")
    }
}

const EXAMPLE: &str = "k3vq-7m2x-dz5n-w4ha";

impl WireText for RecoveryCode {
    const NAME: &'static str = "RecoveryCode";

    fn read(text: &str) -> Result<Self, Fault> {
        let said = text.chars().filter(|c| !c.is_whitespace() && *c != '-');
        let letters: String = said.map(|c| c.to_ascii_uppercase()).collect();
        match letters.len() == LETTERS && letters.chars().all(base32::is_letter) {
            true => Ok(Self(Secret::new(letters))),
            false => Err(Fault::new("invalid", "must be a recovery code")),
        }
    }

    fn show(&self) -> String {
        EXAMPLE.to_owned()
    }

    fn schema() -> MetaSchema {
        MetaSchema {
            min_length: Some(LETTERS),
            max_length: Some(64),
            example: Some(EXAMPLE.into()),
            ..MetaSchema::new("string")
        }
    }
}

impl Example for RecoveryCode {
    fn example() -> Self {
        Self(Secret::new("K3VQ7M2XDZ5NW4HA"))
    }
}

impl Example for RecoveryCodes {
    fn example() -> Self {
        Self {
            recovery_codes: vec![EXAMPLE.to_owned(), "p6tr-2yjc-uf4k-s7bd".to_owned()],
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_sheet_has_ten_codes_that_are_read_however_they_are_typed() {
        let sheet = RecoveryCodes::random().unwrap();
        let user = UserId::example();
        let hashes: BTreeSet<Vec<u8>> = sheet.hashes(user).into_iter().collect();
        assert_eq!(hashes.len(), 10);
        for code in &sheet.recovery_codes {
            assert_eq!(code.len(), 19);
            for typed in [
                code.clone(),
                code.to_uppercase(),
                code.replace('-', " "),
                code.replace('-', ""),
            ] {
                let read = RecoveryCode::read(&typed).unwrap();
                assert!(hashes.contains(&read.hash(user)), "{typed}");
            }
        }
    }

    #[test]
    fn anything_else_is_no_code_and_none_is_shown() {
        for text in ["", "k3vq-7m2x-dz5n-w4h", "k3vq-7m2x-dz5n-w4h1"] {
            assert!(RecoveryCode::read(text).is_err(), "{text}");
        }
        let code = RecoveryCode::read("aaaa-bbbb-cccc-dddd").unwrap();
        assert!(!format!("{code:?}{}", code.show()).contains("aaaa"));
    }
}
