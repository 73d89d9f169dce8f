//! Handlers of notifications.

use domain::notifications;
use domain::notifications::jobs::{Gather, PurgeNotifications};

use crate::{Cx, Failure, Outcome};

/// Rows in one transaction.
const SLICE: i64 = 2_000;

pub(crate) async fn gather(job: Gather, cx: Cx) -> Result<Outcome, Failure> {
    let mut tx = cx.begin().await?;
    notifications::gather(&mut tx, &job).await?;
    cx.finish(tx).await
}

pub(crate) async fn purge(_: PurgeNotifications, cx: Cx) -> Result<Outcome, Failure> {
    let before = cx.now() - cx.platform.config.notifications.keep;
    loop {
        let mut tx = cx.begin().await?;
        let purged = notifications::purge(&mut tx, before, SLICE).await?;
        if purged == 0 {
            return cx.finish(tx).await;
        }
        tx.commit().await?;
    }
}
