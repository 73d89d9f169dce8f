//! Word to people who are connected right now, whichever replica holds their connection. Redis carries it, one channel
//! for each person who is connected; a replica listens to those of its own.
//!
//! It is a hint and never a record: what is said while nobody listens, or while Redis is away, is gone. Whoever listens
//! is told that they may have [missed](Message::Missed) something, and looks again at what Postgres remembers.

mod bus;
mod hub;

use std::sync::Arc;

use redis::RedisResult;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::mpsc;
use uuid::Uuid;

pub use hub::{Listener, TooMany};

use crate::redis::Redis;
use hub::Hub;

/// Commits whose words may wait for Redis; past that they are dropped, and listeners find out by looking.
const BACKLOG: usize = 10_000;
/// Words in one pipeline.
const SLICE: usize = 1_000;

/// What a connection is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Message {
    /// Something of this name happened.
    Event { name: String, data: Value },
    /// A session is over: its connections close.
    Close { session: Uuid },
    /// The line was down, or has just come up: look again.
    #[serde(skip)]
    Missed,
}

impl Message {
    pub fn event(name: &str, data: Value) -> Self {
        Self::Event {
            name: name.to_owned(),
            data,
        }
    }
}

/// A message, and for whom it is.
#[derive(Clone, Debug)]
pub struct Word {
    pub person: Uuid,
    pub message: Message,
}

#[derive(Clone)]
pub struct Live {
    redis: Redis,
    outbox: mpsc::Sender<Vec<Word>>,
    hub: Arc<Hub>,
}

impl Live {
    /// Starts the loop that carries words to Redis. Nothing listens before somebody is connected.
    pub fn new(redis: Redis) -> Self {
        let (outbox, inbox) = mpsc::channel(BACKLOG);
        #[expect(
            clippy::disallowed_methods,
            reason = "carries hints only; ends with the last clone of the sender"
        )]
        tokio::spawn(carry(redis.clone(), inbox));
        Self {
            hub: Arc::default(),
            redis,
            outbox,
        }
    }

    /// Sends words without waiting for Redis.
    pub fn tell(&self, words: Vec<Word>) {
        if words.is_empty() {
            return;
        }
        if let Err(error) = self.outbox.try_send(words) {
            metrics::counter!("commons_live_dropped_total").increment(1);
            tracing::warn!(%error, "words to connected people were dropped");
        }
    }

    /// Hears what is said to a person from now on; of what was said before, [`Message::Missed`] tells. At most `most`
    /// connections of a person on one replica.
    pub fn listen(&self, person: Uuid, most: usize) -> Result<Listener, TooMany> {
        let start = |commands| bus::start(&self.redis, &self.hub, commands);
        self.hub.join(person, most, start)
    }

    /// Ends all connections of this process, and takes no more: it is about to stop.
    pub fn close(&self) {
        self.hub.close();
    }

    /// How many connections this process holds.
    pub fn connections(&self) -> usize {
        self.hub.connections()
    }
}

fn channel(redis: &Redis, person: Uuid) -> String {
    redis.key(&format!("live:{person}"))
}

/// Whose channel it is.
fn person_of(channel: &str) -> Option<Uuid> {
    let (_, person) = channel.rsplit_once(':')?;
    Uuid::try_parse(person).ok()
}

async fn carry(redis: Redis, mut inbox: mpsc::Receiver<Vec<Word>>) {
    let mut batch = Vec::new();
    while inbox.recv_many(&mut batch, SLICE).await > 0 {
        let count: usize = batch.iter().map(Vec::len).sum();
        if let Err(error) = publish(&redis, batch.drain(..).flatten()).await {
            metrics::counter!("commons_live_dropped_total").increment(count as u64);
            tracing::warn!(%error, count, "Redis took no words to connected people");
        }
    }
}

async fn publish(redis: &Redis, words: impl Iterator<Item = Word>) -> RedisResult<()> {
    let mut pipe = redis::pipe();
    for word in words {
        let text = serde_json::to_string(&word.message).unwrap_or_default();
        pipe.publish(channel(redis, word.person), text).ignore();
    }
    pipe.query_async(&mut redis.shared()).await
}
