//! Who is here: when each person was last seen, in Redis. A hint, not a record: lost with Redis, right again with the
//! next request.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::redis::Redis;

/// Seen within so long is online.
const ONLINE: Duration = Duration::from_secs(60);

/// Longer ago, Postgres knows: it is told with each new pair of tokens.
const KEPT_FOR: Duration = Duration::from_secs(24 * 3600);

/// Redis has so long to answer.
const PATIENCE: Duration = Duration::from_millis(250);

#[derive(Clone)]
pub struct Presence {
    redis: Redis,
}

impl Presence {
    pub fn new(redis: Redis) -> Self {
        Self { redis }
    }

    /// They were here now.
    pub async fn note(&self, person: uuid::Uuid, now: DateTime<Utc>) {
        let mut command = redis::cmd("SET");
        command.arg(self.key(person)).arg(now.timestamp());
        let command = command.arg("EX").arg(KEPT_FOR.as_secs());
        let mut connection = self.redis.shared();
        let noting = command.query_async::<()>(&mut connection);
        let _ = tokio::time::timeout(PATIENCE, noting).await;
    }

    /// When they were last here, as far as that is known.
    pub async fn last_seen(&self, person: uuid::Uuid) -> Option<DateTime<Utc>> {
        let mut command = redis::cmd("GET");
        let mut connection = self.redis.shared();
        let asking = command
            .arg(self.key(person))
            .query_async::<Option<i64>>(&mut connection);
        let seen = tokio::time::timeout(PATIENCE, asking).await.ok()?.ok()??;
        DateTime::from_timestamp(seen, 0)
    }

    /// Nobody was here: for somebody who leaves for good.
    pub async fn forget(&self, person: uuid::Uuid) {
        let mut connection = self.redis.shared();
        let mut command = redis::cmd("DEL");
        let forgetting = command
            .arg(self.key(person))
            .query_async::<()>(&mut connection);
        let _ = tokio::time::timeout(PATIENCE, forgetting).await;
    }

    fn key(&self, person: uuid::Uuid) -> String {
        self.redis.key(&format!("presence:{person}"))
    }
}

/// Whether somebody who was last seen then is here.
pub fn is_online(seen: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - seen < chrono::TimeDelta::from_std(ONLINE).unwrap_or_default()
}
