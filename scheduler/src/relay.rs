//! The relay: jobs that fall due become ready, and their workers are told.

use std::time::Duration;

use platform::Platform;
use platform::jobs::relay::{self, RelayError, SLICE};
use tokio_util::sync::CancellationToken;

/// A job that was scheduled meanwhile is seen within this time.
const GLANCE: Duration = Duration::from_millis(250);
const BREATHER: Duration = Duration::from_millis(500);

pub(crate) async fn run(platform: &Platform, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        let wait = match once(platform).await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::warn!(%error, "the relay failed; trying again");
                BREATHER
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Tells everything that is due, slice by slice; answers how long nothing will be.
pub async fn once(platform: &Platform) -> Result<Duration, RelayError> {
    let pool = platform.db.pool();
    loop {
        let tickets = relay::make_due_ready(pool, &platform.clock).await?;
        platform.tickets.push(&tickets).await?;
        if (tickets.len() as i64) < SLICE {
            break;
        }
    }
    let next = relay::next_due(pool, &platform.clock).await?;
    Ok(next.unwrap_or(GLANCE).min(GLANCE))
}
