//! Handlers of the graph.

use std::time::Duration;

use domain::graph;
use domain::graph::jobs::{AcceptRequests, PurgeMutes, RefreshPopular};

use crate::{Cx, Failure, Outcome};

/// Rows in one transaction.
const SLICE: i64 = 2_000;

/// Requests that somebody is busy with are looked at again after so long.
const A_MOMENT: Duration = Duration::from_secs(1);

pub(crate) async fn accept_requests(job: AcceptRequests, cx: Cx) -> Result<Outcome, Failure> {
    loop {
        let mut tx = cx.begin().await?;
        let accepted = graph::accept_slice(&mut tx, job.user_id).await?;
        if !accepted.more {
            return cx.finish(tx).await;
        }
        tx.commit().await?;
        if accepted.count == 0 {
            return Ok(Outcome::Snooze(A_MOMENT));
        }
    }
}

pub(crate) async fn purge_mutes(_: PurgeMutes, cx: Cx) -> Result<Outcome, Failure> {
    loop {
        let mut tx = cx.begin().await?;
        let purged = graph::purge_mutes(&mut tx, SLICE).await?;
        if purged == 0 {
            return cx.finish(tx).await;
        }
        tx.commit().await?;
    }
}

pub(crate) async fn refresh_popular(_: RefreshPopular, cx: Cx) -> Result<Outcome, Failure> {
    let mut connection = cx.platform.db.acquire().await?;
    let popular = graph::most_followed(&mut connection).await?;
    drop(connection);
    let mut tx = cx.begin().await?;
    graph::keep_popular(&mut tx, &popular).await?;
    cx.finish(tx).await
}
