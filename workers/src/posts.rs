//! Handlers of posts.

use std::time::Duration;

use domain::posts::jobs::{PublishOverdue, PublishPost, PurgePosts};
use domain::posts::{self, DuePost};

use crate::{Cx, Failure, Outcome};

/// A post that is due later than this was moved, and has another job.
const MOVED: Duration = Duration::from_secs(60);
const SLICE: i64 = 100;

pub(crate) async fn publish(job: PublishPost, cx: Cx) -> Result<Outcome, Failure> {
    let mut tx = cx.begin().await?;
    match posts::publish_due(&mut tx, job.post_id).await? {
        DuePost::NotYet(wait) if wait < MOVED => Ok(Outcome::Snooze(wait)),
        _ => cx.finish(tx).await,
    }
}

pub(crate) async fn publish_overdue(_: PublishOverdue, cx: Cx) -> Result<Outcome, Failure> {
    loop {
        let overdue = posts::overdue(&mut cx.begin().await?, SLICE).await?;
        if overdue.is_empty() {
            return Ok(Outcome::Done);
        }
        tracing::warn!(posts = overdue.len(), "scheduled posts were overdue");
        for post in overdue {
            let mut tx = cx.begin().await?;
            posts::publish_due(&mut tx, post).await?;
            tx.commit().await?;
        }
    }
}

pub(crate) async fn purge(_: PurgePosts, cx: Cx) -> Result<Outcome, Failure> {
    let grace = cx.platform.config.posts.grace;
    loop {
        let mut tx = cx.begin().await?;
        if !posts::purge_deleted(&mut tx, grace).await? {
            return cx.finish(tx).await;
        }
        tx.commit().await?;
    }
}
