//! Words of a text that mean something: #hashtags and @mentions.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Characters of a hashtag.
pub const LONGEST_TAG: usize = 100;

/// Usernames have no more.
const LONGEST_NAME: usize = 50;

/// The same for every way to write a tag: width, case. Accents and vowel signs stay, in many scripts they make the word.
pub fn fold_tag(tag: &str) -> String {
    tag.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

fn in_tag(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || is_combining_mark(c) || matches!(c, '\u{200c}' | '\u{200d}')
}

/// Folding makes some letters longer, and others no letters of a word: what is kept has to be a tag as well.
pub(super) fn is_tag(tag: &str) -> bool {
    let is_word = |tag: &str| tag.chars().all(in_tag) && tag.chars().any(char::is_alphabetic);
    is_word(tag) && is_word(&fold_tag(tag))
}

/// Characters of a tag, written or folded.
pub(super) fn length_of(tag: &str) -> usize {
    tag.chars().count().max(fold_tag(tag).chars().count())
}

/// The hashtags of a text as they are written, in their order, without their #, each once.
pub fn tags(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let marked = marked(text, &['#', '＃'], in_tag);
    for tag in marked.filter(|tag| is_tag(tag) && length_of(tag) <= LONGEST_TAG) {
        if !found.iter().any(|known| fold_tag(known) == fold_tag(tag)) {
            found.push(tag.to_owned());
        }
    }
    found
}

/// The usernames that a text mentions, in lower case, in their order, each once.
pub fn mentioned(text: &str) -> Vec<String> {
    let in_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    let mut found: Vec<String> = Vec::new();
    for name in marked(text, &['@', '＠'], in_name) {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        if (3..=LONGEST_NAME).contains(&name.len()) && !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// What follows a mark that stands at the beginning of a word: the # of a link is none, nor the @ of an address.
fn marked<'a>(
    text: &'a str,
    marks: &'a [char],
    belongs: impl Fn(char) -> bool + Copy + 'a,
) -> impl Iterator<Item = &'a str> {
    text.match_indices(marks).filter_map(move |(at, mark)| {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|c| in_tag(c) || matches!(c, '/' | '&' | '.' | '#' | '@')) {
            return None;
        }
        let rest = &text[at + mark.len()..];
        let end = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        Some(&rest[..end]).filter(|word| !word.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashtags_are_words_of_any_script() {
        let text = "#Nature and #NATURE, (#日本) #हिन्दी #c3po ＃wide #42 a#b https://x.example/#top ##twice #";
        assert_eq!(tags(text), ["Nature", "日本", "हिन्दी", "c3po", "wide"]);
        assert_eq!(fold_tag("Straße"), "straße");
        assert_eq!(fold_tag("ＷＩＤＥ"), "wide");
        assert_ne!(fold_tag("हिन्दी"), fold_tag("हनद"));
    }

    #[test]
    fn what_is_no_tag_once_it_is_folded_is_none() {
        let long = "İ".repeat(51);
        assert_eq!((long.chars().count(), length_of(&long)), (51, 102));
        let text = format!("#{long} #\u{200d} #ﷺ #__ #İstanbul");
        assert_eq!(tags(&text), ["İstanbul"]);
    }

    #[test]
    fn mentions_are_usernames_and_no_addresses() {
        let text = "@ann, @Bob.Doe. mail@cid.example @al (@ann) /@dan";
        assert_eq!(mentioned(text), ["ann", "bob.doe"]);
    }
}
