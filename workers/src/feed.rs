//! Handlers of feeds.

use domain::feed::jobs::{FanOut, RankExplore, Warm};
use domain::feed::{self, Slice, Warmed};
use serde_json::json;
use uuid::Uuid;

use crate::{Cx, Failure, Outcome};

/// Slices of a fan-out until it goes behind whatever is more urgent.
const SLICES_AT_ONCE: usize = 4;

/// A timeline that changes hands so often is left to the next run.
const TRIES: usize = 5;

pub(crate) async fn fan_out(job: FanOut, cx: Cx) -> Result<Outcome, Failure> {
    let mut after: Option<Uuid> = cx.checkpoint();
    for _ in 0..SLICES_AT_ONCE {
        match feed::fan_out(&cx.platform, job.post_id, after).await? {
            Slice::Done => return Ok(Outcome::Done),
            Slice::UpTo(place) => after = Some(place),
        }
        cx.save(cx.begin().await?, &json!(after)).await?;
    }
    Ok(Outcome::Continue(json!(after)))
}

pub(crate) async fn warm(job: Warm, cx: Cx) -> Result<Outcome, Failure> {
    for _ in 0..TRIES {
        match feed::warm(&cx.platform, job.user_id).await? {
            Warmed::Ready | Warmed::Unread => return Ok(Outcome::Done),
            Warmed::Overtaken => {}
        }
    }
    Err(Failure::retry("the timeline changed hands meanwhile"))
}

pub(crate) async fn rank_explore(_: RankExplore, cx: Cx) -> Result<Outcome, Failure> {
    let mut tx = cx.begin().await?;
    feed::rank_explore(&mut tx).await?;
    cx.finish(tx).await
}
