//! Those whose names are a slip of the fingers away. The word that is walked stands for the nearest to it that somebody
//! is called; each other for those that begin with it, too.

use sqlx::PgConnection;

use super::{Place, Wanted, after_only, distance, end_of, sql};
use crate::{Result, UserId};

/// So many words that share parts with a misspelt one are looked at closer.
const CANDIDATES: i64 = 200;

/// So many of them are searched for.
const NEAREST: usize = 6;

/// Words that will do for one of those wanted.
pub(super) struct Range {
    /// Which of those wanted.
    pub at: i32,
    pub start: String,
    pub stop: String,
    /// As typed, or a slip away.
    pub typed: bool,
}

/// What is walked, the nearest first: a word, and what may stand beside it. The range is empty where only one is wanted.
pub(super) struct Walk {
    pub word: String,
    pub start: String,
    pub stop: String,
}

pub(super) async fn find(
    connection: &mut PgConnection,
    viewer: UserId,
    wanted: &Wanted,
    after: Option<(i32, &str, UserId)>,
    most: i64,
) -> Result<Vec<(Place, UserId)>> {
    let nearest = nearest(connection, &wanted.words).await?;
    // The longest is the likeliest to be misspelt, and the nearest to it are few.
    let misspelt = (0..nearest.len()).filter(|at| !nearest[*at].is_empty());
    let Some(walked) = misspelt.max_by_key(|at| wanted.words[*at].len()) else {
        return Ok(Vec::new());
    };
    let ranges = ranges(&wanted.words, &nearest);
    let username = wanted.username.as_deref();
    if wanted.words.len() == 1 {
        let near = &nearest[walked];
        return Ok(sql::by_alike(connection, viewer, username, near, &ranges, after, most).await?);
    }
    let walks = walks(&nearest[walked], walked, &ranges);
    Ok(sql::by_alike_pair(connection, viewer, username, &walks, &ranges, after, most).await?)
}

/// For each of `words` those that somebody may have meant, the nearest first: the very word among them where there is one.
async fn nearest(connection: &mut PgConnection, words: &[String]) -> Result<Vec<Vec<String>>> {
    let mut nearest: Vec<Vec<(i32, String)>> = words.iter().map(|_| Vec::new()).collect();
    let forgiven: Vec<i32> = words.iter().map(|word| distance::forgiven(word)).collect();
    for (at, candidate) in sql::alike(connection, words, &forgiven, CANDIDATES).await? {
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        let Some(word) = words.get(at) else { continue };
        let slips = distance::slips(word, &candidate);
        if slips <= forgiven[at] {
            nearest[at].push((slips, candidate));
        }
    }
    Ok(nearest.into_iter().map(the_first).collect())
}

fn the_first(mut near: Vec<(i32, String)>) -> Vec<String> {
    near.sort();
    near.truncate(NEAREST);
    near.into_iter().map(|(_, word)| word).collect()
}

fn ranges(words: &[String], nearest: &[Vec<String>]) -> Vec<Range> {
    let mut ranges = Vec::new();
    for ((at, word), near) in (0..).zip(words).zip(nearest) {
        ranges.push(Range {
            at,
            start: word.clone(),
            stop: end_of(word),
            typed: true,
        });
        ranges.extend(near.iter().map(|word| Range {
            at,
            start: word.clone(),
            stop: after_only(word),
            typed: false,
        }));
    }
    ranges
}

/// Each of the words near the walked one, with each range of the next word wanted beside it.
fn walks(near: &[String], walked: usize, ranges: &[Range]) -> Vec<Walk> {
    let beside = i32::from(walked == 0);
    let beside = || ranges.iter().filter(move |range| range.at == beside);
    let pairs = near
        .iter()
        .flat_map(|word| beside().map(move |range| (word, range)));
    let walk = |(word, range): (&String, &Range)| Walk {
        word: word.clone(),
        start: range.start.clone(),
        stop: range.stop.clone(),
    };
    pairs.map(walk).collect()
}
