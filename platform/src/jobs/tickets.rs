//! Tickets: job ids on their way to a worker, in the lists apalis-redis keeps for active tasks (one per pool and class), and
//! those of crowds in [lanes].
//!
//! A ticket is a hint. One that is lost, late or doubled does no harm: the claim asks the ledger, and the relay tells
//! again what nobody came for.

use std::collections::HashMap;

use redis::RedisResult;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::crowds::{COMMON, Crowds, RETRIES};
use super::lanes::{self, lane_list};
use super::{Class, JobId, Pool};
use crate::redis::Redis;

/// Ids in one RPUSH.
const PUSH_SLICE: usize = 1_000;
/// Commits whose tickets may wait for Redis; past that they are dropped and the relay tells them.
const BACKLOG: usize = 10_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    pub pool: Pool,
    pub class: Class,
    /// 0 is everybody's.
    pub lane: i16,
    pub id: JobId,
}

#[derive(Clone)]
pub struct Tickets {
    redis: Redis,
    outbox: mpsc::Sender<Vec<Ticket>>,
    crowds: Crowds,
}

impl Tickets {
    /// Starts the loop that carries tickets to Redis.
    pub fn new(redis: Redis) -> Self {
        let (outbox, inbox) = mpsc::channel(BACKLOG);
        let tickets = Self {
            redis,
            outbox,
            crowds: Crowds::default(),
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "carries hints only; ends with the last clone of the sender"
        )]
        tokio::spawn(carry(tickets.redis.clone(), inbox));
        tickets
    }

    /// Sends tickets without waiting for Redis.
    pub fn tell(&self, tickets: Vec<Ticket>) {
        if tickets.is_empty() {
            return;
        }
        if let Err(error) = self.outbox.try_send(tickets) {
            metrics::counter!("commons_tickets_dropped_total").increment(1);
            tracing::warn!(%error, "tickets dropped; the relay will tell these jobs");
        }
    }

    /// Sends tickets and waits until Redis has them.
    pub async fn push(&self, tickets: &[Ticket]) -> RedisResult<()> {
        push(&self.redis, tickets.iter().copied()).await
    }

    /// How many tickets wait of each pool and class.
    pub async fn waiting(&self) -> RedisResult<Vec<((Pool, Class), u64)>> {
        let mut pipe = redis::pipe();
        for (pool, class) in lists() {
            for lane in COMMON..=RETRIES {
                pipe.llen(lane_list(&self.redis, pool, class, lane));
            }
        }
        let lengths: Vec<u64> = pipe.query_async(&mut self.redis.shared()).await?;
        let lanes = usize::try_from(RETRIES - COMMON).unwrap_or(0) + 1;
        let sums = lengths.chunks(lanes).map(|lanes| lanes.iter().sum());
        Ok(lists().zip(sums).collect())
    }

    /// What will be taken next of each list.
    pub(super) async fn heads(&self, lists: &[List], count: isize) -> RedisResult<Vec<Ahead>> {
        if lists.is_empty() {
            return Ok(Vec::new());
        }
        let mut pipe = redis::pipe();
        for (pool, class, lane) in lists {
            pipe.lrange(lane_list(&self.redis, *pool, *class, *lane), 0, count - 1);
        }
        let heads: Vec<Vec<String>> = pipe.query_async(&mut self.redis.shared()).await?;
        let heads = lists.iter().zip(heads);
        Ok(heads
            .map(|(list, entries)| Ahead {
                list: *list,
                is_empty: entries.is_empty(),
                ids: parse(entries),
            })
            .collect())
    }

    pub(crate) fn crowds(&self) -> &Crowds {
        &self.crowds
    }

    pub fn redis(&self) -> &Redis {
        &self.redis
    }
}

/// A pool, a class and a lane of it.
pub(super) type List = (Pool, Class, i16);

pub(super) struct Ahead {
    pub(super) list: List,
    pub(super) is_empty: bool,
    pub(super) ids: Vec<JobId>,
}

fn lists() -> impl Iterator<Item = (Pool, Class)> {
    Pool::ALL
        .into_iter()
        .flat_map(|pool| Class::ALL.map(|class| (pool, class)))
}

/// The braces keep a pool's lists in one slot of a Redis cluster, as a take over several lists needs.
pub(super) fn list(redis: &Redis, pool: Pool, class: Class) -> String {
    let queue = redis.key(&format!("{{{pool}}}:{}", class.name()));
    apalis_redis::Config::default()
        .queue(queue)
        .active_jobs_list()
}

fn parse(ids: Vec<String>) -> Vec<Uuid> {
    ids.iter()
        .filter_map(|id| Uuid::try_parse(id).ok())
        .collect()
}

async fn carry(redis: Redis, mut inbox: mpsc::Receiver<Vec<Ticket>>) {
    let mut batch = Vec::new();
    while inbox.recv_many(&mut batch, PUSH_SLICE).await > 0 {
        let count: usize = batch.iter().map(Vec::len).sum();
        if let Err(error) = push(&redis, batch.drain(..).flatten()).await {
            metrics::counter!("commons_tickets_dropped_total").increment(count as u64);
            tracing::warn!(%error, count, "Redis took no tickets; the relay will tell these jobs");
        }
    }
}

async fn push(redis: &Redis, tickets: impl Iterator<Item = Ticket>) -> RedisResult<()> {
    let mut by_list: HashMap<(Pool, Class, i16), Vec<String>> = HashMap::new();
    for ticket in tickets {
        by_list
            .entry((ticket.pool, ticket.class, ticket.lane))
            .or_default()
            .push(ticket.id.to_string());
    }
    if by_list.is_empty() {
        return Ok(());
    }
    let mut pipe = redis::pipe();
    for ((pool, class, lane), ids) in &by_list {
        let list = list(redis, *pool, *class);
        for slice in ids.chunks(PUSH_SLICE) {
            match *lane {
                COMMON => pipe.rpush(&list, slice).ignore(),
                lane => {
                    lanes::push(&mut pipe, redis, (*pool, *class, lane), slice);
                    &mut pipe
                }
            };
        }
    }
    pipe.query_async(&mut redis.shared()).await
}
