//! Guessing at a secret gets slower with every failure: by the account that is guessed at, wherever from, and by the
//! line that guesses, at whatever account. Counted in Redis, so that all replicas count together.
//!
//! A guess counts as failed from its beginning until it is settled otherwise: many at once are many. A guess that is
//! refused does not count. Whether there is such an account plays no part, and the keys do not tell who it is. Without
//! Redis guesses pass: the secret still has to be right.

use std::sync::Arc;
use std::time::Duration;

use redis::Script;
use ring::hmac;

use crate::Clock;
use crate::config::{Config, Guesses};
use crate::redis::Redis;

/// After the first failure that counts; each one after it doubles the wait.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// Failures are forgotten so long after the last one.
const MEMORY: Duration = Duration::from_secs(24 * 3600);

/// Redis has so long to count.
const PATIENCE: Duration = Duration::from_millis(250);

#[derive(Clone)]
pub struct Backoff {
    redis: Redis,
    clock: Clock,
    guesses: Guesses,
    key: hmac::Key,
    begin: Arc<Script>,
    settle: Arc<Script>,
}

/// Who guesses, and at what.
#[derive(Clone, Copy, Debug)]
pub struct Guess<'a> {
    /// The kind of secret: `login`, `code`.
    pub at: &'static str,
    /// One word for the account, whoever spells it how.
    pub account: &'a str,
    /// The subscriber's line ([`crate::net::subscriber`]).
    pub line: &'a str,
}

/// A guess under way. Dropped, it has failed.
#[must_use]
pub struct Guessing {
    keys: [String; 2],
    /// Until when it made others wait; none where it was not counted.
    until: Option<[i64; 2]>,
}

const BEGIN: &str = r"
local now, longest, first, memory = unpack(ARGV, 1, 4)
now, longest, first = tonumber(now), tonumber(longest), tonumber(first)
local failures, wait = {}, 0
for i, key in ipairs(KEYS) do
  local known = redis.call('HMGET', key, 'failures', 'until')
  failures[i] = tonumber(known[1] or '0') + 1
  wait = math.max(wait, tonumber(known[2] or '0') - now)
end
if wait > 0 then
  return {wait, 0, 0}
end
local answer = {0}
for i, key in ipairs(KEYS) do
  local free = tonumber(ARGV[4 + i])
  local till = 0
  if failures[i] >= free then
    till = now + math.min(longest, first * 2 ^ (failures[i] - free))
  end
  redis.call('HSET', key, 'failures', failures[i], 'until', string.format('%.0f', till))
  redis.call('PEXPIRE', key, memory)
  answer[i + 1] = till
end
return answer
";

/// Takes one failure back where it was counted, and the wait that it caused; where the secret was right, all failures of
/// the account.
const SETTLE: &str = r"
for i, key in ipairs(KEYS) do
  local known = redis.call('HMGET', key, 'failures', 'until')
  local failures = tonumber(known[1] or '0') - 1
  if failures < 1 or (i == 1 and ARGV[1] == 'right') then
    redis.call('DEL', key)
  else
    redis.call('HSET', key, 'failures', failures)
    if known[2] == ARGV[1 + i] then
      redis.call('HSET', key, 'until', '0')
    end
  end
end
";

impl Backoff {
    pub fn new(config: &Config, redis: Redis, clock: Clock) -> Self {
        let secret = config.auth.keys.first().map(|key| key.secret.expose());
        Self {
            redis,
            clock,
            guesses: config.limits.guesses,
            key: hmac::Key::new(hmac::HMAC_SHA256, secret.unwrap_or_default().as_bytes()),
            begin: Arc::new(Script::new(BEGIN)),
            settle: Arc::new(Script::new(SETTLE)),
        }
    }

    /// Counts a guess as failed until it is settled, or answers how long the next one has to wait.
    pub async fn begin(&self, guess: Guess<'_>) -> Result<Guessing, Duration> {
        let keys = [
            self.key(guess.at, "account", guess.account),
            self.key(guess.at, "line", guess.line),
        ];
        let longest = millis(self.guesses.longest_wait);
        let mut script = self.begin.prepare_invoke();
        script.key(&keys[0]).key(&keys[1]);
        script.arg(self.clock.now().timestamp_millis());
        script.arg(longest).arg(millis(FIRST_WAIT));
        script.arg(longest + millis(MEMORY));
        script.arg(self.guesses.per_account.get());
        script.arg(self.guesses.per_address.get());
        let mut connection = self.redis.shared();
        let counting = script.invoke_async::<(u64, i64, i64)>(&mut connection);
        let until = match tokio::time::timeout(PATIENCE, counting).await {
            Ok(Ok((0, account, line))) => Some([account, line]),
            Ok(Ok((wait, ..))) => return Err(Duration::from_millis(wait)),
            Ok(Err(_)) | Err(_) => None,
        };
        Ok(Guessing { keys, until })
    }

    /// The secret was right: nobody is guessing at this account.
    pub async fn was_right(&self, guessing: Guessing) {
        self.settle(guessing, "right").await;
    }

    /// Nobody learned whether it was right: something else went wrong.
    pub async fn did_not_count(&self, guessing: Guessing) {
        self.settle(guessing, "uncounted").await;
    }

    async fn settle(&self, guessing: Guessing, how: &str) {
        let Some([account, line]) = guessing.until else {
            return;
        };
        let mut script = self.settle.prepare_invoke();
        script.key(&guessing.keys[0]).key(&guessing.keys[1]);
        script.arg(how).arg(account).arg(line);
        let mut connection = self.redis.shared();
        let settling = script.invoke_async::<()>(&mut connection);
        let _ = tokio::time::timeout(PATIENCE, settling).await;
    }

    /// Says nothing of whom it counts. The braces keep both keys of a guess on one node of a cluster.
    fn key(&self, at: &str, kind: &str, word: &str) -> String {
        let tag = hmac::sign(&self.key, format!("{at}\0{kind}\0{word}").as_bytes());
        let tag = hex::encode(&tag.as_ref()[..16]);
        self.redis.key(&format!("guesses:{{{at}}}:{kind}:{tag}"))
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
