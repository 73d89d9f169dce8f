//! Jobs that tests run, in this process and in workers of their own.

use std::time::Duration;

use platform::jobs::{Class, Job, Pool, Unique};
use serde::{Deserialize, Serialize};
use workers::{Cx, Failure, Outcome, Registry};

/// Waits, then writes one effect together with its finish.
#[derive(Debug, Serialize, Deserialize, PartialEq)]
pub struct Effect {
    pub key: String,
    pub wait_ms: u64,
}

impl Job for Effect {
    const NAME: &'static str = "test.effect";
    const POOL: Pool = Pool::Feed;
}

/// Ends the process that runs it.
#[derive(Serialize, Deserialize)]
pub struct KillsItsWorker {}

impl Job for KillsItsWorker {
    const NAME: &'static str = "test.kills_its_worker";
    const POOL: Pool = Pool::Feed;
}

/// Blocks its thread for longer than it may take.
#[derive(Serialize, Deserialize)]
pub struct Blocks {}

impl Job for Blocks {
    const NAME: &'static str = "test.blocks";
    const POOL: Pool = Pool::Notify;
    const TIMEOUT: Duration = Duration::from_millis(200);
}

/// Does as it is told.
#[derive(Serialize, Deserialize)]
pub enum Behave {
    Fail,
    Panic,
    Hang,
    Discard,
    /// With a text that Postgres keeps in no column.
    FailUnstorably,
}

impl Job for Behave {
    const NAME: &'static str = "test.behave";
    const POOL: Pool = Pool::Notify;
    const ATTEMPTS: i16 = 3;
    const TIMEOUT: Duration = Duration::from_millis(200);
}

/// Counts to `slices`, one a run.
#[derive(Serialize, Deserialize)]
pub struct Sliced {
    pub slices: i64,
}

impl Job for Sliced {
    const NAME: &'static str = "test.sliced";
    const POOL: Pool = Pool::Feed;
    const CLASS: Class = Class::Bulk;
}

/// Coalesces by key.
#[derive(Serialize, Deserialize)]
pub struct Likes {
    pub post: String,
    pub by: String,
}

impl Job for Likes {
    const NAME: &'static str = "test.likes";
    const POOL: Pool = Pool::Notify;

    fn unique(&self) -> Option<Unique> {
        let unique = Unique::key(&self.post).sample(self.by.clone().into());
        Some(unique.coalesce(Duration::from_secs(2), Duration::from_secs(10)))
    }
}

/// Those of tests beside those of Commons.
pub fn registry() -> Registry {
    workers::registry()
        .with(effect)
        .with(kills_its_worker)
        .with(behave)
        .with(blocks)
        .with(sliced)
        .with(likes)
}

async fn write(cx: &Cx, key: &str) -> Result<platform::Tx, Failure> {
    let mut tx = cx.begin().await?;
    sqlx::query("insert into effects (key, pid) values ($1, $2)")
        .bind(key)
        .bind(i32::try_from(std::process::id()).unwrap_or(0))
        .execute(tx.connection())
        .await
        .map_err(Failure::retry)?;
    Ok(tx)
}

async fn effect(job: Effect, cx: Cx) -> Result<Outcome, Failure> {
    tokio::time::sleep(Duration::from_millis(job.wait_ms)).await;
    let tx = write(&cx, &job.key).await?;
    cx.finish(tx).await
}

async fn kills_its_worker(_: KillsItsWorker, _: Cx) -> Result<Outcome, Failure> {
    std::process::abort();
}

async fn blocks(_: Blocks, _: Cx) -> Result<Outcome, Failure> {
    std::thread::sleep(Duration::from_secs(25));
    Ok(Outcome::Done)
}

async fn behave(job: Behave, _: Cx) -> Result<Outcome, Failure> {
    match job {
        Behave::Fail => Err(Failure::retry("as it was told")),
        Behave::FailUnstorably => Err(Failure::retry("a text with \0 in it")),
        Behave::Panic => panic!("as it was told"),
        Behave::Hang => std::future::pending().await,
        Behave::Discard => Ok(Outcome::Discard("as it was told".to_owned())),
    }
}

async fn sliced(job: Sliced, cx: Cx) -> Result<Outcome, Failure> {
    let done = cx.checkpoint::<i64>().unwrap_or(0) + 1;
    let tx = write(&cx, "slice").await?;
    if done == job.slices {
        return cx.finish(tx).await;
    }
    cx.save(tx, &done.into()).await?;
    Ok(Outcome::Continue(done.into()))
}

async fn likes(job: Likes, cx: Cx) -> Result<Outcome, Failure> {
    let key = format!("{}: {} of {}", job.post, cx.samples.len(), cx.merged);
    let tx = write(&cx, &key).await?;
    cx.finish(tx).await
}
