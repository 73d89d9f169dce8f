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

/// What was typed to find somebody.
#[derive(Clone, Debug)]
pub struct SearchText(String);

wire_text!(SearchText);

/// A place in what was found: the tier, and the place in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    Username(String),
    /// Their word, and of several words wanted the one beside it.
    Word(String, String, UserId),
    /// How near, and the word beside.
    Alike(i32, String, UserId),
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
    /// The first two find, further ones narrow.
    words: Vec<String>,
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
    if wanted.words.len() > 1 {
        let begun = sql::begun(connection, &wanted.words).await?;
        wanted.begin_with_the_rarest(&begun);
    }
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
            Some(Place::Word(word, beside, id)) => Some((word.as_str(), beside.as_str(), *id)),
            _ => None,
        };
        let most = left(&found);
        found.extend(match wanted.words.len() {
            1 => sql::by_word(connection, viewer, wanted, after, most).await?,
            _ => sql::by_pair(connection, viewer, wanted, after, most).await?,
        });
    }
    if left(&found) > 0 {
        let after = match &after {
            Some(Place::Alike(rank, beside, id)) => Some((*rank, beside.as_str(), *id)),
            _ => None,
        };
        let most = left(&found);
        found.extend(alike::find(connection, viewer, wanted, after, most).await?);
    }
    Ok(found)
}

impl Wanted {
    fn read(text: &str) -> Option<Self> {
        let typed = text.trim().trim_start_matches('@').to_lowercase();
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_';
        let username = Some(typed.clone()).filter(|typed| typed.chars().all(allowed));
        let mut words = words(&typed);
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        let mut kept: Vec<String> = Vec::new();
        for word in words {
            // Whoever has the longer one has this one.
            if !kept.iter().any(|longer| longer.starts_with(&word)) {
                kept.push(word);
            }
        }
        kept.truncate(MOST_WORDS);
        let words = Some(kept).filter(|words| !words.is_empty())?;
        Some(Self { username, words })
    }

    /// Each word that begins as the first one does is looked at: `begun` says how many there are.
    fn begin_with_the_rarest(&mut self, begun: &[i64]) {
        let mut counted: Vec<(i64, String)> =
            begun.iter().copied().zip(self.words.drain(..)).collect();
        counted.sort_by_key(|(count, _)| *count);
        self.words = counted.into_iter().map(|(_, word)| word).collect();
    }

    /// Those that narrow.
    fn further(&self) -> &[String] {
        self.words.get(2..).unwrap_or_default()
    }
}

/// Where a range of words that begin alike ends.
fn end_of(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}

/// Where the range of one word alone ends: no word has a character that sorts as low.
fn after_only(word: &str) -> String {
    format!("{word}\u{1}")
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
    fn each_word_is_wanted_once_and_the_rarest_finds() {
        let mut wanted = Wanted::read(" @Jo Katherine  Ü kat").unwrap();
        assert_eq!(wanted.words, ["katherine", "jo", "u"]);
        wanted.begin_with_the_rarest(&[3, 1, 2]);
        assert_eq!(wanted.words, ["jo", "u", "katherine"]);
        assert_eq!(wanted.further(), ["katherine"]);
        assert_eq!(wanted.username, None);
        assert_eq!(
            Wanted::read("John_D").unwrap().username.as_deref(),
            Some("john_d")
        );
        assert!(Wanted::read("--").is_none());
    }
}
