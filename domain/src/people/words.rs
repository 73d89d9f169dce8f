//! The words people are found by: folded, so that case and accents do not matter.

use std::collections::BTreeSet;

use platform::Tx;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::sql;
use crate::{Result, UserId};

/// A name has as many words; more are not found.
const MOST_WORDS: usize = 16;

/// A word is found by so many characters.
const LONGEST: usize = 50;

/// Lower case, without accents: `Ünal` is found as `unal`.
pub fn fold(text: &str) -> String {
    text.nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// The words of a text, folded, as they come. Numbers are no words: `maria99` is one more Maria.
pub fn words(text: &str) -> Vec<String> {
    fold(text)
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(LONGEST).collect())
        .collect()
}

/// The words of all the names of one person, each once.
pub fn words_of<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let all: BTreeSet<String> = names.into_iter().flat_map(words).collect();
    all.into_iter().take(MOST_WORDS).collect()
}

/// Writes down anew the words that a person is found by. Whoever changes a name calls it.
pub async fn index_names(tx: &mut Tx, user: UserId) -> Result<()> {
    let Some(names) = sql::names(tx.connection(), user).await? else {
        return Ok(());
    };
    let now = tx.now();
    let words = words_of(names.iter().map(String::as_str));
    sql::replace_words(tx.connection(), user, &words, now).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_without_case_and_accents() {
        assert_eq!(words("João-Pedro  ÜNAL"), ["joao", "pedro", "unal"]);
        assert_eq!(words("ﬁne_Straße.99"), ["fine", "straße"]);
        assert_eq!(words_of(["Ann Lee", "ann_lee7"]), ["ann", "lee"]);
    }
}
