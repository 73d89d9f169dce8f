//! The one subscription of this process: it follows who is connected, and comes back by itself.

use std::collections::BTreeSet;
use std::sync::{Arc, Weak};
use std::time::Duration;

use futures::StreamExt;
use redis::aio::PubSubSink;
use redis::{Msg, RedisResult};
use tokio::sync::mpsc::UnboundedReceiver;
use uuid::Uuid;

use super::hub::{Command, Hub};
use super::{Message, channel, person_of};
use crate::redis::{Redis, within};

/// How long until a lost line is tried again.
const PAUSE: Duration = Duration::from_millis(250);
/// Channels in one command.
const SLICE: usize = 1_000;
/// A line on which nothing was heard for so long is asked whether it lives.
const SILENCE: Duration = Duration::from_secs(5);

/// Ends when the hub is gone.
pub(super) fn start(redis: &Redis, hub: &Arc<Hub>, commands: UnboundedReceiver<Command>) {
    #[expect(
        clippy::disallowed_methods,
        reason = "listens for as long as the process has a hub"
    )]
    tokio::spawn(follow(redis.clone(), Arc::downgrade(hub), commands));
}

enum Ended {
    /// Nobody can listen any more.
    HubGone,
    LineLost,
}

async fn follow(redis: Redis, hub: Weak<Hub>, mut commands: UnboundedReceiver<Command>) {
    loop {
        match listen(&redis, &hub, &mut commands).await {
            Ok(Ended::HubGone) => return,
            Ok(Ended::LineLost) => tracing::warn!("the line to Redis was lost; listening anew"),
            Err(error) => tracing::warn!(%error, "Redis does not let us listen"),
        }
        if hub.strong_count() == 0 {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn listen(
    redis: &Redis,
    hub: &Weak<Hub>,
    commands: &mut UnboundedReceiver<Command>,
) -> RedisResult<Ended> {
    // Whoever came or went until now is among those we begin with, or is not.
    while commands.try_recv().is_ok() {}
    let (mut sink, mut heard) = answered(redis.pubsub()).await?.split();
    let Some(people) = hub.upgrade().map(|hub| hub.people()) else {
        return Ok(Ended::HubGone);
    };
    for slice in people.chunks(SLICE) {
        answered(sink.subscribe(channels(redis, slice))).await?;
    }
    if let Some(hub) = hub.upgrade() {
        hub.missed();
    }
    let mut said = Vec::new();
    loop {
        tokio::select! {
            count = commands.recv_many(&mut said, SLICE) => match count {
                0 => return Ok(Ended::HubGone),
                _ => obey(redis, hub, &mut sink, &mut said).await?,
            },
            message = heard.next() => match (message, hub.upgrade()) {
                (Some(message), Some(hub)) => deliver(&hub, &message),
                (None, _) => return Ok(Ended::LineLost),
                (_, None) => return Ok(Ended::HubGone),
            },
            () = tokio::time::sleep(SILENCE) => answered(sink.ping::<()>()).await?,
        }
    }
}

/// By the time commands are obeyed, whom they are about may have left, or come back.
async fn obey(
    redis: &Redis,
    hub: &Weak<Hub>,
    sink: &mut PubSubSink,
    said: &mut Vec<Command>,
) -> RedisResult<()> {
    let Some(hub) = hub.upgrade() else {
        return Ok(());
    };
    let (mut joined, mut left) = (BTreeSet::new(), BTreeSet::new());
    for command in said.drain(..) {
        match command {
            Command::Join(person) if hub.has(person) => joined.insert(person),
            Command::Leave(person) if !hub.has(person) => left.insert(person),
            Command::Join(_) | Command::Leave(_) => false,
        };
    }
    if !left.is_empty() {
        answered(sink.unsubscribe(channels(redis, &left))).await?;
    }
    if !joined.is_empty() {
        answered(sink.subscribe(channels(redis, &joined))).await?;
    }
    for person in joined {
        hub.deliver(person, &Message::Missed);
    }
    Ok(())
}

fn channels<'a>(redis: &Redis, people: impl IntoIterator<Item = &'a Uuid>) -> Vec<String> {
    let channels = people.into_iter().map(|person| channel(redis, *person));
    channels.collect()
}

async fn answered<T>(asking: impl Future<Output = RedisResult<T>>) -> RedisResult<T> {
    within(SILENCE, asking).await
}

fn deliver(hub: &Hub, heard: &Msg) {
    let person = person_of(heard.get_channel_name());
    let message = serde_json::from_slice(heard.get_payload_bytes());
    match (person, message) {
        (Some(person), Ok(message)) => hub.deliver(person, &message),
        // A newer release may say what this one does not understand.
        _ => tracing::debug!("heard something that is no message"),
    }
}
