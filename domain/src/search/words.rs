//! The words of a text, as posts are found by them: folded, so that case, width and the accents of Latin, Greek and
//! Cyrillic letters do not matter. Scripts that are written without spaces are cut into pairs of letters.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A word is found by so many characters.
const LONGEST: usize = 50;

/// The vowel signs of other scripts stay: they make the word.
pub(super) fn fold(text: &str) -> String {
    let bare = text
        .nfkd()
        .filter(|c| !('\u{300}'..='\u{36f}').contains(c))
        .flat_map(char::to_lowercase);
    bare.nfc().collect()
}

/// In their order.
pub(super) fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let mut found = Vec::new();
    for run in folded.split(|c| !is_letter(c)) {
        let mut rest = run;
        while let Some(first) = rest.chars().next() {
            let dense = is_dense(first);
            let end = rest.find(|c| is_dense(c) != dense).unwrap_or(rest.len());
            let (part, after) = rest.split_at(end);
            match dense {
                true => found.extend(pairs(part)),
                false => found.push(part.chars().take(LONGEST).collect()),
            }
            rest = after;
        }
    }
    found
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// Han, Hiragana, Katakana and Thai letters: no space says where a word ends.
fn is_dense(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
                | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn pairs(run: &str) -> Vec<String> {
    let letters: Vec<char> = run.chars().collect();
    match letters.len() {
        1 => vec![run.to_owned()],
        _ => letters
            .windows(2)
            .map(|pair| pair.iter().collect())
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_dense_scripts_cut_into_pairs() {
        assert_eq!(
            words("João's CAFÉ, ﬁne_2nd Straße"),
            ["joao", "s", "cafe", "fine", "2nd", "straße"]
        );
        assert_eq!(words("日本語 ok東"), ["日本", "本語", "ok", "東"]);
        assert_eq!(words("हिन्दी 한국어"), ["हिन्दी", "한국어"]);
        assert!(words("🎉 -- '").is_empty());
    }
}
