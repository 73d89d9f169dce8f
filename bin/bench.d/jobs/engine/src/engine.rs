//! The engine under measurement: an empty ledger, jobs that do nothing, and workers in this process.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use platform::config::Config;
use platform::jobs::{Job, Pool};
use platform::{Clock, Platform};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use workers::{Cx, Failure, Outcome, Plan, Registry};

#[derive(Serialize, Deserialize)]
pub struct Nothing {
    pub n: u64,
}

impl Job for Nothing {
    const NAME: &'static str = "bench.nothing";
    const POOL: Pool = Pool::Feed;
}

/// Writes one row, in the transaction of its finish.
#[derive(Serialize, Deserialize)]
pub struct OneRow {
    pub n: i64,
}

impl Job for OneRow {
    const NAME: &'static str = "bench.one_row";
    const POOL: Pool = Pool::Notify;
}

/// Says when it started.
#[derive(Serialize, Deserialize)]
pub struct Ping {}

impl Job for Ping {
    const NAME: &'static str = "bench.ping";
    const POOL: Pool = Pool::Mail;
}

static RAN: AtomicU64 = AtomicU64::new(0);
pub static STARTED: OnceLock<Mutex<mpsc::UnboundedSender<Instant>>> = OnceLock::new();

async fn nothing(_: Nothing, _: Cx) -> Result<Outcome, Failure> {
    RAN.fetch_add(1, Ordering::Relaxed);
    Ok(Outcome::Done)
}

async fn one_row(job: OneRow, cx: Cx) -> Result<Outcome, Failure> {
    let mut tx = cx.begin().await?;
    sqlx::query("insert into bench_effects (n) values ($1)")
        .bind(job.n)
        .execute(tx.connection())
        .await?;
    cx.finish(tx).await
}

async fn ping(_: Ping, _: Cx) -> Result<Outcome, Failure> {
    let now = Instant::now();
    if let Some(started) = STARTED.get()
        && let Ok(started) = started.lock()
    {
        let _ = started.send(now);
    }
    Ok(Outcome::Done)
}

pub struct Engine {
    pub platform: Platform,
}

impl Engine {
    pub async fn start() -> Result<Self> {
        let config = Config::from_env()?;
        let telemetry = platform::telemetry::start(&config)?;
        std::mem::forget(telemetry);
        let platform = Platform::start(config, Clock::system())?;
        platform.db.migrate().await?;
        sqlx::query("create table if not exists bench_effects (id bigserial primary key, n bigint not null)")
            .execute(platform.db.pool())
            .await?;
        Ok(Self { platform })
    }

    /// An empty ledger and empty lists.
    pub async fn clear(&self) -> Result<()> {
        let pool = self.platform.db.pool();
        sqlx::raw_sql("truncate jobs, finished_jobs, job_workers, bench_effects")
            .execute(pool)
            .await?;
        sqlx::raw_sql("checkpoint").execute(pool).await?;
        self.platform.redis.wipe().await.context("Redis")?;
        Ok(())
    }

    pub async fn fill<J: Job>(&self, jobs: u64, job: impl Fn(u64) -> J) -> Result<()> {
        for start in (0..jobs).step_by(20_000) {
            let mut tx = self.platform.db.begin().await?;
            tx.enqueue_all((start..jobs.min(start + 20_000)).map(&job))
                .await?;
            tx.commit().await?;
        }
        // The tickets leave after the commit; the measure starts when they are there.
        while self
            .platform
            .tickets
            .waiting()
            .await?
            .iter()
            .map(|(_, n)| n)
            .sum::<u64>()
            < jobs
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    pub fn work(&self, plan: &[&str]) -> Result<Crew> {
        let plan = plan
            .iter()
            .map(|plan| plan.parse())
            .collect::<Result<Vec<Plan>, _>>()?;
        let registry = Registry::default().with(nothing).with(one_row).with(ping);
        let stop = CancellationToken::new();
        let (platform, token) = (self.platform.clone(), stop.clone());
        #[expect(clippy::disallowed_methods, reason = "ends with the crew")]
        let workers =
            tokio::task::spawn(workers::runtime::run_with(platform, registry, plan, token));
        Ok(Crew { stop, workers })
    }

    /// Connections whose statements may take as long as they need.
    pub async fn long(&self) -> Result<platform::Db> {
        let mut config = (*self.platform.config).clone();
        config.database.statement_timeout = Duration::from_secs(600);
        Ok(platform::Db::new(
            &config.database,
            &config.search,
            self.platform.config.jobs.silence,
            self.platform.clock.clone(),
            self.platform.tickets.clone(),
            self.platform.cache.clone(),
            self.platform.live.clone(),
        )?)
    }

    /// Nothing is ready or running. One probe of an index: asking must not slow what it asks about.
    pub async fn is_done(&self) -> Result<bool> {
        let left = "select exists (select from jobs where told_at is not null)";
        let left: bool = sqlx::query_scalar(left)
            .fetch_one(self.platform.db.pool())
            .await?;
        Ok(!left)
    }
}

pub struct Crew {
    stop: CancellationToken,
    workers: JoinHandle<Result<(), workers::runtime::RunError>>,
}

impl Crew {
    pub async fn dismiss(self) -> Result<()> {
        self.stop.cancel();
        Ok(self.workers.await??)
    }
}

/// Runs of `Nothing` since the last call.
pub fn take_ran() -> u64 {
    RAN.swap(0, Ordering::Relaxed)
}

pub fn ran() -> u64 {
    RAN.load(Ordering::Relaxed)
}
