//! What Commons does meanwhile, and what is seen of it from outside: jobs that are enqueued, requests of clients, and how
//! long the oldest job of each pool waits.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::{Stream, StreamExt, stream};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::world::{UNKNOWN, World};
use crate::harness::TestApp;
use crate::harness::labour::Effect;

/// One look at the API and at the pools.
pub const SLOT: Duration = Duration::from_millis(100);
/// A client that has waited for so long has had no answer.
const DEADLINE: Duration = Duration::from_secs(2);
/// A pool whose oldest job waits for longer is not available.
const WAIT: f64 = 2.0;
/// Nothing runs for as long as this: what does is held by nobody.
const LONGEST_RUN: f64 = 4.0;
/// Commits a second, jobs a commit, and how long most of them and every fiftieth run.
const COMMIT_EVERY: Duration = Duration::from_millis(40);
const JOBS: usize = 3;
const SHORT_MS: u64 = 10;
const LONG_MS: u64 = 1_500;
/// One request in so many slots writes.
const WRITES: u64 = 5;

#[derive(Default)]
pub struct Seen {
    /// Keys of effects whose commit was acknowledged.
    pub effects: Vec<String>,
    /// Posts whose creation was answered with 201.
    pub posts: Vec<String>,
    /// When the API was not there for a client; one entry a slot.
    pub api_away: Vec<Instant>,
    pub pools_away: BTreeMap<String, Vec<Instant>>,
}

pub struct Load {
    app: TestApp,
    client: Client,
    base: String,
    token: String,
    stop: CancellationToken,
    seen: Mutex<Seen>,
    last_trouble: Mutex<Instant>,
}

impl Load {
    pub async fn new(world: &World) -> Self {
        let [author, reader] = world.app.given(["author", "reader"]).await;
        reader.post("/users/author/follow", json!({})).await;
        Self {
            app: world.app.beside(&[]),
            client: Client::builder().timeout(DEADLINE).build().unwrap(),
            base: format!("http://{}/api/v1", world.address),
            token: author.authorization().to_owned(),
            stop: CancellationToken::new(),
            seen: Mutex::default(),
            last_trouble: Mutex::new(Instant::now()),
        }
    }

    pub async fn run(&self) {
        let (enqueuing, asking, watching) = (self.enqueue(), self.ask(), self.watch());
        tokio::join!(enqueuing, asking, watching);
    }

    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Since when nothing was amiss.
    pub fn calm_since(&self) -> Instant {
        *self
            .last_trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub fn seen<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn trouble(&self) {
        let mut last = self
            .last_trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *last = Instant::now();
    }

    fn every(&self, span: Duration) -> impl Stream<Item = (u64, Instant)> {
        let mut ticks = tokio::time::interval(span);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        stream::unfold((ticks, 0), |(mut ticks, number)| async move {
            ticks.tick().await;
            Some(((number, Instant::now()), (ticks, number + 1)))
        })
        .take_until(self.stop.clone().cancelled_owned())
    }

    async fn enqueue(&self) {
        let commits = self.every(COMMIT_EVERY);
        let done = commits.for_each_concurrent(8, |(number, _)| async move {
            let keys: Vec<String> = (0..JOBS).map(|job| format!("{number}.{job}")).collect();
            let committed = tokio::time::timeout(DEADLINE, self.commit(number, &keys)).await;
            if matches!(committed, Ok(Ok(()))) {
                self.seen(|seen| seen.effects.extend(keys));
            }
        });
        done.await;
    }

    async fn commit(&self, number: u64, keys: &[String]) -> Result<(), sqlx::Error> {
        let wait_ms = if number.is_multiple_of(50) {
            LONG_MS
        } else {
            SHORT_MS
        };
        let jobs = keys.iter().map(|key| Effect {
            key: key.clone(),
            wait_ms,
        });
        let mut tx = self.app.platform.db.begin().await?;
        tx.enqueue_all(jobs).await?;
        tx.commit().await
    }

    async fn ask(&self) {
        let requests = self.every(SLOT);
        let done = requests.for_each_concurrent(64, |(number, at)| async move {
            let is_answered = match number % WRITES {
                0 => self.write(number).await,
                _ => self.read().await,
            };
            if !is_answered {
                self.trouble();
                self.seen(|seen| seen.api_away.push(at));
            }
        });
        done.await;
    }

    async fn read(&self) -> bool {
        let request = self.client.get(format!("{}/posts/feed", self.base));
        let answer = request.header("authorization", &self.token).send().await;
        answer.is_ok_and(|answer| answer.status() == StatusCode::OK)
    }

    async fn write(&self, number: u64) -> bool {
        let body = json!({ "caption": format!("Number {number}") });
        let request = self.client.post(format!("{}/posts", self.base)).json(&body);
        let answer = request.header("authorization", &self.token).send().await;
        let Ok(answer) = answer else { return false };
        if answer.status() != StatusCode::CREATED {
            return false;
        }
        let Ok(created) = answer.json::<Value>().await else {
            return false;
        };
        let id = created
            .pointer("/data/id")
            .or(created.pointer("/data/post/id"));
        let id = id.and_then(Value::as_str).unwrap_or_default().to_owned();
        self.seen(|seen| seen.posts.push(id));
        true
    }

    async fn watch(&self) {
        let looks = self.every(SLOT);
        let done = looks.for_each_concurrent(64, |(_, at)| async move {
            let away = tokio::time::timeout(DEADLINE, self.pools_that_wait()).await;
            // Where Postgres says nothing, nobody works.
            let away = match away {
                Ok(Ok(away)) => away,
                _ => vec!["feed".to_owned(), "notify".to_owned()],
            };
            if !away.is_empty() {
                self.trouble();
            }
            self.seen(|seen| {
                for pool in away {
                    seen.pools_away.entry(pool).or_default().push(at);
                }
            });
        });
        done.await;
    }

    async fn pools_that_wait(&self) -> Result<Vec<String>, sqlx::Error> {
        let waiting = sqlx::query_scalar(
            "select pool from jobs
             where name <> $1 and case state
                 when 'ready' then extract(epoch from clock_timestamp() - told_at) > $2
                 when 'scheduled' then extract(epoch from clock_timestamp() - due_at) > $2
                 when 'running' then extract(epoch from clock_timestamp() - claimed_at) > $3
                 else false end
             group by pool",
        );
        waiting
            .bind(UNKNOWN)
            .bind(WAIT)
            .bind(LONGEST_RUN)
            .fetch_all(self.app.platform.db.pool())
            .await
    }
}
