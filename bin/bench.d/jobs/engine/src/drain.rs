//! How fast a backlog of jobs that do nothing is worked off, on an empty ledger and on one full of other rows.

use std::time::{Duration, Instant};

use anyhow::Result;
use bench::{Report, median};
use serde_json::json;

use crate::engine::{Engine, Nothing, ran, take_ran};
use crate::peers;

const JOBS: u64 = 200_000;
/// Three rounds each, the middle one counts: the machine is shared with Postgres' own housekeeping.
const ROUNDS: usize = 3;

pub async fn measure(engine: &Engine, report: &mut Report) -> Result<()> {
    let default = peers::graphile("drain", &json!({ "variant": "default", "jobs": 10_000 }))?;
    let best = peers::graphile("drain", &json!({ "variant": "best", "jobs": JOBS }))?;
    let documented = json!({ "variant": "best", "jobs": JOBS, "processes": 1, "local_queue": 500 });
    let documented = peers::graphile("drain", &documented)?;
    let bull = peers::bullmq("drain", &json!({ "jobs": 50_000 }))?;
    let empty = middle(engine, false).await?;
    let full = middle(engine, true).await?;
    report.rate("drain", "commons", empty, "jobs/s", None);
    report.rate_beside(
        "drain",
        "graphile-worker, default",
        [default, empty],
        "jobs/s",
        None,
    );
    report.rate_beside(
        "drain",
        "graphile-worker, documented best",
        [documented, empty],
        "jobs/s",
        None,
    );
    report.rate_beside(
        "drain",
        "graphile-worker, best found",
        [best, empty],
        "jobs/s",
        Some(1.5),
    );
    report.rate_beside("drain", "BullMQ (volatile)", [bull, empty], "jobs/s", None);
    report.rate_beside(
        "drain, 1M finished + 1M scheduled",
        "commons, empty ledger",
        [empty, full],
        "jobs/s",
        Some(0.9),
    );
    Ok(())
}

async fn middle(engine: &Engine, full: bool) -> Result<f64> {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        engine.clear().await?;
        if full {
            furnish(engine).await?;
        }
        rounds.push(drain(engine).await?);
    }
    eprintln!("drain, full ledger: {full}: {rounds:.0?} jobs/s");
    Ok(median(rounds))
}

async fn drain(engine: &Engine) -> Result<f64> {
    engine.fill(JOBS, |n| Nothing { n }).await?;
    // The peer's backlog gets the same.
    sqlx::raw_sql("vacuum analyze jobs")
        .execute(engine.long().await?.pool())
        .await?;
    take_ran();
    let crew = engine.work(&["feed:1000"])?;
    let started = Instant::now();
    while ran() < JOBS {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    while !engine.is_done().await? {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let rate = JOBS as f64 / started.elapsed().as_secs_f64();
    crew.dismiss().await?;
    Ok(rate)
}

/// A million finished rows and a million that wait for next week, made over the last day: their ids sort by time.
async fn furnish(engine: &Engine) -> Result<()> {
    let id = "(lpad(to_hex((extract(epoch from now()) * 1000)::bigint - 90000000 + n), 12, '0') || '7' || \
              substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid";
    let finished = format!(
        "insert into finished_jobs (id, finished_at, created_at, merged, attempt, crashes, class, outcome, name, pool, payload)
         select {id}, now(), now(), 1, 1, 0, 1, 'done', 'bench.other', 'feed', '{{\"n\": 1}}' from generate_series(1, 1000000) n"
    );
    let scheduled = format!(
        "insert into jobs (id, max_attempts, class, due_at, created_at, state, name, pool, payload)
         select {id}, 20, 1, now() + interval '7 days' + n * interval '1 ms', now(), 'scheduled', 'bench.other', 'feed',
                '{{\"n\": 1}}' from generate_series(1, 1000000) n"
    );
    // Then what autovacuum would do in the next minute, so that it does not do it during the measure.
    let settle = [
        "vacuum analyze jobs",
        "vacuum analyze finished_jobs",
        "checkpoint",
    ];
    let pool = engine.long().await?;
    for statement in [finished.as_str(), scheduled.as_str()]
        .into_iter()
        .chain(settle)
    {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned()))
            .execute(pool.pool())
            .await?;
    }
    Ok(())
}
