//! The heartbeat: on a thread and a connection of its own, so that neither a handler that blocks nor an empty pool of
//! connections makes a living process look dead.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use platform::Db;
use platform::db::{DbError, within};
use platform::jobs::heartbeat::{self, Load};
use platform::jobs::{Report, ledger};
use tokio_util::sync::CancellationToken;

use super::LIMIT;
use super::judge::fail;
use super::process::Process;
use super::slots::Minute;
use crate::Failure;

/// How long after its timeout a handler may take to be dropped.
const STUCK: Duration = Duration::from_secs(5);
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
        .name("heartbeat".to_owned())
        .spawn(move || {
            runtime.block_on(stop.run_until_cancelled(beat(process)));
        })
}

async fn beat(process: Arc<Process>) {
    let db = process.platform.db.of_one();
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
        // Others get the jobs of a process that claims or settles nothing: its heartbeat would only keep them.
        if let Some(stuck) = process.platform.progress.stuck() {
            tracing::error!("no heartbeat: {stuck} has only failed for some time");
            continue;
        }
        if let Err(error) = send(&process, &db, load).await {
            tracing::warn!(%error, "the heartbeat did not reach Postgres");
        }
    }
}

async fn send(
    process: &Process,
    db: &Db,
    load: HashMap<&'static str, Load>,
) -> Result<(), DbError> {
    let (worker, sent) = (process.identity(), process.holdings.snapshot());
    let holdings = heartbeat::Holdings {
        load,
        claims: sent.claims.clone(),
        ended: sent.ended.clone(),
        runs: sent.runs.clone(),
    };
    // Later, the next one would be due.
    let limit = process.platform.config.jobs.silence / BEATS;
    let asked = Instant::now();
    let beat = within(limit, heartbeat::beat(db, worker, &holdings)).await?;
    process.server_clock.set(beat.now, asked);
    process.judge_clock();
    process.holdings.compared(&sent, &beat.lost);
    process.note_waiting(beat.waiting, beat.workers);
    if !beat.returned.is_empty() {
        metrics::counter!("commons_claims_unanswered_total").increment(1);
        tracing::warn!(
            jobs = beat.returned.len(),
            "the answer of a claim was lost; its jobs are ready again"
        );
        process.platform.tickets.tell(beat.returned);
    }
    if !beat.registered {
        process.register_again(db, worker).await;
    }
    give_up_stuck(process, db).await
}

/// A handler that blocks its thread cannot be dropped, and this heartbeat would keep its job for as long as it blocks. The
/// job is given back as a failure; its place in this process stays taken.
async fn give_up_stuck(process: &Process, db: &Db) -> Result<(), DbError> {
    for facts in process.holdings.stuck(STUCK) {
        let job = facts.lease.job;
        tracing::error!("the handler of job {job} blocks its thread past its timeout");
        metrics::counter!("commons_jobs_stuck_total").increment(1);
        let failure = Failure::retry("took longer than it may, and still blocks its thread");
        if let (_, Some(verdict)) = fail(failure, facts) {
            let report = Report {
                lease: facts.lease,
                verdict,
            };
            within(
                LIMIT,
                ledger::settle(db, &process.platform.clock, vec![report]),
            )
            .await?;
        }
    }
    Ok(())
}
