//! What one might like of people one does not follow.
//!
//! Recent public posts are ranked every few minutes: what people did with a post, over its age. A ranking is a generation
//! of rows that never change, so pages of it fit together. Who may see a post, and whether its author is followed or
//! muted, is asked with each read.

use chrono::TimeDelta;
use platform::{Platform, Tx};
use serde::{Deserialize, Serialize};

use super::{Span, lowest_id, sql};
use crate::people::Actor;
use crate::posts::{self, Post};
use crate::{PostId, Result};

/// Older posts are not ranked.
const RECENT: TimeDelta = TimeDelta::days(7);

/// So many of the newest are looked at.
const LOOKED_AT: i64 = 5_000;

/// So many are kept, of each author at most a few.
const KEPT: i64 = 1_000;
const OF_ONE_AUTHOR: i64 = 5;

/// Whoever reads a ranking may go on with it for so long.
const READ_FOR: TimeDelta = TimeDelta::hours(1);

/// Where a page ended: in which ranking, and at which place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplorePlace {
    pub generation: i64,
    pub rank: i32,
}

/// A page.
#[derive(Clone, Debug)]
pub struct Explored {
    pub posts: Vec<Post>,
    pub next: Option<ExplorePlace>,
    /// How many are ranked, for whomever.
    pub total: i64,
}

/// Public posts of people whom `actor` does not follow, the most moving first. Whoever reads on in a ranking that is gone
/// goes on in the next.
pub async fn explore(
    platform: &Platform,
    actor: &Actor,
    span: &Span<ExplorePlace>,
) -> Result<Explored> {
    let now = platform.clock.now();
    let mut tx = platform.db.begin().await?;
    let wanted = span.after.map(|place| place.generation);
    let mut ranking = sql::explore::ranking(tx.connection(), wanted).await?;
    if ranking.is_none() {
        // The first one ever; the scheduler sees to the others.
        rank_explore(&mut tx).await?;
        ranking = sql::explore::ranking(tx.connection(), None).await?;
    }
    let mut found = match ranking {
        Some(one) => {
            sql::explore::page(tx.connection(), actor.user, one.generation, span, now).await?
        }
        None => Vec::new(),
    };
    let limit = usize::try_from(span.limit).unwrap_or_default();
    let has_more = found.len() > limit;
    found.truncate(limit);
    let ids: Vec<PostId> = found.iter().map(|row| row.post_id).collect();
    let posts = posts::views(tx.connection(), &platform.storage, actor.user, &ids, now).await?;
    tx.commit().await?;
    let last = found.last().filter(|_| has_more);
    Ok(Explored {
        posts,
        next: last.zip(ranking).map(|(last, one)| ExplorePlace {
            generation: one.generation,
            rank: last.rank,
        }),
        total: ranking.map_or(0, |one| one.count),
    })
}

/// Ranks anew, and forgets rankings that nobody reads any more.
pub async fn rank_explore(tx: &mut Tx) -> Result<()> {
    let now = tx.now();
    let rules = sql::explore::Rules {
        since: lowest_id(now - RECENT),
        looked_at: LOOKED_AT,
        of_one_author: OF_ONE_AUTHOR,
        kept: KEPT,
    };
    sql::explore::rank(tx.connection(), now.timestamp_millis(), &rules, now).await?;
    let unread = (now - READ_FOR).timestamp_millis();
    sql::explore::forget(tx.connection(), unread).await?;
    Ok(())
}
