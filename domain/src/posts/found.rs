//! What a post is found by: the hashtags and mentions of its caption, and the hashtags given beside it.

use super::{Hashtag, words};
use crate::{Error, Result};

/// Hashtags of one post, from its caption and beside it.
const MOST_TAGS: usize = 30;

/// People whom one text mentions; further ones are not told.
pub(crate) const MOST_MENTIONS: usize = 20;

/// What a post is found by.
pub(super) struct Found {
    pub folded: Vec<String>,
    pub shown: Vec<String>,
    /// Whether it goes when it leaves the caption: it was not given beside it.
    pub in_caption: Vec<bool>,
    pub mentions: Vec<String>,
}

impl Found {
    pub(super) fn of(caption: &str, beside: &[Hashtag]) -> Result<Self> {
        let mut found = Self {
            folded: Vec::new(),
            shown: Vec::new(),
            in_caption: Vec::new(),
            mentions: words::mentioned(caption),
        };
        found.mentions.truncate(MOST_MENTIONS);
        let written = words::tags(caption).into_iter().map(|tag| (tag, true));
        let beside = beside.iter().map(|tag| (tag.as_str().to_owned(), false));
        for (shown, in_caption) in beside.chain(written) {
            let folded = words::fold_tag(&shown);
            if found.folded.contains(&folded) {
                continue;
            }
            if found.folded.len() == MOST_TAGS {
                let detail = format!("a post can have at most {MOST_TAGS}");
                return Err(Error::invalid("hashtags", "too_many", detail));
            }
            found.folded.push(folded);
            found.shown.push(shown);
            found.in_caption.push(in_caption);
        }
        Ok(found)
    }
}
