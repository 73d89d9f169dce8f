//! Who of the numbers on a telephone is here, told by their hashes.
//!
//! The hash keeps numbers out of logs and out of sight; it does not make them secret. There are few enough telephone
//! numbers to hash all of them in an hour with a salt that every client has to know, ours included. What protects people
//! is that comparing is counted by the day, and that they may choose not to be found.

use poem_openapi::Object;
use poem_openapi::registry::MetaSchema;
use poem_openapi::types::Example;
use sqlx::PgConnection;

use super::sql;
use crate::people::{self, PersonCard};
use crate::wire::{Fault, WireText, wire_text};
use crate::{Result, UserId};

/// SHA-256 over the salt and a number in E.164, as 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneHash([u8; 32]);

wire_text!(PhoneHash);

/// What numbers are hashed with.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub struct MatchSalt {
    /// Put it before the number: SHA-256(salt + `+4915123456789`). It stays the same.
    pub salt: String,
}

/// Numbers to compare.
#[derive(Clone, Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct MatchRequest {
    /// SHA-256(salt + number) of each, in hexadecimal digits.
    #[oai(validator(min_items = 1, max_items = 1000))]
    pub hashes: Vec<PhoneHash>,
}

/// Somebody who is here.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub struct Match {
    /// Of those that were sent.
    pub hash: PhoneHash,
    pub person: PersonCard,
}

/// Who of them is here.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub struct Matches {
    pub matches: Vec<Match>,
}

pub async fn match_salt(connection: &mut PgConnection) -> Result<MatchSalt> {
    let salt = sql::salt(connection).await?;
    Ok(MatchSalt { salt })
}

/// Those who are here, may be found by their number, and are not hidden from whoever asks. Oneself is not among them.
pub async fn match_hashes(
    connection: &mut PgConnection,
    asker: UserId,
    said: &MatchRequest,
) -> Result<Matches> {
    let hashes: Vec<Vec<u8>> = said.hashes.iter().map(|hash| hash.0.to_vec()).collect();
    let found = sql::by_hashes(connection, asker, &hashes).await?;
    let people: Vec<UserId> = found.iter().map(|(person, _)| *person).collect();
    let mut cards = people::cards(connection, asker, &people)
        .await?
        .into_iter()
        .peekable();
    let with_card = |(person, hash): (UserId, Vec<u8>)| {
        let person = cards.next_if(|card| card.id == person)?;
        let hash = PhoneHash(hash.try_into().ok()?);
        Some(Match { hash, person })
    };
    Ok(Matches {
        matches: found.into_iter().filter_map(with_card).collect(),
    })
}

impl WireText for PhoneHash {
    const NAME: &'static str = "PhoneHash";

    fn read(text: &str) -> Result<Self, Fault> {
        let refused = || Fault::new("invalid", "takes 64 hexadecimal digits");
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(refused());
        }
        let mut bytes = [0; 32];
        for (place, byte) in bytes.iter_mut().enumerate() {
            let digits = &text[2 * place..2 * place + 2];
            *byte = u8::from_str_radix(digits, 16).map_err(|_| refused())?;
        }
        Ok(Self(bytes))
    }

    fn show(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn schema() -> MetaSchema {
        MetaSchema {
            min_length: Some(64),
            max_length: Some(64),
            pattern: Some("^[0-9A-Fa-f]{64}$".to_owned()),
            example: Some(Self::example().show().into()),
            ..MetaSchema::new("string")
        }
    }
}

impl Example for PhoneHash {
    fn example() -> Self {
        Self(std::array::from_fn(|place| place as u8 * 7))
    }
}

impl Example for MatchSalt {
    fn example() -> Self {
        Self {
            salt: "525dbf492576415c80e8f45042cb9251d37d0facfa1f43039f464aa925f80ab3".to_owned(),
        }
    }
}

impl Example for MatchRequest {
    fn example() -> Self {
        Self {
            hashes: vec![PhoneHash::example()],
        }
    }
}

impl Example for Match {
    fn example() -> Self {
        Self {
            hash: PhoneHash::example(),
            person: PersonCard::example(),
        }
    }
}

impl Example for Matches {
    fn example() -> Self {
        Self {
            matches: vec![Match::example()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_64_hexadecimal_digits_in_either_case() {
        let text = "00ff".repeat(16);
        assert_eq!(PhoneHash::read(&text).unwrap().show(), text);
        assert!(PhoneHash::read(&text.to_uppercase()).is_ok());
        for text in ["", "00", &"0g".repeat(32), &"é".repeat(32)] {
            assert_eq!(PhoneHash::read(text).unwrap_err().code, "invalid");
        }
    }
}
