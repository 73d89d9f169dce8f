//! The relay: jobs that fall due become ready, and their workers are told.

use std::time::Duration;

use platform::Platform;
use platform::db::within;
use platform::jobs::relay::{self, RelayError, SLICE};
use tokio_util::sync::CancellationToken;

/// A job that was scheduled meanwhile is seen within this time.
const GLANCE: Duration = Duration::from_millis(250);
/// How long one answer of Postgres is waited for.
const LIMIT: Duration = Duration::from_secs(10);
const BREATHER: Duration = Duration::from_millis(500);

pub(crate) async fn run(platform: &Platform, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        let wait = match once(platform).await {
            Ok(wait) => {
                platform.progress.succeeded("relay");
                wait
            }
            Err(error) => {
                note_failure(platform, "relay", &error);
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
    let db = &platform.db;
    loop {
        let tickets = within(LIMIT, relay::make_due_ready(db, &platform.clock)).await?;
        platform.tickets.push(&tickets).await?;
        if (tickets.len() as i64) < SLICE {
            break;
        }
    }
    let next = within(LIMIT, relay::next_due(db, &platform.clock)).await?;
    Ok(next.unwrap_or(GLANCE).min(GLANCE))
}

/// Without Redis the loops go on: only what Postgres refuses counts as no progress.
pub(crate) fn note_failure(platform: &Platform, name: &'static str, error: &RelayError) {
    if matches!(error, RelayError::Database(_)) {
        platform.progress.failed(name);
    }
}
