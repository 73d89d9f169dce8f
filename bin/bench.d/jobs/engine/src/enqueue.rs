//! How fast jobs are accepted: one transaction after another, fifty at a time, and in bulk.

use std::time::Instant;

use anyhow::Result;
use bench::Report;
use serde_json::json;

use crate::engine::{Engine, Nothing};
use crate::peers;

const SINGLY: u64 = 5_000;
const AT_ONCE: u64 = 50;
const CONCURRENT: u64 = 30_000;
const BULK: u64 = 300_000;
const SLICE: u64 = 10_000;

pub async fn measure(engine: &Engine, report: &mut Report) -> Result<()> {
    let singly = one_by_one(engine, SINGLY, 1).await?;
    let concurrent = one_by_one(engine, CONCURRENT, AT_ONCE).await?;
    let bulk = in_bulk(engine).await?;
    let graphile = "graphile-worker";
    beside(
        report,
        "enqueue, singly",
        singly,
        "enqueue",
        (graphile, None),
    )?;
    let reach = (graphile, Some(4.0));
    beside(
        report,
        "enqueue, 50 at once",
        concurrent,
        "enqueue-50",
        reach,
    )?;
    let default = peers::graphile("enqueue-bulk", &json!({ "variant": "default" }))?;
    let (library, both) = ("graphile-worker, addJobs", [default, bulk]);
    report.rate_beside("enqueue, bulk", library, both, "jobs/s", Some(1.5));
    let best = ("graphile-worker, best found", None);
    beside(report, "enqueue, bulk", bulk, "enqueue-bulk", best)
}

/// Ours, and what the peers do when they are asked for the same.
fn beside(
    report: &mut Report,
    measure: &str,
    ours: f64,
    asked: &str,
    (graphile, reach): (&str, Option<f64>),
) -> Result<()> {
    report.rate(measure, "commons", ours, "jobs/s", None);
    let theirs = peers::graphile(asked, &json!({}))?;
    report.rate_beside(measure, graphile, [theirs, ours], "jobs/s", reach);
    let theirs = peers::bullmq(asked, &json!({}))?;
    let volatile = "BullMQ (volatile)";
    report.rate_beside(measure, volatile, [theirs, ours], "jobs/s", None);
    Ok(())
}

async fn one_by_one(engine: &Engine, jobs: u64, at_once: u64) -> Result<f64> {
    engine.clear().await?;
    let started = Instant::now();
    let mut clients = tokio::task::JoinSet::new();
    for client in 0..at_once {
        let db = engine.platform.db.clone();
        clients.spawn(async move {
            for n in (client..jobs).step_by(usize::try_from(at_once).unwrap_or(1)) {
                let mut tx = db.begin().await?;
                tx.enqueue(Nothing { n }).await?;
                tx.commit().await?;
            }
            Ok::<_, platform::db::DbError>(())
        });
    }
    while let Some(client) = clients.join_next().await {
        client??;
    }
    Ok(jobs as f64 / started.elapsed().as_secs_f64())
}

/// Two transactions at a time, ten thousand jobs each; done when the last ticket is in Redis.
async fn in_bulk(engine: &Engine) -> Result<f64> {
    engine.clear().await?;
    let started = Instant::now();
    let mut clients = tokio::task::JoinSet::new();
    for half in 0..2 {
        let db = engine.platform.db.clone();
        clients.spawn(async move {
            for start in (half * SLICE..BULK).step_by(2 * SLICE as usize) {
                let mut tx = db.begin().await?;
                tx.enqueue_all((start..start + SLICE).map(|n| Nothing { n }))
                    .await?;
                tx.commit().await?;
            }
            Ok::<_, platform::db::DbError>(())
        });
    }
    while let Some(client) = clients.join_next().await {
        client??;
    }
    while engine
        .platform
        .tickets
        .waiting()
        .await?
        .iter()
        .map(|(_, n)| n)
        .sum::<u64>()
        < BULK
    {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    Ok(BULK as f64 / started.elapsed().as_secs_f64())
}
