//! Finding posts by their words, the most relevant and the freshest first.
//!
//! A word that every post has must not cost more than one that a few have. So a search walks down from the newest post in
//! batches: a batch is a span of posts that holds enough matches to be ranked, and no more than can be; within it the
//! best come first, then comes the batch below. Spans stand in the index among the words (see `post_words` in the
//! migration), so that Postgres intersects them. How long the first span is follows from how often the words were written,
//! about; the next ones from how many matches the first held.
//!
//! Whether the viewer may see a post is asked inside the query, of those that would stand on the page.

mod batches;
mod index;
mod query;
mod sql;
mod words;

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use batches::Ranking;
pub use index::index;
pub use query::Query;
use query::{Meanings, lexeme};

use crate::people::{self, PersonRef};
use crate::posts::{Hashtag, PostKind, fold_tag};
use crate::{PostId, Result, UserId};

/// A post is worth half as much as one that is so much younger.
const HALF_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);

/// The shortest span.
const SPAN: i64 = 1 << SHIFT;
const SHIFT: u32 = 10;

/// Spans of the longest kind hold as many posts as this says: each kind is eight times as long as the one before.
const KINDS: u32 = 6;

/// As many spans name a batch at most, unless it takes more of the longest kind.
const MOST_SPANS: i64 = 16;

/// Batches that one page looks through. Whoever may see next to nothing of what they look for gets short pages.
const MOST_BATCHES: usize = 8;

/// So many words stand for a beginning.
const LONGER: i64 = 24;

/// What narrows a search.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub kind: Option<PostKind>,
    pub from: Option<PersonRef>,
    pub hashtag: Option<Hashtag>,
    pub since: Option<DateTime<Utc>>,
    pub until: Option<DateTime<Utc>>,
}

/// A place in what was found: the batch, and the place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    top: i64,
    bottom: i64,
    score: i64,
    seq: i64,
}

/// A post that was found, and where.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    pub post: PostId,
    pub place: Place,
}

/// A page of what was found.
#[derive(Debug, Default)]
pub struct Page {
    pub found: Vec<Found>,
    /// Where the next page starts, where there may be one.
    pub next: Option<Place>,
}

/// From `bottom` to before `top`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    bottom: i64,
    top: i64,
}

struct Times {
    since: DateTime<Utc>,
    until: DateTime<Utc>,
}

/// What is looked for.
struct Wanted {
    /// What ranks.
    words: String,
    /// What has to be there as well.
    marks: Vec<String>,
    times: Times,
    is_of_all_times: bool,
    /// Where all of it lies.
    span: Span,
    /// How long a span holds as many as a batch is meant to, about.
    long: i64,
}

/// Posts that the viewer may see, at most `limit`.
pub async fn posts(
    connection: &mut PgConnection,
    viewer: UserId,
    query: &Query,
    filter: &Filter,
    after: Option<Place>,
    limit: i64,
) -> Result<Page> {
    let marks = marks(connection, viewer, filter).await?;
    if query.is_empty() {
        return Ok(Page::default());
    }
    let wanted = wanted(connection, query, filter, marks).await?;
    let (mut found, mut open) = (Vec::new(), after.map(|place| place.within(&wanted.span)));
    let mut top = wanted.span.top;
    for _ in 0..MOST_BATCHES {
        let left = limit + 1 - i64::try_from(found.len()).unwrap_or(limit);
        let mut ranking = Ranking {
            connection,
            viewer,
            wanted: &wanted,
            limit: left,
        };
        let (batch, hits) = match open.take() {
            Some(place) => {
                let after = (place.score, place.seq);
                (
                    place.batch(),
                    ranking.rank(place.batch(), after).await?.hits,
                )
            }
            None => ranking.next(top).await?,
        };
        found.extend(hits.into_iter().map(|hit| batch.found(hit)));
        if i64::try_from(found.len()).unwrap_or(limit) > limit {
            found.pop();
            let next = found.last().map(|last| last.place);
            return Ok(Page { found, next });
        }
        top = batch.bottom;
        if top <= wanted.span.bottom {
            return Ok(Page { found, next: None });
        }
    }
    let next = Some(Place::below(top));
    Ok(Page { found, next })
}

async fn wanted(
    connection: &mut PgConnection,
    query: &Query,
    filter: &Filter,
    marks: Vec<String>,
) -> Result<Wanted> {
    let far = DateTime::from_timestamp(253_402_300_799, 0).unwrap_or(DateTime::UNIX_EPOCH);
    let times = Times {
        since: filter.since.unwrap_or(DateTime::UNIX_EPOCH),
        until: filter.until.unwrap_or(far),
    };
    let mut meanings = Meanings::default();
    sql::known(connection, &query.words(), &mut meanings).await?;
    let beginnings = query.beginnings();
    if !beginnings.is_empty() {
        sql::longer(connection, &beginnings, LONGER, &mut meanings).await?;
    }
    let span = sql::bounds(connection, &times, SPAN).await?;
    Ok(Wanted {
        words: query.tsquery(&meanings),
        marks,
        times,
        is_of_all_times: filter.since.is_none() && filter.until.is_none(),
        span,
        long: batches::meant_length(query.matches(&meanings), span.top),
    })
}

async fn marks(
    connection: &mut PgConnection,
    viewer: UserId,
    filter: &Filter,
) -> Result<Vec<String>> {
    let mut marks = Vec::new();
    if let Some(kind) = filter.kind {
        marks.push(format!("=k:{}", kind.name()));
    }
    if let Some(person) = &filter.from {
        let author = people::resolve(connection, viewer, person).await?;
        marks.push(format!("=a:{author}"));
    }
    if let Some(tag) = &filter.hashtag {
        marks.push(format!("#{}", fold_tag(tag.as_str())));
    }
    Ok(marks.iter().map(|mark| lexeme(mark)).collect())
}

impl Wanted {
    /// As Postgres reads it: only of the spans that hold a batch. To say all of them would be to look each match up in
    /// all of them.
    fn within(&self, batch: Span) -> String {
        let mut query = format!("({})", self.words);
        for mark in &self.marks {
            query.push_str(" & ");
            query.push_str(mark);
        }
        if !(self.is_of_all_times && batch == self.span) {
            query.push_str(" & ");
            query.push_str(&query::any(batch.names().iter()));
        }
        query
    }
}

impl Span {
    fn found(self, hit: sql::Hit) -> Found {
        Found {
            post: hit.post,
            place: Place {
                top: self.top,
                bottom: self.bottom,
                score: hit.score,
                seq: hit.seq,
            },
        }
    }

    /// The spans of the shortest kind of which a few hold it.
    fn names(self) -> Vec<String> {
        let last = (self.top - 1).max(self.bottom);
        let numbers = |kind: u32| {
            let shift = SHIFT + 3 * kind;
            (self.bottom >> shift, last >> shift)
        };
        let few = |kind: &u32| {
            let (first, last) = numbers(*kind);
            last - first < MOST_SPANS
        };
        let kind = (0..KINDS).find(few).unwrap_or(KINDS - 1);
        let (first, last) = numbers(kind);
        (first..=last)
            .map(|number| format!("={kind}:{number}"))
            .collect()
    }
}

impl Place {
    fn batch(&self) -> Span {
        Span {
            bottom: self.bottom,
            top: self.top,
        }
    }

    /// After all of the batches above.
    fn below(top: i64) -> Self {
        Self {
            top,
            bottom: top,
            score: i64::MIN,
            seq: i64::MIN,
        }
    }

    /// A place that somebody made up asks for no more than there is.
    fn within(self, span: &Span) -> Self {
        let top = self.top.clamp(span.bottom, span.top);
        let bottom = self.bottom.clamp(span.bottom, top);
        Self {
            top,
            bottom,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_named_by_a_few_spans_that_hold_it() {
        let names = |bottom, top| Span { bottom, top }.names();
        assert_eq!(names(0, 1), ["=0:0"]);
        assert_eq!(names(1000, 2049), ["=0:0", "=0:1", "=0:2"]);
        assert_eq!(names(0, 17 << 10), ["=1:0", "=1:1", "=1:2"]);
        assert_eq!(names(5, 5), ["=0:0"]);
        assert_eq!(
            names(0, 1 << 25),
            (0..8).map(|n| format!("=4:{n}")).collect::<Vec<_>>()
        );
    }
}
