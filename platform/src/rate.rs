//! Rate limits, counted in Redis so that all replicas share them.
//!
//! A window slides: the count of the last full window, weighted by how much of it still overlaps, plus this window's.

use std::time::Duration;

use redis::Script;

use crate::redis::Redis;
use crate::{Clock, redis::RedisError};

/// At most `requests` in any `window`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub requests: u32,
    pub window: Duration,
}

impl std::str::FromStr for Limit {
    type Err = String;

    /// `100/60s`
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("`{text}` is not a limit such as 100/60s");
        let (requests, window) = text.split_once('/').ok_or_else(wrong)?;
        let requests: u32 = requests.trim().parse().map_err(|_| wrong())?;
        let seconds = window
            .trim()
            .trim_end_matches('s')
            .parse()
            .map_err(|_| wrong())?;
        if requests == 0 || seconds == 0 {
            return Err(wrong());
        }
        Ok(Self {
            requests,
            window: Duration::from_secs(seconds),
        })
    }
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}s", self.requests, self.window.as_secs())
    }
}

/// Where a caller stands after this request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub allowed: bool,
    pub remaining: u32,
    /// Until the window ends (allowed) or the next request will pass (refused).
    pub reset: Duration,
}

#[derive(Clone)]
pub struct RateLimiter {
    redis: Redis,
    clock: Clock,
    script: std::sync::Arc<Script>,
}

const SLIDING_WINDOW: &str = r"
local this, last = KEYS[1], KEYS[2]
local limit, window, elapsed, units = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local before = tonumber(redis.call('GET', last) or '0')
local count = tonumber(redis.call('GET', this) or '0')
local weight = (window - elapsed) / window
local used = math.floor(before * weight) + count
if used + units > limit then
  -- How far the window has to move until it fits again.
  local wait = window - elapsed
  if count + units <= limit and before > 0 then
    wait = math.max(0, math.ceil(window - (limit - count - units) * window / before) - elapsed)
  end
  return {0, 0, math.max(wait, 1)}
end
redis.call('INCRBY', this, units)
redis.call('PEXPIRE', this, window * 2)
return {1, limit - used - units, window - elapsed}
";

impl RateLimiter {
    pub fn new(redis: Redis, clock: Clock) -> Self {
        Self {
            redis,
            clock,
            script: std::sync::Arc::new(Script::new(SLIDING_WINDOW)),
        }
    }

    /// Counts one request of `caller` against the limit called `name`.
    pub async fn count(
        &self,
        name: &str,
        caller: &str,
        limit: Limit,
    ) -> Result<Standing, RedisError> {
        self.take(name, caller, limit, 1).await
    }

    /// Counts so many at once, or none of them where they do not all fit.
    pub async fn take(
        &self,
        name: &str,
        caller: &str,
        limit: Limit,
        units: u32,
    ) -> Result<Standing, RedisError> {
        let (window, now) = (millis(limit.window), self.clock.now().timestamp_millis());
        let [this, last] = self.keys(name, caller, now / window);
        let (allowed, remaining, wait): (u8, u32, u64) = self
            .script
            .key(this)
            .key(last)
            .arg(limit.requests)
            .arg(window)
            .arg(now % window)
            .arg(units)
            .invoke_async(&mut self.redis.shared())
            .await?;
        Ok(Standing {
            allowed: allowed == 1,
            remaining,
            reset: Duration::from_millis(wait),
        })
    }

    /// This window and the last. The braces keep them on one node of a cluster.
    fn keys(&self, name: &str, caller: &str, slot: i64) -> [String; 2] {
        [slot, slot - 1].map(|slot| self.redis.key(&format!("rate:{name}:{{{caller}}}:{slot}")))
    }
}

fn millis(window: Duration) -> i64 {
    i64::try_from(window.as_millis()).unwrap_or(i64::MAX)
}
