//! Where the next batch ends: it holds enough matches to be ranked, and no more than can be.

use sqlx::PgConnection;

use super::{HALF_LIFE, SPAN, Span, Wanted, sql};
use crate::{Result, UserId};

/// A span is longer than the one before by so much at most, and never longer than …
const STEP: i64 = 8;
const LONGEST: i64 = 1 << 40;

/// A batch has at least so many matches where there are more, is meant to have …, and has at most …
const ENOUGH: i64 = 200;
const MEANT: i64 = 300;
const MOST: i64 = 600;

/// Before all of a batch.
const FIRST: (i64, i64) = (i64::MAX, i64::MAX);

/// Looking through batches for what is wanted.
pub(super) struct Ranking<'a> {
    pub connection: &'a mut PgConnection,
    pub viewer: UserId,
    pub wanted: &'a Wanted,
    pub limit: i64,
}

impl Ranking<'_> {
    pub(super) async fn rank(&mut self, batch: Span, after: (i64, i64)) -> Result<sql::Look> {
        let asked = sql::Asked {
            viewer: self.viewer,
            matching: &self.wanted.within(batch),
            ranking: &self.wanted.words,
            span: batch,
            times: &self.wanted.times,
            after,
            most: MOST,
            limit: self.limit,
        };
        Ok(sql::ranked(self.connection, &asked, HALF_LIFE.as_secs_f64()).await?)
    }

    /// The next batch below `top`, and the best of it. Mostly the first span will do.
    pub(super) async fn next(&mut self, top: i64) -> Result<(Span, Vec<sql::Hit>)> {
        let mut batch = self.wanted.below(top, self.wanted.long);
        let look = self.rank(batch, FIRST).await?;
        if look.count == MOST {
            batch.bottom = look.lowest;
        } else if self.wanted.calls_for_more(batch, look.count) {
            batch = self.grow(batch, look.count).await?;
            return Ok((batch, self.rank(batch, FIRST).await?.hits));
        }
        Ok((batch, look.hits))
    }

    /// A batch that has too few matches, and as much below it as it takes.
    async fn grow(&mut self, mut batch: Span, mut count: i64) -> Result<Span> {
        let mut size = batch.top - batch.bottom;
        while self.wanted.calls_for_more(batch, count) {
            let fitting = length_for(MEANT - count, count as f64, batch.top - batch.bottom);
            size = match count {
                0 => size * STEP,
                _ => fitting.min(size * STEP),
            };
            let span = self.wanted.below(batch.bottom, size);
            let (query, left) = (self.wanted.within(span), MOST - count);
            let times = &self.wanted.times;
            let (here, lowest) = sql::probe(self.connection, &query, span, times, left).await?;
            batch.bottom = match here == left {
                true => lowest,
                false => span.bottom,
            };
            count += here;
        }
        Ok(batch)
    }
}

impl Wanted {
    fn below(&self, top: i64, size: i64) -> Span {
        let bottom = (top - size).max(self.span.bottom);
        Span { bottom, top }
    }

    fn calls_for_more(&self, batch: Span, count: i64) -> bool {
        count < ENOUGH && batch.bottom > self.span.bottom
    }
}

/// How long a span has to be for a batch, where there are about `matches` in a length of `all`.
pub(super) fn meant_length(matches: f64, all: i64) -> i64 {
    length_for(MEANT, matches, all)
}

/// How long a span holds so many matches, where there are `matches` in a length of `all`.
fn length_for(many: i64, matches: f64, all: i64) -> i64 {
    let length = many as f64 * all as f64 / matches.max(1.0);
    (length as i64).clamp(SPAN, LONGEST)
}
