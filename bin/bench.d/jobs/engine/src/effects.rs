//! Jobs that each commit one row together with their finish, beside pgbench doing the same transaction by itself.

use std::time::{Duration, Instant};

use anyhow::Result;
use bench::{Report, median};

use crate::engine::{Engine, OneRow};
use crate::peers;

const JOBS: u64 = 40_000;
const CLIENTS: u64 = 20;
const ROUNDS: usize = 3;

pub async fn measure(engine: &Engine, report: &mut Report) -> Result<()> {
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bare.push(pgbench(engine).await?);
        ours.push(jobs(engine).await?);
    }
    eprintln!("effects: {ours:.0?} jobs/s, pgbench {bare:.0?}");
    let (ours, bare) = (median(ours), median(bare));
    report.rate("one effect a job", "commons", ours, "jobs/s", None);
    report.rate_beside(
        "one effect a job",
        "pgbench, the same transaction",
        [bare, ours],
        "jobs/s",
        Some(0.6),
    );
    Ok(())
}

async fn jobs(engine: &Engine) -> Result<f64> {
    engine.clear().await?;
    engine.fill(JOBS, |n| OneRow { n: n as i64 }).await?;
    let crew = engine.work(&["notify:64"])?;
    let started = Instant::now();
    while !engine.is_done().await? {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let rate = JOBS as f64 / started.elapsed().as_secs_f64();
    crew.dismiss().await?;
    let rows: i64 = sqlx::query_scalar("select count(*) from bench_effects")
        .fetch_one(engine.platform.db.pool())
        .await?;
    anyhow::ensure!(rows == JOBS as i64, "{rows} effects of {JOBS} jobs");
    Ok(rate)
}

/// Running rows with ids that pgbench can count up to, then insert and finish in one transaction.
async fn pgbench(engine: &Engine) -> Result<f64> {
    engine.clear().await?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
        "insert into jobs (id, max_attempts, class, told_at, created_at, state, name, pool, payload, worker, epoch, attempt)
         select ('00000000-0000-7000-8000-' || lpad(to_hex(client * 1000000 + n), 12, '0'))::uuid, 20, 1, now(), now(), 'running',
                'bench.one_row', 'notify', '{{\"n\": 1}}', gen_random_uuid(), 1, 1
         from generate_series(0, {}) client, generate_series(1, {}) n; checkpoint",
        CLIENTS - 1,
        JOBS / CLIENTS,
    )))
    .execute(engine.platform.db.pool())
    .await?;
    peers::pgbench(CLIENTS, JOBS / CLIENTS, include_str!("effect.pgbench"))
}
