//! Sweeps: whatever a crash left lying is picked up.

use std::time::{Duration, Instant};

use platform::db::within;
use platform::jobs::lost::Search;
use platform::jobs::relay::{self, RelayError};
use platform::jobs::rescue;
use platform::{Db, Platform, ServerClock};
use tokio_util::sync::CancellationToken;

use crate::relay::note_failure;

const EVERY: Duration = Duration::from_secs(1);
/// How long one answer of Postgres is waited for.
const LIMIT: Duration = Duration::from_secs(5);
/// The same for a statement over many rows.
const SWEEP: Duration = Duration::from_secs(20);

pub(crate) async fn run(platform: &Platform, server_clock: &ServerClock, stop: &CancellationToken) {
    tokio::join!(
        rescue_loop(platform, server_clock, stop),
        search_loop(platform, stop)
    );
}

/// On a connection of its own, and beside the search for lost tickets: neither a busy pool nor a large backlog may keep the
/// jobs of a dead worker waiting.
async fn rescue_loop(platform: &Platform, server_clock: &ServerClock, stop: &CancellationToken) {
    let db = platform.db.of_one();
    while !stop.is_cancelled() {
        match rescue_once(platform, &db, server_clock).await {
            Ok(()) => platform.progress.succeeded("sweep"),
            Err(error) => {
                note_failure(platform, "sweep", &error);
                tracing::warn!(%error, "a sweep failed; trying again");
            }
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

async fn search_loop(platform: &Platform, stop: &CancellationToken) {
    let mut search = Search::default();
    while !stop.is_cancelled() {
        if let Err(error) = search_once(platform, &mut search).await {
            tracing::warn!(%error, "a search for lost tickets failed; trying again");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

async fn rescue_once(
    platform: &Platform,
    db: &Db,
    server_clock: &ServerClock,
) -> Result<(), RelayError> {
    let silence = platform.config.jobs.silence;
    let asked = Instant::now();
    let pulse = within(LIMIT, rescue::pulse(db, silence)).await?;
    server_clock.set(pulse.now, asked);
    if let Some(skew) = server_clock.skew(&platform.clock) {
        metrics::gauge!("commons_clock_skew_seconds").set(skew);
    }
    if pulse.something {
        let rescued = within(SWEEP, rescue::rescue(db, silence)).await?;
        platform.tickets.push(&rescued).await?;
    }
    Ok(())
}

async fn search_once(platform: &Platform, search: &mut Search) -> Result<(), RelayError> {
    let db = &platform.db;
    search.keep_lanes(db, &platform.tickets).await?;
    let retold = relay::rebuild_if_forgotten(db, &platform.tickets).await?;
    if retold > 0 {
        tracing::warn!(
            jobs = retold,
            "Redis had forgotten its tickets; told {retold} jobs again"
        );
    }
    let lost = search.find(db, &platform.tickets).await?;
    metrics::counter!("commons_tickets_retold_total").increment(lost.len() as u64);
    Ok(platform.tickets.push(&lost).await?)
}

/// One round of both: takes back the jobs of dead workers, tells everything again where Redis forgot it, and what lost its
/// ticket.
pub async fn once(platform: &Platform) -> Result<(), RelayError> {
    rescue_once(platform, &platform.db, &ServerClock::default()).await?;
    search_once(platform, &mut Search::default()).await
}
