//! What posts are found by, written down.

use std::collections::BTreeSet;

use platform::Tx;

use super::query::lexeme;
use super::sql;
use super::words::words;
use crate::{PostId, Result, hashtags};

/// What a published post says.
pub(super) struct Said {
    pub caption: String,
    pub tags: Vec<String>,
    pub kind: String,
    pub author: String,
    /// Whether it was written down before.
    pub is_known: bool,
}

/// What it is found by.
pub(super) struct Entry {
    /// A `tsvector`, as Postgres reads it.
    pub vector: String,
    /// The words of its hashtags, and of its caption: they are found by their stems, too.
    pub tag_words: String,
    pub caption_words: String,
    /// Each once, hashtags among them.
    pub words: Vec<String>,
}

/// Writes down anew what a post is found by: in searches, on the pages of its hashtags, and in their counts. Whoever
/// publishes, edits, deletes a post, or changes who sees it, calls it last. What is not published is not found; what is
/// not public, only by who may see it.
pub async fn index(tx: &mut Tx, post: PostId) -> Result<()> {
    let now = tx.now();
    match sql::said(tx.connection(), post).await? {
        Some(said) => {
            let entry = Entry::of(&said);
            sql::keep_words(tx.connection(), &entry.words, now).await?;
            sql::keep(tx.connection(), post, &entry, now).await?;
            if said.is_known || !said.tags.is_empty() {
                hashtags::keep_uses(tx, post, said.is_known).await?;
            }
        }
        None => {
            sql::forget(tx.connection(), post).await?;
            hashtags::keep_uses(tx, post, true).await?;
        }
    }
    Ok(())
}

impl Entry {
    fn of(said: &Said) -> Self {
        let caption = words(&said.caption);
        let tags: Vec<String> = said.tags.iter().flat_map(|tag| words(tag)).collect();
        let whole: Vec<String> = said.tags.iter().map(|tag| format!("#{tag}")).collect();
        let of_caption = (1..)
            .zip(&caption)
            .map(|(place, word)| format!("{}:{place}B", lexeme(word)));
        // Not beside the caption: no phrase goes from one to the other.
        let of_tags = (caption.len() + 3..)
            .step_by(2)
            .zip(tags.iter().chain(&whole))
            .map(|(place, word)| format!("{}:{place}A", lexeme(word)));
        let marks = [format!("=k:{}", said.kind), format!("=a:{}", said.author)];
        let marks = marks.iter().map(|mark| lexeme(mark));
        let vector: Vec<String> = of_caption.chain(of_tags).chain(marks).collect();
        let each: BTreeSet<&String> = caption.iter().chain(&tags).chain(&whole).collect();
        Self {
            vector: vector.join(" "),
            tag_words: tags.join(" "),
            caption_words: caption.join(" "),
            words: each.into_iter().cloned().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashtags_weigh_more_and_are_found_whole() {
        let entry = Entry::of(&Said {
            caption: "Sunset, sunset! #Nature".to_owned(),
            tags: vec!["nature".to_owned(), "old_town".to_owned()],
            kind: "text".to_owned(),
            author: "7".to_owned(),
            is_known: false,
        });
        let vector = "'sunset':1B 'sunset':2B 'nature':3B 'nature':6A 'old':8A 'town':10A '#nature':12A '#old_town':14A \
                      '=k:text' '=a:7'";
        assert_eq!(entry.vector, vector);
        assert_eq!(entry.tag_words, "nature old town");
        let words = ["#nature", "#old_town", "nature", "old", "sunset", "town"];
        assert_eq!(entry.words, words);
    }
}
