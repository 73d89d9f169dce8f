//! Ticks: at its due time an entry's job is enqueued, once, however many schedulers run.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use platform::db::{DbError, within};
use platform::jobs::clockwork;
use platform::{Platform, ServerClock};
use tokio_util::sync::CancellationToken;

use crate::Entry;

/// The clock is looked at this often at least: a machine that slept must not oversleep.
const GLANCE: Duration = Duration::from_secs(1);
/// How long one tick may take.
const LIMIT: Duration = Duration::from_secs(10);
/// Until Postgres has said what time it is.
const SOON: Duration = Duration::from_millis(100);

pub(crate) async fn run(
    platform: &Platform,
    server_clock: &ServerClock,
    entries: &[Entry],
    stop: &CancellationToken,
) {
    for entry in entries {
        metrics::counter!("commons_ticks_total", "entry" => entry.name).increment(0);
    }
    let mut settled = vec![None; entries.len()];
    while !stop.is_cancelled() {
        let Some(now) = now(platform, server_clock) else {
            tokio::time::sleep(SOON).await;
            continue;
        };
        for (entry, settled) in entries.iter().zip(&mut settled) {
            let latest = Some(entry.latest(now));
            if *settled == latest {
                continue;
            }
            match within(LIMIT, tick(platform, entry, now)).await {
                Ok(_) => *settled = latest,
                Err(error) => {
                    tracing::warn!(entry = entry.name, %error, "a tick was not enqueued; it will be made up for");
                }
            }
        }
        let next = entries
            .iter()
            .map(|entry| entry.next(now))
            .min()
            .unwrap_or(now + GLANCE);
        let wait = (next - now).to_std().unwrap_or_default().min(GLANCE);
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Postgres' time, moved as a test has moved the clock. None before it was first read.
fn now(platform: &Platform, server_clock: &ServerClock) -> Option<DateTime<Utc>> {
    let offset = TimeDelta::microseconds((platform.clock.offset() * 1e6) as i64);
    Some(server_clock.now()? + offset)
}

/// Enqueues what `entry` owes at `now`; answers how many jobs that were. Comparing and setting the last due time decides
/// between schedulers, in the transaction of the jobs.
pub async fn tick(
    platform: &Platform,
    entry: &Entry,
    now: DateTime<Utc>,
) -> Result<usize, DbError> {
    let db = &platform.db;
    let Some(last) = clockwork::last_due(db, entry.name).await? else {
        clockwork::introduce(db, entry.name, entry.latest(now)).await?;
        return Ok(0);
    };
    let latest = entry.latest(now);
    if last > entry.next(now) {
        // Whoever wrote that had a clock that was ahead. Left alone, the entry would be silent until then.
        tracing::error!(entry = entry.name, %last, "an entry of the schedule was ahead of its time; it is set back");
        let mut connection = platform.db.acquire().await?;
        clockwork::advance(&mut connection, entry.name, last, latest).await?;
        return Ok(0);
    }
    if latest <= last {
        return Ok(0);
    }
    let missed = entry.missed(last, now);
    let mut tx = platform.db.begin().await?;
    if !clockwork::advance(tx.connection(), entry.name, last, latest).await? {
        return Ok(0);
    }
    for due in &missed {
        let job = entry
            .job(*due)
            .map_err(|error| DbError::Encode(Box::new(error)))?;
        tx.enqueue_new(job).await?;
    }
    tx.commit().await?;
    metrics::counter!("commons_ticks_total", "entry" => entry.name).increment(missed.len() as u64);
    Ok(missed.len())
}
