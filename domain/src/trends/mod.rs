//! What is trending: hashtags, posts, and whatever joins. One engine: it knows who did something with what and when
//! (`trend_uses` in the migration, with a branch for each kind), and what may trend (`may_trend`).
//!
//! The list is [computed](recompute) every five minutes for everybody, and nothing personal is in it; posts are shown to
//! whoever may see them. What is older than an hour is not shown.

pub mod jobs;
mod score;
mod sql;

use chrono::{DateTime, TimeDelta, Utc};
use platform::Tx;
use platform::config::Trends as Config;
use poem_openapi::Object;
use poem_openapi::types::Example;
use serde_json::json;
use sqlx::PgConnection;

use crate::audit::{self, Operator};
use crate::posts::{self, fold_tag};
use crate::{Error, HashtagId, PostId, Result, UserId};
use score::{HOUR, Measure, SHOWN};

/// So many of each kind are ranked.
const KEPT: i64 = 100;

/// Rows of the past that one statement deletes.
const SLICE: i64 = 10_000;

/// What can trend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrendKind {
    Hashtag,
    Post,
}

impl TrendKind {
    pub const ALL: [Self; 2] = [Self::Hashtag, Self::Post];

    fn name(self) -> &'static str {
        match self {
            Self::Hashtag => "hashtag",
            Self::Post => "post",
        }
    }
}

/// A hashtag that is trending.
#[derive(Clone, Debug, PartialEq, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct TrendingHashtag {
    pub id: HashtagId,
    /// With its #.
    pub tag: String,
    /// Public posts that have it.
    pub use_count: i64,
    /// People who used it within a day.
    pub people_count: i32,
    /// 1 is the first.
    pub trending_rank: i32,
    /// By how many ranks it rose within the hour; less than nothing: it fell. Absent where it is new.
    pub rank_change: Option<i32>,
    /// How far it is above what is usual, in standard deviations.
    pub score: f64,
}

/// How a hashtag stood in an hour.
#[derive(Clone, Debug, PartialEq, Object)]
#[oai(example)]
pub struct TrendPoint {
    /// The beginning of the hour.
    pub at: DateTime<Utc>,
    pub rank: i32,
    pub score: f64,
    /// People who used it within a day.
    pub people_count: i32,
}

/// A hashtag, and whether it is kept from trending.
#[derive(Clone, Debug, PartialEq, Object)]
#[oai(example)]
pub struct TrendState {
    pub id: HashtagId,
    pub tag: String,
    pub is_hidden: bool,
}

/// A post that is trending, and its rank.
#[derive(Clone, Copy, Debug)]
pub struct TrendingPost {
    pub post: PostId,
    pub rank: i32,
}

/// One that is to be written down.
pub struct Scored {
    subject: uuid::Uuid,
    score: f64,
    people: i32,
}

/// Those of a kind that are trending now, the first first.
pub async fn rank(
    connection: &mut PgConnection,
    config: &Config,
    kind: TrendKind,
    now: DateTime<Utc>,
) -> Result<Vec<Scored>> {
    let measure = Measure::of(config, now);
    // The last hour that was counted was not over.
    let counted = sql::last_hour(connection, kind.name()).await?;
    let from = counted
        .unwrap_or(measure.usual_since)
        .max(measure.usual_since);
    sql::count_hours(connection, kind.name(), from, &measure).await?;
    Ok(sql::rank(connection, kind.name(), &measure, KEPT).await?)
}

/// Writes down what is trending, in place of what was, and beside it for the hour.
pub async fn keep(tx: &mut Tx, kind: TrendKind, ranked: &[Scored]) -> Result<()> {
    let now = tx.now();
    let hour = score::hour_of(now);
    sql::keep(tx.connection(), kind.name(), ranked, hour - HOUR, now).await?;
    sql::keep_hour(tx.connection(), kind.name(), ranked, hour, now).await?;
    Ok(())
}

/// Deletes a slice of what is no longer known. Whether there may be more.
pub async fn forget(tx: &mut Tx, config: &Config, kind: TrendKind) -> Result<bool> {
    let now = tx.now();
    let usual_since = Measure::of(config, now).usual_since;
    let hours = sql::forget_hours(tx.connection(), kind.name(), usual_since, SLICE).await?;
    let known_since = now - config.history;
    let history = sql::forget_history(tx.connection(), kind.name(), known_since, SLICE).await?;
    Ok(hours.max(history) >= SLICE.unsigned_abs())
}

pub async fn hashtags(
    connection: &mut PgConnection,
    now: DateTime<Utc>,
    after: i32,
    offset: i64,
    limit: i64,
) -> Result<Vec<TrendingHashtag>> {
    Ok(sql::hashtags(connection, now - SHOWN, after, offset, limit + 1).await?)
}

/// Of those that are trending, the posts that the viewer may see, one more than `limit` where there are more.
pub async fn posts(
    connection: &mut PgConnection,
    viewer: UserId,
    now: DateTime<Utc>,
    after: i32,
    offset: i64,
    limit: i64,
) -> Result<Vec<TrendingPost>> {
    Ok(sql::posts(connection, viewer, now - SHOWN, after, offset, limit + 1).await?)
}

/// How a hashtag stood each hour of some days, the earliest first. Hours in which it was not trending are left out, as is
/// all of one that is hidden. One of which the viewer sees no post is not there.
pub async fn history(
    connection: &mut PgConnection,
    viewer: UserId,
    tag: &posts::Hashtag,
    days: u16,
    now: DateTime<Utc>,
) -> Result<Vec<TrendPoint>> {
    crate::hashtags::find(connection, viewer, tag).await?;
    let known = sql::state(connection, &fold_tag(tag.as_str())).await?;
    let known = known.ok_or(Error::NotFound("hashtag"))?;
    if known.is_hidden {
        return Ok(Vec::new());
    }
    let since = now - TimeDelta::days(days.into());
    Ok(sql::history(connection, known.id, since).await?)
}

/// Keeps a hashtag from trending, or lets it again. It takes effect at once; who is let again waits for the next
/// computation. Doing it again changes nothing.
pub async fn hide(
    tx: &mut Tx,
    by: &Operator,
    tag: &posts::Hashtag,
    is_hidden: bool,
) -> Result<TrendState> {
    let (tag, now) = (fold_tag(tag.as_str()), tx.now());
    let changed = sql::hide(tx.connection(), &tag, is_hidden, now).await?;
    let state = sql::state(tx.connection(), &tag).await?;
    let state = state.ok_or(Error::NotFound("hashtag"))?;
    if changed {
        let action = match is_hidden {
            true => "trend.hide",
            false => "trend.show",
        };
        audit::record(tx, by, action, &format!("#{tag}"), &json!({})).await?;
    }
    Ok(state)
}

impl Example for TrendingHashtag {
    fn example() -> Self {
        Self {
            id: HashtagId::example(),
            tag: "#nature".to_owned(),
            use_count: 15_420,
            people_count: 311,
            trending_rank: 1,
            rank_change: Some(2),
            score: 7.25,
        }
    }
}

impl Example for TrendPoint {
    fn example() -> Self {
        Self {
            at: DateTime::from_timestamp(1_763_640_000, 0).unwrap_or_default(),
            rank: 3,
            score: 4.5,
            people_count: 120,
        }
    }
}

impl Example for TrendState {
    fn example() -> Self {
        Self {
            id: HashtagId::example(),
            tag: "#nature".to_owned(),
            is_hidden: true,
        }
    }
}
