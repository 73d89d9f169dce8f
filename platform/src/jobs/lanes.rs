//! Lanes: the tickets of crowds, in lists of their own.
//!
//! A lane that holds tickets has a bell in the main list of its pool and class. Whoever takes the bell takes a few tickets of
//! the lane, and hangs the bell at the end again while some are left. So the main list itself is the round robin, and
//! everybody's tickets cost what they did.
//!
//! Workers of a release before lanes drop bells. So a lane is used only while a key says so, which the scheduler keeps for as
//! long as every living worker knows bells. Where the key is gone, tickets go to the main list as ever.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use redis::{Pipeline, RedisResult};
use uuid::Uuid;

use super::crowds::COMMON;
use super::relay::RelayError;
use super::tickets::{List, list};
use super::{Class, JobId, Pool, Ticket, Tickets};
use crate::Db;
use crate::redis::{Redis, within};

/// Tickets of a lane that one bell is worth.
const PER_BELL: usize = 4;
/// How long the key holds without a scheduler that keeps it.
const KEPT: u64 = 30;
/// How often the workers are asked about.
const ASK: Duration = Duration::from_secs(5);
/// A lane whose head has not moved for so long may have lost its bell.
const STUCK: Duration = Duration::from_secs(3);
const LIMIT: Duration = Duration::from_secs(5);
/// Thousands of tickets that are moved out of a closed lane in one search.
const MOVES: usize = 20;

const PUSH: &str = "\
if redis.call('EXISTS', KEYS[3]) == 0 then
    redis.call('RPUSH', KEYS[1], unpack(ARGV, 2))
elseif redis.call('RPUSH', KEYS[2], unpack(ARGV, 2)) == #ARGV - 1 then
    redis.call('RPUSH', KEYS[1], ARGV[1])
end";

/// Each bell has taken the place of one ticket already; `spare` is what is free beyond that. Where nothing else waits, the
/// lanes share all of it.
const TAKE: &str = "\
local spare, bells, each = tonumber(ARGV[1]), #KEYS - 1, tonumber(ARGV[2])
if redis.call('LLEN', KEYS[1]) == 0 then
    each = math.max(each, math.floor((spare + bells) / bells))
end
local taken = {}
for i = 1, bells do
    local ids = redis.call('LPOP', KEYS[i + 1], math.min(each, spare + 1)) or {}
    spare = spare + 1 - #ids
    taken[i] = ids
    if redis.call('EXISTS', KEYS[i + 1]) == 1 then
        redis.call('RPUSH', KEYS[1], ARGV[i + 2])
    end
end
return taken";

/// Hangs a bell that went missing; where lanes are closed, moves some of the lane to the main list.
const MEND: &str = "\
if redis.call('EXISTS', KEYS[2]) == 0 then
    return 0
elseif redis.call('EXISTS', KEYS[3]) == 1 then
    if redis.call('LPOS', KEYS[1], ARGV[1]) then
        return 0
    end
    redis.call('RPUSH', KEYS[1], ARGV[1])
else
    redis.call('RPUSH', KEYS[1], unpack(redis.call('LPOP', KEYS[2], 1000)))
end
return 1";

pub(super) fn bell(lane: i16) -> String {
    format!("@{lane}")
}

fn rung(entry: &str) -> Option<i16> {
    let lane: i16 = entry.strip_prefix('@')?.parse().ok()?;
    (lane > COMMON).then_some(lane)
}

pub(super) fn lane_list(redis: &Redis, pool: Pool, class: Class, lane: i16) -> String {
    let main = list(redis, pool, class);
    match lane {
        COMMON => main,
        lane => format!("{main}:lane:{lane}"),
    }
}

fn open_key(redis: &Redis, pool: Pool) -> String {
    redis.key(&format!("{{{pool}}}:lanes"))
}

pub(super) fn push(pipe: &mut Pipeline, redis: &Redis, (pool, class, lane): List, ids: &[String]) {
    pipe.cmd("EVAL")
        .arg(PUSH)
        .arg(3)
        .arg(list(redis, pool, class))
        .arg(lane_list(redis, pool, class, lane))
        .arg(open_key(redis, pool))
        .arg(bell(lane))
        .arg(ids)
        .ignore();
}

/// What a take brought: tickets, and for each bell among them some of its lane. Never more than `most`.
pub(super) async fn expand(
    redis: &Redis,
    (pool, class): (Pool, Class),
    entries: Vec<String>,
    most: usize,
) -> Vec<Ticket> {
    let ticket = |lane| {
        move |id| Ticket {
            pool,
            class,
            lane,
            id,
        }
    };
    let parse = |entry: &String| Uuid::try_parse(entry).ok();
    let lanes: Vec<i16> = entries.iter().filter_map(|entry| rung(entry)).collect();
    let common = entries.iter().filter_map(parse).map(ticket(COMMON));
    let mut tickets: Vec<Ticket> = common.collect();
    if lanes.is_empty() {
        return tickets;
    }
    let spare = most.saturating_sub(tickets.len() + lanes.len());
    let mut command = redis::cmd("EVAL");
    command.arg(TAKE).arg(lanes.len() + 1);
    command.arg(list(redis, pool, class));
    for lane in &lanes {
        command.arg(lane_list(redis, pool, class, *lane));
    }
    command.arg(spare).arg(PER_BELL);
    for lane in &lanes {
        command.arg(bell(*lane));
    }
    let answer: RedisResult<Vec<Vec<String>>> =
        within(LIMIT, command.query_async(&mut redis.shared())).await;
    match answer {
        Ok(taken) => {
            for (lane, ids) in lanes.into_iter().zip(taken) {
                tickets.extend(ids.iter().filter_map(parse).map(ticket(lane)));
            }
        }
        Err(error) => {
            tracing::warn!(%pool, %error, "bells were lost; a search hangs them again");
        }
    }
    tickets
}

/// What the scheduler does for lanes.
#[derive(Default)]
pub(super) struct Lanes {
    asked: Option<Instant>,
    open: bool,
    /// The ticket at the head of each lane, and since when.
    heads: HashMap<List, (JobId, Instant)>,
}

impl Lanes {
    /// Keeps the key while every living worker knows bells.
    pub(super) async fn keep(&mut self, db: &Db, tickets: &Tickets) -> Result<(), RelayError> {
        if self.asked.is_none_or(|asked| asked.elapsed() > ASK) {
            let asking = async {
                sqlx::query_scalar!(
                    r#"select coalesce(bool_and(engine >= 1), true) as "all!" from job_workers"#
                )
                .fetch_one(&mut *db.acquire().await?)
                .await
            };
            self.open = crate::db::within(LIMIT, asking).await?;
            self.asked = Some(Instant::now());
        }
        let redis = tickets.redis();
        let mut pipe = redis::pipe();
        for pool in Pool::ALL {
            let key = open_key(redis, pool);
            match self.open {
                true => pipe.set_ex(key, 1, KEPT).ignore(),
                false => pipe.del(key).ignore(),
            };
        }
        let () = pipe.query_async(&mut redis.shared()).await?;
        Ok(())
    }

    pub(super) fn are_open(&self) -> bool {
        self.open
    }

    /// Looks after the lanes in which jobs have waited for some time, one of them a call: finding a bell reads the main list.
    pub(super) async fn mend(&mut self, tickets: &Tickets, waiting: &[List]) -> RedisResult<()> {
        let redis = tickets.redis();
        let lanes: Vec<_> = waiting.iter().filter(|list| list.2 != COMMON).collect();
        if lanes.is_empty() {
            self.heads.clear();
            return Ok(());
        }
        let mut pipe = redis::pipe();
        for (pool, class, lane) in lanes.iter().copied() {
            pipe.lindex(lane_list(redis, *pool, *class, *lane), 0);
        }
        let heads: Vec<Option<String>> = pipe.query_async(&mut redis.shared()).await?;
        let heads = heads.into_iter().map(|head| Uuid::try_parse(&head?).ok());
        let heads: HashMap<_, _> = lanes
            .into_iter()
            .zip(heads)
            .filter_map(|(list, head)| {
                let head = head?;
                let before = self.heads.get(list).filter(|(id, _)| *id == head);
                Some((
                    *list,
                    (head, before.map_or_else(Instant::now, |(_, at)| *at)),
                ))
            })
            .collect();
        self.heads = heads;
        let stuck = |(_, since): &(JobId, Instant)| !self.open || since.elapsed() > STUCK;
        let Some((pool, class, lane)) = self
            .heads
            .iter()
            .find_map(|(list, head)| stuck(head).then_some(*list))
        else {
            return Ok(());
        };
        self.heads.remove(&(pool, class, lane));
        let mut mend = redis::cmd("EVAL");
        mend.arg(MEND)
            .arg(3)
            .arg(list(redis, pool, class))
            .arg(lane_list(redis, pool, class, lane))
            .arg(open_key(redis, pool))
            .arg(bell(lane));
        let mut mended: i64 = mend.query_async(&mut redis.shared()).await?;
        for _ in 1..MOVES {
            if self.open || mended == 0 {
                break;
            }
            mended = mend.query_async(&mut redis.shared()).await?;
        }
        if mended > 0 && self.open {
            tracing::debug!(%pool, class = class.name(), lane, "hung a bell again");
        }
        Ok(())
    }
}
