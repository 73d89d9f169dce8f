//! The feed of whoever asks.

use std::time::Duration;

use chrono::{DateTime, Utc};
use platform::Platform;
use uuid::Uuid;

use super::Span;
use super::walk::Walk;
use crate::people::Actor;
use crate::posts::{self, Post};
use crate::{PostId, Result};

/// Pages by offset are counted, for so long, from where the first page of the same session began: posts that arrive
/// meanwhile move nobody. A cursor needs no such help, nor does it end.
const ANCHORED_FOR: Duration = Duration::from_secs(300);

/// A page.
#[derive(Clone, Debug)]
pub struct Home {
    pub posts: Vec<Post>,
    /// After it comes the next page.
    pub next: Option<Uuid>,
    pub total: i64,
    pub total_is_estimate: bool,
}

/// Posts of those whom `actor` follows, and their own, the latest first.
pub async fn home(platform: &Platform, actor: &Actor, span: &Span) -> Result<Home> {
    let now = platform.clock.now();
    let before = start(platform, actor, span).await;
    let walk = Walk::new(platform, actor.user, before, now);
    let found = walk.page(span.offset, span.limit).await?;
    if span.after.is_none() && span.offset == 0 {
        begin(platform, actor, found.places.first()).await;
    }
    let ids: Vec<PostId> = found.places.iter().map(|told| PostId(told.id)).collect();
    let posts = views(platform, actor, &ids, now).await?;
    let here = span.offset + i64::try_from(ids.len()).unwrap_or_default();
    let from_the_start = span.after.is_none() && (span.offset == 0 || !ids.is_empty());
    let is_whole = from_the_start && found.next.is_none();
    let more = here + i64::from(found.next.is_some());
    Ok(Home {
        posts,
        next: found.next,
        total: if is_whole { here } else { more.max(found.held) },
        total_is_estimate: !is_whole,
    })
}

async fn views(
    platform: &Platform,
    actor: &Actor,
    ids: &[PostId],
    now: DateTime<Utc>,
) -> Result<Vec<Post>> {
    let mut connection = platform.db.acquire().await?;
    posts::views(&mut connection, &platform.storage, actor.user, ids, now).await
}

/// The lowest place that is not wanted any more. Without Redis an offset is counted from the newest post.
async fn start(platform: &Platform, actor: &Actor, span: &Span) -> Uuid {
    if let Some(after) = span.after {
        return after;
    }
    let anchored = match span.offset {
        0 => None,
        _ => {
            let anchored = platform.timelines.anchored(actor.session.0).await;
            anchored.ok().flatten()
        }
    };
    anchored.map_or(Uuid::max(), |first| {
        Uuid::from_u128(first.as_u128().saturating_add(1))
    })
}

/// Remembers where this reader began, and that they are here. Without Redis nothing is remembered.
async fn begin(platform: &Platform, actor: &Actor, first: Option<&platform::timelines::Told>) {
    let first = first.map_or(Uuid::nil(), |told| told.place);
    let timelines = &platform.timelines;
    let (anchored, kept) = tokio::join!(
        timelines.anchor(actor.session.0, first, ANCHORED_FOR),
        timelines.keep(actor.user.0)
    );
    if let Some(error) = anchored.err().or(kept.err()) {
        tracing::debug!(%error, "the feed is read without Redis");
    }
}
