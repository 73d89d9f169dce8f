//! Ticks: at its due time an entry's job is enqueued, once, however many schedulers run.

use std::time::Duration;

use chrono::{DateTime, Utc};
use platform::Platform;
use platform::db::DbError;
use platform::jobs::clockwork;
use tokio_util::sync::CancellationToken;

use crate::Entry;

/// The clock is looked at this often at least: a machine that slept must not oversleep.
const GLANCE: Duration = Duration::from_secs(1);

pub(crate) async fn run(platform: &Platform, entries: &[Entry], stop: &CancellationToken) {
    for entry in entries {
        metrics::counter!("commons_ticks_total", "entry" => entry.name).increment(0);
    }
    let mut settled = vec![None; entries.len()];
    while !stop.is_cancelled() {
        let now = platform.clock.now();
        for (entry, settled) in entries.iter().zip(&mut settled) {
            let latest = Some(entry.latest(now));
            if *settled == latest {
                continue;
            }
            match tick(platform, entry, now).await {
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
        let wait = (next - platform.clock.now())
            .to_std()
            .unwrap_or_default()
            .min(GLANCE);
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Enqueues what `entry` owes at `now`; answers how many jobs that were. Comparing and setting the last due time decides
/// between schedulers, in the transaction of the jobs.
pub async fn tick(
    platform: &Platform,
    entry: &Entry,
    now: DateTime<Utc>,
) -> Result<usize, DbError> {
    let pool = platform.db.pool();
    let Some(last) = clockwork::last_due(pool, entry.name).await? else {
        clockwork::introduce(pool, entry.name, entry.latest(now)).await?;
        return Ok(0);
    };
    let latest = entry.latest(now);
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
