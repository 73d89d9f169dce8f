//! One reader's way down their feed, in bounded steps: what may stand there comes from Redis and Postgres, what does stand
//! there only Postgres says, in one statement a step.

use chrono::{DateTime, TimeDelta, Utc};
use platform::Platform;
use platform::timelines::{Marker, Part, State, Told};
use uuid::Uuid;

use super::jobs::Warm;
use super::{lowest_id, sql};
use crate::{Result, UserId};

/// Posts that one statement looks at, at least and at most.
const STEP: (i64, i64) = (30, 400);

/// Posts that one read looks at beyond what it was asked to skip and show. A reader most of whose feed is not shown to
/// them gets a short page, and a cursor to go on from.
const FUTILE: i64 = 2_000;

/// A timeline is made anew when it is older, so that nothing that was lost on the way to Redis is lost for long.
const FRESH_FOR: TimeDelta = TimeDelta::hours(24);

/// One that holds much that is not shown any more is made anew, but not more often than that.
const TIDIED_EVERY: TimeDelta = TimeDelta::minutes(10);

/// Longer than any transaction lives: what a making has not seen was begun at most so long before it.
const UNCOMMITTED: TimeDelta = TimeDelta::seconds(60);

/// What the walk came to.
pub(super) struct Found {
    pub places: Vec<Told>,
    /// Where the next page starts, if there may be one.
    pub next: Option<Uuid>,
    /// How many the timeline holds, as far as it was asked.
    pub held: i64,
}

pub(super) struct Walk<'a> {
    platform: &'a Platform,
    reader: UserId,
    now: DateTime<Utc>,
    /// Everything from here on is behind.
    before: Uuid,
    /// The timeline cannot help, or no more.
    is_cold: bool,
    held: i64,
}

/// What a step has looked at.
struct Step {
    near: Vec<sql::home::Near>,
    /// There is nothing further down.
    is_last: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        platform: &'a Platform,
        reader: UserId,
        before: Uuid,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            platform,
            reader,
            now,
            before,
            is_cold: false,
            held: 0,
        }
    }

    /// The page of `limit` posts after `skip`.
    pub(super) async fn page(mut self, mut skip: i64, limit: i64) -> Result<Found> {
        let wanted = usize::try_from(limit).unwrap_or_default();
        let (mut places, mut budget) = (Vec::with_capacity(wanted), skip + limit + FUTILE);
        loop {
            let missing = skip + limit - i64::try_from(places.len()).unwrap_or_default();
            let step = self
                .step((missing + missing / 4 + 1).clamp(STEP.0, STEP.1))
                .await?;
            for near in &step.near {
                if near.is_shown && skip > 0 {
                    skip -= 1;
                } else if near.is_shown && places.len() == wanted {
                    let next = places.last().map(|told: &Told| told.place);
                    return Ok(self.found(places, next));
                } else if near.is_shown {
                    places.push(near.told());
                }
            }
            budget -= i64::try_from(step.near.len()).unwrap_or_default();
            if step.is_last {
                return Ok(self.found(places, None));
            }
            if budget <= 0 {
                let next = Some(self.before);
                return Ok(self.found(places, next));
            }
        }
    }

    fn found(&self, places: Vec<Told>, next: Option<Uuid>) -> Found {
        let held = self.held;
        Found { places, next, held }
    }

    async fn step(&mut self, most: i64) -> Result<Step> {
        let part = match self.is_cold {
            true => None,
            false => self.timeline(most).await?,
        };
        let (near, floor) = match part {
            Some(part) => (self.warm(&part, most).await?, part.floor),
            None => (self.cold(most).await?, None),
        };
        let reached = near.last().map(|last| last.place);
        self.before = reached.unwrap_or(self.before);
        let is_short = i64::try_from(near.len()).unwrap_or_default() < most;
        if let Some(floor) = floor.filter(|_| is_short) {
            self.before = floor;
            self.is_cold = true;
        }
        Ok(Step {
            near,
            is_last: is_short && floor.is_none(),
        })
    }

    /// The timeline from here on, where it reaches further than that. Where there is none, one is begun.
    async fn timeline(&mut self, most: i64) -> Result<Option<Part>> {
        let most = usize::try_from(most).unwrap_or_default();
        let timelines = &self.platform.timelines;
        let read = timelines.read(self.reader.0, self.before, most).await;
        let part = match read {
            Ok(Some(part)) if part.marker.state == State::Ready => {
                self.held = i64::try_from(part.held).unwrap_or_default();
                Some(part).filter(|part| part.floor.is_none_or(|floor| floor < self.before))
            }
            Ok(Some(_)) => None,
            Ok(None) => {
                if timelines
                    .begin(self.reader.0, self.now)
                    .await
                    .unwrap_or(false)
                {
                    self.have_made().await?;
                }
                None
            }
            Err(error) => {
                tracing::warn!(%error, "a timeline is read from Postgres");
                None
            }
        };
        self.is_cold = part.is_none();
        Ok(part)
    }

    async fn warm(&self, part: &Part, most: i64) -> Result<Vec<sql::home::Near>> {
        let since = part.marker.began() - UNCOMMITTED;
        let asked = sql::home::Asked {
            reader: self.reader,
            before: self.before,
            most,
            now: self.now,
        };
        let mut connection = self.platform.db.acquire().await?;
        let floor = part.floor.unwrap_or(Uuid::nil());
        let near =
            sql::home::warm(&mut connection, &asked, &part.told, floor, lowest_id(since)).await?;
        drop(connection);
        if self.is_out_of_date(&part.marker, &near) {
            self.have_made().await?;
        }
        Ok(near)
    }

    async fn cold(&self, most: i64) -> Result<Vec<sql::home::Near>> {
        let asked = sql::home::Asked {
            reader: self.reader,
            before: self.before,
            most,
            now: self.now,
        };
        let mut connection = self.platform.db.acquire().await?;
        Ok(sql::home::cold(&mut connection, &asked).await?)
    }

    /// Somebody was followed since, it is a day old, or most of it is not shown any more.
    fn is_out_of_date(&self, marker: &Marker, near: &[sql::home::Near]) -> bool {
        let age = self.now - marker.began();
        let follows = near.first().and_then(|near| near.last_follow);
        let shown = near.iter().filter(|near| near.is_shown).count();
        follows.is_some_and(|last| last > marker.token)
            || age > FRESH_FOR
            || (age > TIDIED_EVERY && shown * 2 < near.len())
    }

    async fn have_made(&self) -> Result<()> {
        let mut tx = self.platform.db.begin().await?;
        let user_id = self.reader;
        tx.enqueue(Warm { user_id }).await?;
        Ok(tx.commit().await?)
    }
}
