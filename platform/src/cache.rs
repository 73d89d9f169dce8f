//! Copies in Redis of what Postgres knows. A copy is never newer than a change: whoever changes the original closes its
//! key *before* they commit, and a closed key takes no copy until every reader that saw the old state has ended. A
//! process that dies in between leaves a closed key, which opens by itself.
//!
//! Without Redis there are no copies, and everybody asks Postgres.

use std::time::Duration;

use crate::redis::{Redis, RedisError};

/// Longer than any request or transaction lives.
const CLOSED_FOR: Duration = Duration::from_secs(90);

/// What a closed key holds.
const CLOSED: &str = "-";

/// Redis has so long to answer; Postgres knows it too.
const PATIENCE: Duration = Duration::from_millis(250);

#[derive(Clone)]
pub struct Cache {
    redis: Redis,
}

impl Cache {
    pub fn new(redis: Redis) -> Self {
        Self { redis }
    }

    /// The copies under `keys`, each where there is one.
    pub async fn get<const N: usize>(&self, keys: [&str; N]) -> [Option<String>; N] {
        let mut command = redis::cmd("MGET");
        for key in keys {
            command.arg(self.key(key));
        }
        let found: Option<Vec<Option<String>>> = self.patiently(&command).await;
        let mut found = found.unwrap_or_default().into_iter();
        keys.map(|_| found.next().flatten().filter(|copy| copy != CLOSED))
    }

    /// Keeps a copy, unless there is one or the key is closed.
    pub async fn fill(&self, key: &str, copy: &str, ttl: Duration) {
        let mut command = redis::cmd("SET");
        command.arg(self.key(key)).arg(copy).arg("NX");
        let command = command.arg("PX").arg(millis(ttl));
        let _: Option<Option<String>> = self.patiently(command).await;
    }

    /// Drops the copies under `keys` and closes them for a while. Before the commit of what changes the originals.
    pub async fn close(&self, keys: &[String]) -> Result<(), RedisError> {
        let mut pipe = redis::pipe();
        for key in keys {
            let command = pipe.cmd("SET").arg(self.key(key)).arg(CLOSED);
            command.arg("PX").arg(millis(CLOSED_FOR)).ignore();
        }
        pipe.query_async(&mut self.redis.shared()).await
    }

    fn key(&self, key: &str) -> String {
        self.redis.key(&format!("cache:{key}"))
    }

    async fn patiently<T: redis::FromRedisValue>(&self, command: &redis::Cmd) -> Option<T> {
        let mut connection = self.redis.shared();
        let asking = command.query_async(&mut connection);
        tokio::time::timeout(PATIENCE, asking).await.ok()?.ok()
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
