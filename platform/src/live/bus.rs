//! The one subscription of this process: it follows who is connected, and comes back by itself.

use std::sync::{Arc, Weak};
use std::time::Duration;

use futures::StreamExt;
use redis::aio::PubSubSink;
use redis::{Msg, RedisResult};
use tokio::sync::mpsc::UnboundedReceiver;

use super::hub::{Command, Hub};
use super::{Message, channel, person_of};
use crate::redis::Redis;

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
    let (mut sink, mut heard) = redis.pubsub().await?.split();
    let Some(people) = hub.upgrade().map(|hub| hub.people()) else {
        return Ok(Ended::HubGone);
    };
    for slice in people.chunks(SLICE) {
        let channels: Vec<String> = slice.iter().map(|person| channel(redis, *person)).collect();
        sink.subscribe(channels).await?;
    }
    if let Some(hub) = hub.upgrade() {
        hub.missed();
    }
    loop {
        tokio::select! {
            command = commands.recv() => match command {
                Some(command) => obey(redis, hub, &mut sink, command).await?,
                None => return Ok(Ended::HubGone),
            },
            message = heard.next() => match (message, hub.upgrade()) {
                (Some(message), Some(hub)) => deliver(&hub, &message),
                (None, _) => return Ok(Ended::LineLost),
                (_, None) => return Ok(Ended::HubGone),
            },
            () = tokio::time::sleep(SILENCE) => sink.ping::<()>().await?,
        }
    }
}

/// By the time a command is obeyed, whom it is about may have left, or come back.
async fn obey(
    redis: &Redis,
    hub: &Weak<Hub>,
    sink: &mut PubSubSink,
    command: Command,
) -> RedisResult<()> {
    let is_here = |person| hub.upgrade().is_some_and(|hub| hub.has(person));
    match command {
        Command::Join(person) if is_here(person) => {
            sink.subscribe(channel(redis, person)).await?;
            if let Some(hub) = hub.upgrade() {
                hub.deliver(person, &Message::Missed);
            }
        }
        Command::Leave(person) if !is_here(person) => {
            sink.unsubscribe(channel(redis, person)).await?;
        }
        Command::Join(_) | Command::Leave(_) => {}
    }
    Ok(())
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
