//! One open stream: what it has shown, and what it shows next.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use domain::media::MediaProgress;
use domain::notifications::{self, Changed, Notification, UnreadCount};
use domain::people::Actor;
use domain::{Error, NotificationId, Result, identity};
use futures::Stream;
use platform::Platform;
use platform::live::{Listener, Message};
use poem_openapi::types::ToJSON;
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

/// Notifications that are read at once.
const PAGE: i64 = 50;

/// How long a client waits until it comes back.
const COME_BACK: &str = "retry: 2000\n\n";
const HEARTBEAT: &str = ": still here\n\n";

/// Postgres was away: look again soon.
const SOON: Duration = Duration::from_secs(1);

pub(super) struct Feed {
    platform: Arc<Platform>,
    actor: Actor,
    listener: Listener,
    /// Up to here all has been shown.
    place: Uuid,
    unread: Option<UnreadCount>,
    chunks: VecDeque<String>,
    /// There is more to look at than was seen: look then.
    again: Option<Instant>,
    /// When it shows next that it lives, whatever is said meanwhile.
    beat: Instant,
    is_over: bool,
}

impl Feed {
    pub(super) fn new(
        platform: Arc<Platform>,
        actor: Actor,
        listener: Listener,
        place: Uuid,
    ) -> Self {
        let now = Instant::now();
        Self {
            beat: now + platform.config.notifications.heartbeat,
            platform,
            actor,
            listener,
            place,
            unread: None,
            chunks: VecDeque::from([COME_BACK.to_owned()]),
            again: Some(now),
            is_over: false,
        }
    }

    /// What is sent, as fast as the client takes it.
    pub(super) fn chunks(self) -> impl Stream<Item = io::Result<String>> + Send + 'static {
        futures::stream::unfold(self, async |mut feed| {
            loop {
                if let Some(chunk) = feed.chunks.pop_front() {
                    return Some((Ok(chunk), feed));
                }
                if feed.is_over {
                    return None;
                }
                feed.wait().await;
            }
        })
    }

    async fn wait(&mut self) {
        let due = self.again.map_or(self.beat, |again| again.min(self.beat));
        tokio::select! {
            heard = self.listener.hear() => self.take(heard).await,
            () = tokio::time::sleep_until(due) => match due == self.beat {
                true => self.show_life().await,
                false => self.look().await,
            },
        }
    }

    async fn take(&mut self, heard: Option<Message>) {
        match heard {
            None => self.is_over = true,
            Some(Message::Close { session }) => self.is_over = session == self.actor.session.0,
            Some(Message::Missed) => self.look_twice().await,
            Some(Message::Event { name, data }) if name == Changed::EVENT => {
                self.tell_gone(data);
                self.look().await;
            }
            Some(Message::Event { name, data }) if name == MediaProgress::EVENT => {
                self.chunks.push_back(event("media", &data));
            }
            Some(Message::Event { .. }) => {}
        }
    }

    async fn show_life(&mut self) {
        self.beat = Instant::now() + self.platform.config.notifications.heartbeat;
        self.chunks.push_back(HEARTBEAT.to_owned());
        self.look_twice().await;
    }

    /// Whether the session still stands, then what there is.
    async fn look_twice(&mut self) {
        match identity::standing(&self.platform, self.actor).await {
            Err(Error::Unauthenticated(_)) => self.is_over = true,
            // Whoever cannot be asked is not taken for gone.
            Ok(_) | Err(_) => self.look().await,
        }
    }

    async fn look(&mut self) {
        self.again = None;
        if let Err(error) = self.read().await {
            tracing::warn!(%error, "a stream could not look; it will again");
            self.again = Some(Instant::now() + SOON);
        }
    }

    async fn read(&mut self) -> Result<()> {
        let (user, defaults) = (self.actor.user, &self.platform.config.people);
        let mut connection = self.platform.db.acquire().await?;
        let found = notifications::after(&mut connection, defaults, user, self.place, PAGE).await?;
        let unread = notifications::unread_count(&mut connection, user).await?;
        drop(connection);
        if i64::try_from(found.len()) == Ok(PAGE) {
            self.again = Some(Instant::now());
        }
        for notification in found {
            self.place = notification.place;
            self.chunks.push_back(told(&notification));
        }
        if self.unread != Some(unread) {
            self.unread = Some(unread);
            let unread = unread.to_json().unwrap_or_default();
            self.chunks.push_back(event("unread_count", &unread));
        }
        Ok(())
    }

    fn tell_gone(&mut self, data: Value) {
        let changed: Changed = serde_json::from_value(data).unwrap_or_default();
        for NotificationId(id) in changed.gone {
            self.chunks
                .push_back(event("deleted", &json!({ "id": id })));
        }
    }
}

fn told(notification: &Notification) -> String {
    let data = notification.to_json().unwrap_or_default();
    format!(
        "id: {}\n{}",
        notification.place,
        event("notification", &data)
    )
}

/// JSON has no line breaks of its own.
fn event(name: &str, data: &Value) -> String {
    format!("event: {name}\ndata: {data}\n\n")
}
