//! Sweeps: whatever a crash left lying is picked up.

use std::time::Duration;

use platform::Platform;
use platform::jobs::relay::{self, RelayError, SLICE};
use platform::jobs::workers;
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_secs(1);

pub(crate) async fn run(platform: &Platform, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = once(platform).await {
            tracing::warn!(%error, "a sweep failed; trying again");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Takes back the jobs of dead workers, tells everything again where Redis forgot it, and what lost its ticket.
pub async fn once(platform: &Platform) -> Result<(), RelayError> {
    let pool = platform.db.pool();
    let rescued = workers::rescue(pool, platform.config.jobs.silence).await?;
    platform.tickets.push(&rescued).await?;
    let retold = relay::rebuild_if_forgotten(pool, &platform.tickets).await?;
    if retold > 0 {
        tracing::warn!(
            jobs = retold,
            "Redis had forgotten its tickets; told {retold} jobs again"
        );
    }
    loop {
        let lost = relay::find_lost(pool, &platform.tickets).await?;
        platform.tickets.push(&lost).await?;
        metrics::counter!("commons_tickets_retold_total").increment(lost.len() as u64);
        if (lost.len() as i64) < SLICE {
            return Ok(());
        }
    }
}
