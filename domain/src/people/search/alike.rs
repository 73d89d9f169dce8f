//! Those whose names are a slip of the fingers away: each word wanted stands for those that begin with it and for the
//! nearest to it that somebody is called.

use sqlx::PgConnection;

use super::{Wanted, distance, end_of, sql};
use crate::{Result, UserId};

/// So many words that share letters with a misspelt one are looked at closer.
const CANDIDATES: i64 = 200;

/// So many of them are searched for.
const NEAREST: usize = 6;

/// Of words that so many have, none is rare.
const COMMON: i64 = 500;

/// A range of words that will do for one of those wanted.
pub(super) struct Range {
    /// Which of those wanted.
    pub at: i32,
    pub start: String,
    pub stop: String,
    /// As typed, or a slip away.
    pub typed: bool,
    /// Its place among the walked words; none for the others.
    pub rank: Option<i32>,
}

pub(super) async fn find(
    connection: &mut PgConnection,
    viewer: UserId,
    wanted: &Wanted,
    after: Option<(i32, UserId)>,
    most: i64,
) -> Result<Vec<(i32, UserId)>> {
    let words: Vec<&str> = wanted.words().map(String::as_str).collect();
    let nearest = nearest(connection, &words).await?;
    let Some(walked) = rarest(connection, &nearest).await? else {
        return Ok(Vec::new());
    };
    let ranges = ranges(&words, &nearest, walked);
    let (username, walked) = (wanted.username.as_deref(), &nearest[walked]);
    Ok(sql::by_alike(connection, viewer, username, walked, &ranges, after, most).await?)
}

/// For each of `words` those that somebody may have meant, the nearest first: the very word among them where there is one.
async fn nearest(connection: &mut PgConnection, words: &[&str]) -> Result<Vec<Vec<String>>> {
    let mut nearest: Vec<Vec<(usize, String)>> = words.iter().map(|_| Vec::new()).collect();
    let long = |at: &usize| distance::forgiven(words[*at]) > 0;
    let misspelt: Vec<usize> = (0..words.len()).filter(long).collect();
    let texts: Vec<String> = misspelt.iter().map(|at| words[*at].to_owned()).collect();
    let (of, swapped) = (0..)
        .zip(&texts)
        .flat_map(|(of, text)| {
            let swapped = distance::swapped(text).into_iter();
            swapped.map(move |word| (of, word))
        })
        .unzip::<i32, String, Vec<_>, Vec<_>>();
    for (of, candidate) in sql::alike(connection, &texts, &of, &swapped, CANDIDATES).await? {
        let Some(at) = usize::try_from(of)
            .ok()
            .and_then(|of| misspelt.get(of))
            .copied()
        else {
            continue;
        };
        let slips = distance::slips(words[at], &candidate);
        if slips <= distance::forgiven(words[at]) {
            nearest[at].push((slips, candidate));
        }
    }
    Ok(nearest.into_iter().map(the_first).collect())
}

fn the_first(mut near: Vec<(usize, String)>) -> Vec<String> {
    near.sort();
    near.truncate(NEAREST);
    near.into_iter().map(|(_, word)| word).collect()
}

/// Which of the lists fewest people have a word of: along theirs the walk is shortest.
async fn rarest(connection: &mut PgConnection, nearest: &[Vec<String>]) -> Result<Option<usize>> {
    let there: Vec<usize> = (0..nearest.len())
        .filter(|at| !nearest[*at].is_empty())
        .collect();
    if let [] | [_] = there[..] {
        return Ok(there.first().copied());
    }
    let words: Vec<String> = nearest.iter().flatten().cloned().collect();
    let ends: Vec<String> = words.iter().map(|word| after_only(word)).collect();
    let mut counts = sql::how_many(connection, &words, &ends, COMMON)
        .await?
        .into_iter();
    let sums: Vec<i64> = nearest
        .iter()
        .map(|list| counts.by_ref().take(list.len()).sum())
        .collect();
    Ok(there.into_iter().min_by_key(|at| sums[*at]))
}

fn ranges(words: &[&str], nearest: &[Vec<String>], walked: usize) -> Vec<Range> {
    let mut ranges = Vec::new();
    for ((at, word), near) in words.iter().enumerate().zip(nearest) {
        let number = i32::try_from(at).unwrap_or(i32::MAX);
        ranges.push(Range {
            at: number,
            start: (*word).to_owned(),
            stop: end_of(word),
            typed: true,
            rank: None,
        });
        ranges.extend((1..).zip(near).map(|(rank, word)| Range {
            at: number,
            start: word.clone(),
            stop: after_only(word),
            typed: false,
            rank: Some(rank).filter(|_| at == walked),
        }));
    }
    ranges
}

/// Where the range of this word alone ends: no word has a character that sorts as low.
fn after_only(word: &str) -> String {
    format!("{word}\u{1}")
}
