//! Handlers of posts.

use domain::posts;
use domain::posts::jobs::{PublishPost, PurgePosts};

use crate::{Cx, Failure, Outcome};

pub(crate) async fn publish(job: PublishPost, cx: Cx) -> Result<Outcome, Failure> {
    let mut tx = cx.begin().await?;
    posts::publish_due(&mut tx, job.post_id).await?;
    cx.finish(tx).await
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
