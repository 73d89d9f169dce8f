//! Handlers of trends.

use domain::trends::jobs::RecomputeTrends;
use domain::trends::{self, TrendKind};

use crate::{Cx, Failure, Outcome};

pub(crate) async fn recompute(_: RecomputeTrends, cx: Cx) -> Result<Outcome, Failure> {
    let config = &cx.platform.config.trends;
    let mut ranked = Vec::new();
    for kind in TrendKind::ALL {
        let mut connection = cx.platform.db.acquire().await?;
        let found = trends::rank(&mut connection, config, kind, cx.now()).await?;
        ranked.push((kind, found));
    }
    for kind in TrendKind::ALL {
        let mut more = true;
        while more {
            let mut tx = cx.begin().await?;
            more = trends::forget(&mut tx, config, kind).await?;
            tx.commit().await?;
        }
    }
    let mut tx = cx.begin().await?;
    for (kind, found) in &ranked {
        trends::keep(&mut tx, *kind, found).await?;
    }
    cx.finish(tx).await
}
