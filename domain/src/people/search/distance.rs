//! How far one word is from another, in slips of the fingers.

/// The fewest letters to put in, leave out, exchange or swap with a neighbour that make `a` into `b`.
pub(super) fn slips(a: &str, b: &str) -> i32 {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let exchanged = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut fewest = exchanged.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                fewest = fewest.min(before_last[j - 2] + 1);
            }
            row.push(fewest);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    i32::try_from(last[b.len()]).unwrap_or(i32::MAX)
}

/// How many slips a word of this length forgives.
pub(super) fn forgiven(word: &str) -> i32 {
    match word.chars().count() {
        0..=3 => 0,
        4..=6 => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted_as_fingers_make_them() {
        for (a, b, count) in [
            ("john", "john", 0),
            ("jonh", "john", 1),
            ("jon", "john", 1),
            ("johnn", "john", 1),
            ("jahn", "john", 1),
            ("maira", "maria", 1),
            ("katherine", "catharine", 2),
            ("", "abc", 3),
        ] {
            assert_eq!(slips(a, b), count, "{a} {b}");
            assert_eq!(slips(b, a), count, "{b} {a}");
        }
    }

    #[test]
    fn short_words_forgive_nothing() {
        assert_eq!(["ann", "john", "katherine"].map(forgiven), [0, 1, 2]);
    }
}
