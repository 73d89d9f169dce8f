//! Timelines in Redis: of each person who reads, the places of the newest things that were written for them. A copy of
//! what Postgres knows, and nothing else: without Redis, or where one is missing, the reader asks Postgres.
//!
//! A timeline is a sorted set whose members all have the same score, so that they sort by their bytes: a place is a
//! UUIDv7. A set holds a member once however often it is written, keeps the order whoever writes first, and is read from
//! any place on; a list would take a fifth of the memory (some 20 KB a person against 100), but could do none of the three.
//! Timelines that nobody reads expire, so only people who are here cost memory, and writes go to those alone.
//!
//! The lowest member is a marker: it says that there is a timeline, though it may be empty, and whether it is
//! [`Making`](State::Making) or [`Ready`](State::Ready). Its token is new with each making, and tells when it began.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::try_join_all;
use redis::{RedisResult, Script};
use uuid::Uuid;

use crate::id_at;
use crate::redis::{Redis, within};

/// So many things are kept of each.
pub const MOST: usize = 800;

/// A timeline that is not made in this time was given up: the next read has it made again.
const MAKING_FOR: Duration = Duration::from_secs(60);

/// Timelines that one script writes to: it takes about a millisecond, in which Redis does nothing else.
const KEYS_AT_ONCE: usize = 500;

/// Redis has so long to answer a reader; Postgres knows it too.
const PATIENCE: Duration = Duration::from_millis(250);

/// The first byte of a marker; no place begins so low.
const MARKER: u8 = 0;
const MAKING: u8 = b'm';
const READY: u8 = b'r';

/// Writes a thing into those timelines that are there, and keeps them short. The marker stays.
const PUSH: &str = r"
local member, most, written = ARGV[1], tonumber(ARGV[2]), 0
for _, key in ipairs(KEYS) do
  local held = redis.call('ZCARD', key)
  if held > 0 and redis.call('ZADD', key, 0, member) == 1 then
    written = written + 1
    if held > most then redis.call('ZREMRANGEBYRANK', key, 1, held - most) end
  end
end
return written";

/// Begins a timeline where there is none.
const BEGIN: &str = r"
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('ZADD', KEYS[1], 0, ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1";

/// Puts what was found in place of what had been there before the search, and leaves what was written meanwhile. Only
/// where the timeline still is the one that the search began with.
const FILL: &str = r"
local key, began, ready, ttl, most, stale = KEYS[1], ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
if not redis.call('ZSCORE', key, began) then return 0 end
redis.call('ZREM', key, began)
for i = 6, 5 + stale do redis.call('ZREM', key, ARGV[i]) end
redis.call('ZADD', key, 0, ready)
for i = 6 + stale, #ARGV do redis.call('ZADD', key, 0, ARGV[i]) end
local held = redis.call('ZCARD', key) - 1
if held > most then redis.call('ZREMRANGEBYRANK', key, 1, held - most) end
redis.call('PEXPIRE', key, ttl)
return 1";

/// A thing in a timeline: where it stands there, and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Told {
    pub place: Uuid,
    pub id: Uuid,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Making,
    Ready,
}

/// What a timeline says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marker {
    pub state: State,
    pub token: Uuid,
}

/// A part of a timeline, the newest first.
#[derive(Clone, Debug)]
pub struct Part {
    pub marker: Marker,
    pub told: Vec<Told>,
    /// How many it holds in all.
    pub held: usize,
    /// The lowest place it knows of; none where it holds all there is.
    pub floor: Option<Uuid>,
}

#[derive(Clone)]
pub struct Timelines {
    redis: Redis,
    kept_for: Duration,
    scripts: Arc<Scripts>,
}

struct Scripts {
    push: Script,
    begin: Script,
    fill: Script,
}

impl Timelines {
    /// Each is kept for so long after it was last read.
    pub fn new(redis: Redis, kept_for: Duration) -> Self {
        let scripts = Scripts {
            push: Script::new(PUSH),
            begin: Script::new(BEGIN),
            fill: Script::new(FILL),
        };
        Self {
            redis,
            kept_for,
            scripts: Arc::new(scripts),
        }
    }

    /// What stands below `before`, at most `most`. None: there is no timeline.
    pub async fn read(&self, person: Uuid, before: Uuid, most: usize) -> RedisResult<Option<Part>> {
        let key = self.key(person);
        let below = [b"(", before.as_bytes().as_slice()].concat();
        let mut pipe = redis::pipe();
        pipe.atomic();
        pipe.cmd("ZRANGE").arg(&key).arg(0).arg(1);
        pipe.cmd("ZCARD").arg(&key);
        pipe.cmd("ZRANGE").arg(&key).arg(below).arg("(\u{1}");
        pipe.arg("BYLEX").arg("REV").arg("LIMIT").arg(0).arg(most);
        let asking = async {
            let found: (Vec<Vec<u8>>, usize, Vec<Vec<u8>>) =
                pipe.query_async(&mut self.redis.shared()).await?;
            Ok(found)
        };
        let (lowest, held, members) = patiently(asking).await?;
        let Some(marker) = lowest.first().and_then(|member| Marker::read(member)) else {
            return Ok(None);
        };
        let floor = lowest.get(1).and_then(|member| Told::read(member));
        Ok(Some(Part {
            marker,
            told: members.iter().filter_map(|one| Told::read(one)).collect(),
            held: held - 1,
            floor: floor.filter(|_| held > MOST).map(|lowest| lowest.place),
        }))
    }

    /// Its reader is here: it stays.
    pub async fn keep(&self, person: Uuid) -> RedisResult<()> {
        let mut command = redis::cmd("PEXPIRE");
        command.arg(self.key(person)).arg(millis(self.kept_for));
        let mut connection = self.redis.shared();
        patiently(command.query_async(&mut connection)).await
    }

    /// Begins a timeline that is to be made: from now on it is written to. False: there is one.
    pub async fn begin(&self, person: Uuid, now: DateTime<Utc>) -> RedisResult<bool> {
        let marker = Marker::new(State::Making, now).write();
        let mut beginning = self.scripts.begin.key(self.key(person));
        beginning.arg(marker).arg(millis(MAKING_FOR));
        let mut connection = self.redis.shared();
        patiently(beginning.invoke_async(&mut connection)).await
    }

    /// Puts `found` in place of `earlier`, which [`read`](Self::read) had answered before the search; `now` is when that
    /// was. False: the timeline is another meanwhile, or gone.
    pub async fn fill(
        &self,
        person: Uuid,
        earlier: &Part,
        found: &[Told],
        now: DateTime<Utc>,
    ) -> RedisResult<bool> {
        let stale: Vec<&Told> = earlier
            .told
            .iter()
            .filter(|one| !found.contains(one))
            .collect();
        let mut filling = self.scripts.fill.key(self.key(person));
        filling.arg(earlier.marker.write());
        filling.arg(Marker::new(State::Ready, now).write());
        filling
            .arg(millis(self.kept_for))
            .arg(MOST)
            .arg(stale.len());
        for told in stale.into_iter().chain(found) {
            filling.arg(told.write());
        }
        filling.invoke_async(&mut self.redis.shared()).await
    }

    /// Writes a thing into the timelines of those people who have one. How many had it not yet.
    pub async fn push(&self, people: &[Uuid], told: Told) -> RedisResult<u64> {
        let member = told.write();
        let slices = people.chunks(KEYS_AT_ONCE).map(|slice| {
            let mut writing = self.scripts.push.prepare_invoke();
            for person in slice {
                writing.key(self.key(*person));
            }
            writing.arg(&member).arg(MOST);
            // One after the other over one connection, none waits for the answer to the one before.
            async move { writing.invoke_async::<u64>(&mut self.redis.shared()).await }
        });
        Ok(try_join_all(slices).await?.into_iter().sum())
    }

    /// Of somebody who leaves for good, nothing stays.
    pub async fn forget(&self, person: Uuid) -> RedisResult<()> {
        let mut command = redis::cmd("DEL");
        command.arg(self.key(person));
        command.query_async(&mut self.redis.shared()).await
    }

    /// Remembers, for a while, where a reader began, so that pages by offset are counted from there.
    pub async fn anchor(&self, reader: Uuid, place: Uuid, ttl: Duration) -> RedisResult<()> {
        let mut command = redis::cmd("SET");
        command.arg(self.anchor_key(reader)).arg(place.as_bytes());
        command.arg("PX").arg(millis(ttl));
        let mut connection = self.redis.shared();
        patiently(command.query_async(&mut connection)).await
    }

    /// Where a reader began.
    pub async fn anchored(&self, reader: Uuid) -> RedisResult<Option<Uuid>> {
        let mut command = redis::cmd("GET");
        command.arg(self.anchor_key(reader));
        let mut connection = self.redis.shared();
        let found: Option<Vec<u8>> = patiently(command.query_async(&mut connection)).await?;
        Ok(found.and_then(|bytes| Uuid::from_slice(&bytes).ok()))
    }

    fn key(&self, person: Uuid) -> String {
        self.redis.key(&format!("timeline:{}", person.simple()))
    }

    fn anchor_key(&self, reader: Uuid) -> String {
        self.redis
            .key(&format!("timeline-anchor:{}", reader.simple()))
    }
}

impl Told {
    /// Most things are as old as their place, and have the same id.
    fn write(&self) -> Vec<u8> {
        match self.place == self.id {
            true => self.place.as_bytes().to_vec(),
            false => [*self.place.as_bytes(), *self.id.as_bytes()].concat(),
        }
    }

    fn read(member: &[u8]) -> Option<Self> {
        let (place, id) = member.split_at_checked(16)?;
        let place = Uuid::from_slice(place).ok()?;
        let id = match id.is_empty() {
            true => place,
            false => Uuid::from_slice(id).ok()?,
        };
        Some(Self { place, id })
    }
}

impl Marker {
    /// When its timeline was last made, or begun: the search that filled it began then.
    pub fn began(&self) -> DateTime<Utc> {
        let millis = i64::try_from(self.token.as_u128() >> 80).unwrap_or_default();
        DateTime::from_timestamp_millis(millis).unwrap_or_default()
    }

    fn new(state: State, now: DateTime<Utc>) -> Self {
        let token = id_at(now);
        Self { state, token }
    }

    fn write(&self) -> Vec<u8> {
        let state = match self.state {
            State::Making => MAKING,
            State::Ready => READY,
        };
        [&[MARKER, state], self.token.as_bytes().as_slice()].concat()
    }

    fn read(member: &[u8]) -> Option<Self> {
        let (state, token) = match member {
            [MARKER, MAKING, token @ ..] => (State::Making, token),
            [MARKER, READY, token @ ..] => (State::Ready, token),
            _ => return None,
        };
        let token = Uuid::from_slice(token).ok()?;
        Some(Self { state, token })
    }
}

async fn patiently<T>(asking: impl Future<Output = RedisResult<T>>) -> RedisResult<T> {
    within(PATIENCE, asking).await
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_sort_by_their_place_and_above_the_marker() {
        let (one, two) = (Uuid::from_u128(1 << 120), Uuid::from_u128(2 << 120));
        let early = Told {
            place: one,
            id: one,
        };
        let moved = Told {
            place: one,
            id: two,
        };
        let late = Told {
            place: two,
            id: two,
        };
        let marker = Marker {
            state: State::Ready,
            token: Uuid::max(),
        };
        assert!(marker.write() < early.write());
        assert!(early.write() < moved.write() && moved.write() < late.write());
        for told in [early, moved, late] {
            assert_eq!(Told::read(&told.write()), Some(told));
        }
        assert_eq!(Marker::read(&marker.write()), Some(marker));
        assert_eq!(Marker::read(&early.write()), None);
    }
}
