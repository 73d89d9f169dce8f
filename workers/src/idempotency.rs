//! Handlers of idempotency.

use domain::idempotency;
use domain::idempotency::jobs::PurgeIdempotencyKeys;

use crate::{Cx, Failure, Outcome};

/// Rows in one transaction.
const SLICE: i64 = 2_000;

pub(crate) async fn purge_keys(_: PurgeIdempotencyKeys, cx: Cx) -> Result<Outcome, Failure> {
    loop {
        let mut tx = cx.begin().await?;
        let purged = idempotency::purge_expired(&mut tx, cx.now(), SLICE).await?;
        if purged == 0 {
            return cx.finish(tx).await;
        }
        tx.commit().await?;
    }
}
