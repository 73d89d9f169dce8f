//! Sweeps: whatever a crash left lying is picked up.

use std::time::{Duration, Instant};

use platform::db::PgPool;
use platform::jobs::lost::Search;
use platform::jobs::relay::{self, RelayError};
use platform::jobs::rescue;
use platform::{Platform, ServerClock};
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_secs(1);

pub(crate) async fn run(platform: &Platform, server_clock: &ServerClock, stop: &CancellationToken) {
    tokio::join!(
        rescue_loop(platform, server_clock, stop),
        search_loop(platform, stop)
    );
}

/// On a connection of its own, and beside the search for lost tickets: neither a busy pool nor a large backlog may keep the
/// jobs of a dead worker waiting.
async fn rescue_loop(platform: &Platform, server_clock: &ServerClock, stop: &CancellationToken) {
    let pool = platform.db.of_one();
    while !stop.is_cancelled() {
        if let Err(error) = rescue_once(platform, &pool, server_clock).await {
            tracing::warn!(%error, "a sweep failed; trying again");
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
    pool: &PgPool,
    server_clock: &ServerClock,
) -> Result<(), RelayError> {
    let silence = platform.config.jobs.silence;
    let asked = Instant::now();
    let pulse = rescue::pulse(pool, silence).await?;
    server_clock.set(pulse.now, asked);
    if let Some(skew) = server_clock.skew(&platform.clock) {
        metrics::gauge!("commons_clock_skew_seconds").set(skew);
    }
    if pulse.something {
        let rescued = rescue::rescue(pool, silence).await?;
        platform.tickets.push(&rescued).await?;
    }
    Ok(())
}

async fn search_once(platform: &Platform, search: &mut Search) -> Result<(), RelayError> {
    let pool = platform.db.pool();
    let retold = relay::rebuild_if_forgotten(pool, &platform.tickets).await?;
    if retold > 0 {
        tracing::warn!(
            jobs = retold,
            "Redis had forgotten its tickets; told {retold} jobs again"
        );
    }
    let lost = search.find(pool, &platform.tickets).await?;
    metrics::counter!("commons_tickets_retold_total").increment(lost.len() as u64);
    Ok(platform.tickets.push(&lost).await?)
}

/// One round of both: takes back the jobs of dead workers, tells everything again where Redis forgot it, and what lost its
/// ticket.
pub async fn once(platform: &Platform) -> Result<(), RelayError> {
    rescue_once(platform, platform.db.pool(), &ServerClock::default()).await?;
    search_once(platform, &mut Search::default()).await
}
