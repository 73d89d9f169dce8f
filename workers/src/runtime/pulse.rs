//! The heartbeat: on a thread and a connection of its own, so that neither a handler that blocks nor an empty pool of
//! connections makes a living process look dead.

use std::collections::HashMap;
use std::sync::Arc;

use platform::jobs::workers::{self, Load};
use tokio_util::sync::CancellationToken;

use super::process::Process;
use super::slots::Minute;

/// Beats in the time after which silence means death.
const BEATS: u32 = 5;

/// Beats until `stop`.
pub(super) fn start(
    process: Arc<Process>,
    stop: CancellationToken,
) -> std::io::Result<std::thread::JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    std::thread::Builder::new()
        .name("pulse".to_owned())
        .spawn(move || {
            runtime.block_on(stop.run_until_cancelled(beat(process)));
        })
}

async fn beat(process: Arc<Process>) {
    let pool = process.platform.db.of_one();
    let mut minutes: HashMap<&'static str, Minute> = HashMap::new();
    let every = process.platform.config.jobs.silence / BEATS;
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let load: HashMap<&'static str, Load> = process
            .slots
            .iter()
            .map(|(name, slots)| (*name, minutes.entry(name).or_default().sample(slots, every)))
            .collect();
        for (name, load) in &load {
            metrics::gauge!("commons_jobs_in_flight", "pool" => *name).set(load.in_flight as f64);
        }
        match workers::beat(&pool, process.identity(), &load).await {
            Ok(true) => {}
            Ok(false) => process.be_reborn(&pool).await,
            Err(error) => tracing::warn!(%error, "the heartbeat did not reach Postgres"),
        }
    }
}
