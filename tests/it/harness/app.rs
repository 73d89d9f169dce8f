//! A Commons for one test.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use api::app;
use platform::config::Config;
use platform::jobs::Job;
use platform::{Clock, Platform};
use poem::endpoint::BoxEndpoint;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use workers::{Plan, Registry};

use super::client::Client;
use super::{database, eventually};

pub const SIGNING_KEY: &str = "test:0123456789abcdef0123456789abcdef";

pub struct TestApp {
    pub platform: Platform,
    pub clock: Clock,
    pub(super) http: std::sync::Arc<BoxEndpoint<'static>>,
    pub settings: HashMap<String, String>,
    folder: PathBuf,
    /// Jobs that a test leaves on purpose.
    leaves_jobs: bool,
    /// What it stands on belongs to another, which cleans up.
    is_guest: bool,
}

impl TestApp {
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// With settings of one's own, as the environment has them.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        Self::with_clock(settings, Clock::frozen_at(Clock::system().now())).await
    }

    /// With a clock that runs: for tests whose workers are processes of their own.
    pub async fn in_real_time(settings: &[(&str, &str)]) -> Self {
        Self::with_clock(settings, Clock::system()).await
    }

    /// On servers of the test's own.
    pub async fn on_servers(database: &str, redis: &str, settings: &[(&str, &str)]) -> Self {
        let url = database::create_on(database, "test").await;
        let mut all = vec![("DATABASE_URL", url.as_str()), ("REDIS_URL", redis)];
        all.extend(settings);
        Self::with_clock(&all, Clock::system()).await
    }

    async fn with_clock(settings: &[(&str, &str)], clock: Clock) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let name = format!("test_{}", platform::new_id(&Clock::system()).simple());
        let folder = std::env::temp_dir().join("commons-tests").join(&name);
        let mut all: HashMap<String, String> = HashMap::from([
            ("DATABASE_POOL".to_owned(), "10".to_owned()),
            ("REDIS_URL".to_owned(), database::server("REDIS_URL")),
            ("REDIS_PREFIX".to_owned(), name.clone()),
            ("AUTH_KEYS".to_owned(), SIGNING_KEY.to_owned()),
            (
                "MAIL_DIR".to_owned(),
                folder.join("mail").display().to_string(),
            ),
            (
                "STORAGE_DIR".to_owned(),
                folder.join("storage").display().to_string(),
            ),
            ("RATE_LIMIT".to_owned(), "100000/60s".to_owned()),
            ("AUTH_RATE_LIMIT".to_owned(), "100000/60s".to_owned()),
        ]);
        all.extend(
            settings
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        if !all.contains_key("DATABASE_URL") {
            all.insert("DATABASE_URL".to_owned(), database::create(&name).await);
        }
        Self::from_settings(all, folder, clock)
    }

    fn from_settings(settings: HashMap<String, String>, folder: PathBuf, clock: Clock) -> Self {
        let config = Config::read(&|name| settings.get(name).cloned())
            .unwrap_or_else(|problems| panic!("{problems}"));
        let platform = Platform::start(config, clock.clone()).unwrap();
        Self {
            http: std::sync::Arc::new(app(platform.clone())),
            platform,
            clock,
            settings,
            folder,
            leaves_jobs: false,
            is_guest: false,
        }
    }

    /// Another process of the same Commons, with other settings.
    pub fn beside(&self, settings: &[(&str, &str)]) -> Self {
        let mut all = self.settings.clone();
        let own = settings.iter();
        all.extend(own.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let mut guest = Self::from_settings(all, self.folder.clone(), self.clock.clone());
        guest.is_guest = true;
        guest
    }

    pub fn leaving_jobs(mut self) -> Self {
        self.leaves_jobs = true;
        self
    }

    /// Somebody who is not signed in.
    pub fn anonymous(&self) -> Client {
        Client::new(self.http.clone())
    }

    /// Runs workers until nothing is ready or running, then stops them.
    pub async fn drain(&self) {
        self.drain_with(workers::registry()).await;
    }

    pub async fn drain_with(&self, registry: Registry) {
        let crew = self.crew(registry, Plan::all());
        eventually("all jobs have run", Duration::from_secs(60), async || {
            self.unfinished().await == 0
        })
        .await;
        crew.dismiss().await;
    }

    /// Workers that run until they are dismissed.
    pub fn crew(&self, registry: Registry, plan: Vec<Plan>) -> Crew {
        let stop = CancellationToken::new();
        let run = workers::runtime::run_with(self.platform.clone(), registry, plan, stop.clone());
        #[expect(clippy::disallowed_methods, reason = "ends with the crew")]
        let workers = tokio::spawn(run);
        Crew { stop, workers }
    }

    /// Jobs that are ready or running.
    pub async fn unfinished(&self) -> i64 {
        self.count("select count(*) from jobs where told_at is not null")
            .await
    }

    pub async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query)
            .fetch_one(self.platform.db.pool())
            .await
            .unwrap()
    }

    /// One statement or several, past the API.
    pub async fn run(&self, statements: &'static str) {
        sqlx::raw_sql(statements)
            .execute(self.platform.db.pool())
            .await
            .unwrap();
    }

    pub async fn effects(&self, key: &str) -> i64 {
        sqlx::query_scalar("select count(*) from effects where key = $1")
            .bind(key)
            .fetch_one(self.platform.db.pool())
            .await
            .unwrap()
    }

    /// The jobs of a kind that wait, the oldest first.
    pub async fn enqueued<J: Job + DeserializeOwned>(&self) -> Vec<J> {
        let payloads: Vec<Value> =
            sqlx::query_scalar("select payload from jobs where name = $1 and state in ('ready', 'scheduled') order by id")
                .bind(J::NAME)
                .fetch_all(self.platform.db.pool())
                .await
                .unwrap();
        payloads
            .into_iter()
            .map(|payload| serde_json::from_value(payload).unwrap())
            .collect()
    }

    pub async fn enqueue<J: Job>(&self, job: J) -> Uuid {
        let mut tx = self.platform.db.begin().await.unwrap();
        let id = tx.enqueue(job).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    pub async fn enqueue_all<J: Job>(&self, jobs: impl IntoIterator<Item = J>) {
        let mut tx = self.platform.db.begin().await.unwrap();
        tx.enqueue_all(jobs).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Enqueues every job that has finished once more, as if its worker had died after the effect.
    pub async fn replay(&self) -> u64 {
        let replayed = sqlx::query(
            "insert into jobs (id, max_attempts, class, told_at, created_at, actor, state, name, pool, payload)
             select gen_random_uuid(), 20, class, clock_timestamp(), created_at, actor, 'ready', name, pool, payload
             from finished_jobs",
        )
        .execute(self.platform.db.pool())
        .await
        .unwrap();
        self.platform.redis.wipe().await.unwrap();
        self.sweep().await;
        replayed.rows_affected()
    }

    /// What the scheduler's relay does in a moment.
    pub async fn relay(&self) {
        scheduler::relay::once(&self.platform).await.unwrap();
    }

    pub async fn sweep(&self) {
        scheduler::sweeps::once(&self.platform).await.unwrap();
    }

    /// Mails that were sent, the oldest first, as text.
    pub fn mails(&self) -> Vec<String> {
        self.kept("eml")
    }

    /// Text messages that were sent, the oldest first.
    pub fn texts(&self) -> Vec<String> {
        self.kept("sms")
    }

    /// Pushes that were sent, the oldest first.
    pub fn pushes(&self) -> Vec<Value> {
        let kept = self.kept("push");
        kept.iter()
            .map(|push| serde_json::from_str(push).unwrap())
            .collect()
    }

    fn kept(&self, ending: &str) -> Vec<String> {
        let folder = self.folder.join("mail");
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
            .map(|files| files.filter_map(|file| Some(file.ok()?.path())).collect())
            .unwrap_or_default();
        files.retain(|file| file.extension().is_some_and(|kind| kind == ending));
        files.sort();
        files
            .iter()
            .map(|file| std::fs::read_to_string(file).unwrap())
            .collect()
    }
}

pub struct Crew {
    stop: CancellationToken,
    workers: tokio::task::JoinHandle<Result<(), workers::runtime::RunError>>,
}

impl Crew {
    pub async fn dismiss(self) {
        self.stop.cancel();
        self.workers.await.unwrap().unwrap();
    }
}

/// A job that nobody ran is a forgotten one: the test says so, unless it is failing already.
impl Drop for TestApp {
    fn drop(&mut self) {
        if self.is_guest {
            return;
        }
        let (platform, url) = (self.platform.clone(), self.settings["DATABASE_URL"].clone());
        let checks = !self.leaves_jobs && !std::thread::panicking();
        let left = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let waiting: i64 =
                    sqlx::query_scalar("select count(*) from jobs where told_at is not null")
                        .fetch_one(platform.db.of_one().pool())
                        .await
                        .unwrap_or(0);
                let redis = redis::Client::open(platform.config.redis.url.expose()).unwrap();
                if let Ok(mut connection) = redis.get_multiplexed_async_connection().await {
                    let keys: Vec<String> = redis::cmd("KEYS")
                        .arg(platform.redis.key("*"))
                        .query_async(&mut connection)
                        .await
                        .unwrap_or_default();
                    if !keys.is_empty() {
                        let _: Result<(), _> = redis::cmd("DEL")
                            .arg(keys)
                            .query_async(&mut connection)
                            .await;
                    }
                }
                database::drop(&url).await;
                waiting
            })
        })
        .join()
        .unwrap_or(0);
        let _ = std::fs::remove_dir_all(&self.folder);
        assert!(
            !checks || left == 0,
            "{left} job(s) were enqueued and never run: drain() them, or say leaving_jobs()"
        );
    }
}
