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
    let peer = |measure: &str| peers::graphile(measure, &json!({}));
    let bull = |measure: &str| peers::bullmq(measure, &json!({}));
    let singly = one_by_one(engine, SINGLY, 1).await?;
    let concurrent = one_by_one(engine, CONCURRENT, AT_ONCE).await?;
    let bulk = in_bulk(engine).await?;
    report.rate("enqueue, singly", "commons", singly, "jobs/s", None);
    report.rate_beside(
        "enqueue, singly",
        "graphile-worker",
        [peer("enqueue")?, singly],
        "jobs/s",
        None,
    );
    report.rate_beside(
        "enqueue, singly",
        "BullMQ (volatile)",
        [bull("enqueue")?, singly],
        "jobs/s",
        None,
    );
    report.rate("enqueue, 50 at once", "commons", concurrent, "jobs/s", None);
    report.rate_beside(
        "enqueue, 50 at once",
        "graphile-worker",
        [peer("enqueue-50")?, concurrent],
        "jobs/s",
        Some(4.0),
    );
    report.rate_beside(
        "enqueue, 50 at once",
        "BullMQ (volatile)",
        [bull("enqueue-50")?, concurrent],
        "jobs/s",
        None,
    );
    report.rate("enqueue, bulk", "commons", bulk, "jobs/s", None);
    report.rate_beside(
        "enqueue, bulk",
        "graphile-worker, addJobs",
        [
            peers::graphile("enqueue-bulk", &json!({ "variant": "default" }))?,
            bulk,
        ],
        "jobs/s",
        Some(1.5),
    );
    report.rate_beside(
        "enqueue, bulk",
        "graphile-worker, best found",
        [peer("enqueue-bulk")?, bulk],
        "jobs/s",
        None,
    );
    report.rate_beside(
        "enqueue, bulk",
        "BullMQ (volatile)",
        [bull("enqueue-bulk")?, bulk],
        "jobs/s",
        None,
    );
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
