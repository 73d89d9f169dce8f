//! Finding people by name. First those whose username begins with what was typed, then those whose names have a word
//! that begins with each word of it, then those whose names are a slip of the fingers away.
//!
//! Each tier is a walk along an index from where the last page ended, so that a page costs the same however many are
//! found. Who is hidden from whoever searches is not found.

mod alike;
mod distance;
mod sql;

use poem_openapi::types::Example;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::words::words;
use super::{PersonCard, cards};
use crate::wire::{Fault, WireText, wire_text};
use crate::{Result, UserId};

/// Words of a search beyond these narrow nothing.
const MOST_WORDS: usize = 6;

/// Of two words that so many have, neither is rare.
const COMMON: i64 = 10_000;

/// What was typed to find somebody.
#[derive(Clone, Debug)]
pub struct SearchText(String);

wire_text!(SearchText);

/// A place in what was found: the tier, and the place in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    Username(String),
    Word(String, UserId),
    Alike(i32, UserId),
}

/// Somebody who was found, and where.
pub struct Found {
    pub place: Place,
    pub card: PersonCard,
}

/// What is looked for.
struct Wanted {
    /// What a username would begin with. None: no username can.
    username: Option<String>,
    /// The word that finds: of several, the one that fewest have.
    first: String,
    others: Vec<String>,
}

/// People who are found, the nearest first, one more than `limit` where there are more.
pub async fn search(
    connection: &mut PgConnection,
    viewer: UserId,
    text: &SearchText,
    after: Option<Place>,
    offset: i64,
    limit: i64,
) -> Result<Vec<Found>> {
    let Some(mut wanted) = Wanted::read(&text.0) else {
        return Ok(Vec::new());
    };
    wanted.begin_with_the_rarest(connection).await?;
    let most = offset + limit + 1;
    let mut places = find(connection, viewer, &wanted, after, most).await?;
    let skipped = usize::try_from(offset).unwrap_or(usize::MAX);
    let places: Vec<(Place, UserId)> = places.drain(skipped.min(places.len())..).collect();
    let ids: Vec<UserId> = places.iter().map(|(_, id)| *id).collect();
    let mut cards = cards(connection, viewer, &ids)
        .await?
        .into_iter()
        .peekable();
    let found = places.into_iter().filter_map(|(place, id)| {
        let card = cards.next_if(|card| card.id == id)?;
        Some(Found { place, card })
    });
    Ok(found.collect())
}

async fn find(
    connection: &mut PgConnection,
    viewer: UserId,
    wanted: &Wanted,
    after: Option<Place>,
    most: i64,
) -> Result<Vec<(Place, UserId)>> {
    let mut found = Vec::new();
    let left = |found: &Vec<_>| most - i64::try_from(found.len()).unwrap_or(most);
    if let (Some(prefix), None | Some(Place::Username(_))) = (&wanted.username, &after) {
        let after = match &after {
            Some(Place::Username(name)) => Some(name.as_str()),
            _ => None,
        };
        let names = sql::by_username(connection, viewer, prefix, after, left(&found)).await?;
        let places = names
            .into_iter()
            .map(|(name, id)| (Place::Username(name), id));
        found.extend(places);
    }
    if left(&found) > 0 && !matches!(after, Some(Place::Alike(..))) {
        let after = match &after {
            Some(Place::Word(word, id)) => Some((word.as_str(), *id)),
            _ => None,
        };
        let words = sql::by_words(connection, viewer, wanted, after, left(&found)).await?;
        let places = words
            .into_iter()
            .map(|(word, id)| (Place::Word(word, id), id));
        found.extend(places);
    }
    if left(&found) > 0 {
        let after = match after {
            Some(Place::Alike(rank, id)) => Some((rank, id)),
            _ => None,
        };
        let people = alike::find(connection, viewer, wanted, after, left(&found)).await?;
        let places = people
            .into_iter()
            .map(|(rank, id)| (Place::Alike(rank, id), id));
        found.extend(places);
    }
    Ok(found)
}

impl Wanted {
    fn words(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// Walking along those who have the common word, looking for the rare one, would take as long as there are many.
    async fn begin_with_the_rarest(&mut self, connection: &mut PgConnection) -> Result<()> {
        if self.others.is_empty() {
            return Ok(());
        }
        let all: Vec<String> = self.words().cloned().collect();
        let ends: Vec<String> = all.iter().map(|word| end_of(word)).collect();
        let counts = sql::how_many(connection, &all, &ends, COMMON).await?;
        let rarest = (0..counts.len()).min_by_key(|at| counts[*at]);
        if let Some(rarest) = rarest.filter(|rarest| *rarest > 0) {
            std::mem::swap(&mut self.first, &mut self.others[rarest - 1]);
        }
        Ok(())
    }

    fn read(text: &str) -> Option<Self> {
        let typed = text.trim().trim_start_matches('@').to_lowercase();
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_';
        let username = Some(typed.clone()).filter(|typed| typed.chars().all(allowed));
        let mut words = words(&typed);
        words.truncate(MOST_WORDS);
        let longest = (0..words.len()).max_by_key(|at| words[*at].len())?;
        let first = words.remove(longest);
        Some(Self {
            username,
            first,
            others: words,
        })
    }
}

/// Where a range of words that begin alike ends.
fn end_of(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}

impl WireText for SearchText {
    const NAME: &'static str = "SearchText";

    fn read(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        match text.chars().count() {
            0 => Err(Fault::new("too_short", "is empty")),
            1..=100 => Ok(Self(text.to_owned())),
            _ => Err(Fault::new("too_long", "can have at most 100 characters")),
        }
    }

    fn show(&self) -> String {
        self.0.clone()
    }

    fn schema() -> poem_openapi::registry::MetaSchema {
        poem_openapi::registry::MetaSchema {
            min_length: Some(1),
            max_length: Some(100),
            example: Some("john".into()),
            ..poem_openapi::registry::MetaSchema::new("string")
        }
    }
}

impl Example for SearchText {
    fn example() -> Self {
        Self("john".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_word_finds_and_the_others_narrow() {
        let wanted = Wanted::read(" @Jo Katherine  Ü ").unwrap();
        assert_eq!(wanted.first, "katherine");
        assert_eq!(wanted.others, ["jo", "u"]);
        assert_eq!(wanted.username, None);
        assert_eq!(
            Wanted::read("John_D").unwrap().username.as_deref(),
            Some("john_d")
        );
        assert!(Wanted::read("--").is_none());
    }
}
