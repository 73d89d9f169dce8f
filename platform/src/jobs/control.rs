//! What operators have stopped, as every worker process sees it: told at once over Redis, read from Postgres.

use std::collections::HashSet;
use std::time::Duration;

use futures::StreamExt;
use redis::AsyncCommands;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::Ended;
use crate::Db;
use crate::db::within;
use crate::redis::{Redis, RedisError};

/// Begins the message that names runs which have to end, each as `job:epoch`.
const ENDED: &str = "ended ";
/// A message that went missing is made up for within this time.
const REREAD: Duration = Duration::from_secs(2);
const LIMIT: Duration = Duration::from_secs(5);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pauses {
    pub pools: HashSet<String>,
    pub names: HashSet<String>,
}

/// The channel on which "look at the pauses again" is said.
#[derive(Clone)]
pub struct Control {
    redis: Redis,
    db: Db,
}

impl Control {
    pub fn new(redis: Redis, db: Db) -> Self {
        Self { redis, db }
    }

    /// Says that pauses have changed.
    pub async fn announce(&self) -> Result<(), RedisError> {
        self.redis.shared().publish(self.channel(), "pauses").await
    }

    /// Says that runs have been cancelled or evicted: whoever has them drops them.
    pub async fn announce_ended(&self, ended: &[Ended]) -> Result<(), RedisError> {
        let runs: Vec<String> = ended
            .iter()
            .map(|run| format!("{}:{}", run.job, run.epoch))
            .collect();
        let message = format!("{ENDED}{}", runs.join(" "));
        self.redis.shared().publish(self.channel(), message).await
    }

    pub async fn pauses(&self) -> Result<Pauses, sqlx::Error> {
        let rows = sqlx::query!("select pool, name from job_pauses")
            .fetch_all(&mut *self.db.acquire().await?)
            .await?;
        let mut pauses = Pauses::default();
        for row in rows {
            pauses.pools.extend(row.pool);
            pauses.names.extend(row.name);
        }
        Ok(pauses)
    }

    /// Keeps `seen` up to date, and hands on the runs that have to end, until `stop`.
    pub async fn follow(
        &self,
        seen: watch::Sender<Pauses>,
        ended: impl Fn(&[Ended]),
        stop: CancellationToken,
    ) {
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.listen(&seen, &ended) => {}
            }
        }
    }

    async fn listen(&self, seen: &watch::Sender<Pauses>, ended: &impl Fn(&[Ended])) {
        let mut subscription = self.redis.subscribe(&self.channel()).await.ok();
        loop {
            if let Ok(pauses) = within(LIMIT, self.pauses()).await {
                seen.send_if_modified(|known| {
                    let changed = *known != pauses;
                    *known = pauses;
                    changed
                });
            }
            let told = async {
                match &mut subscription {
                    Some(subscription) => subscription.on_message().next().await,
                    None => std::future::pending().await,
                }
            };
            match tokio::time::timeout(REREAD, told).await {
                Ok(Some(message)) => {
                    ended(&runs(&message.get_payload::<String>().unwrap_or_default()));
                }
                Ok(None) => return,
                Err(_) if subscription.is_none() => return,
                Err(_) => {}
            }
        }
    }

    fn channel(&self) -> String {
        self.redis.key("control")
    }
}

/// The runs that a message says have to end: none, where it is about something else.
fn runs(message: &str) -> Vec<Ended> {
    let Some(runs) = message.strip_prefix(ENDED) else {
        return Vec::new();
    };
    let run = |text: &str| {
        let (job, epoch) = text.split_once(':')?;
        Some(Ended {
            job: job.parse().ok()?,
            epoch: epoch.parse().ok()?,
        })
    };
    runs.split(' ').filter_map(run).collect()
}
