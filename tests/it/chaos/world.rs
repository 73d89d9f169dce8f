//! A Commons in five processes on servers of its own, each reaching them over lines that can be disturbed.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use crate::harness::fleet::{CLOCK, Member, Servers};
use crate::harness::outages::run_on;
use crate::harness::proxy::{Fault, Proxy};
use crate::harness::{TestApp, eventually};

pub const API: &str = "api";
pub static WORKERS: [&str; 2] = ["worker 1", "worker 2"];
pub static SCHEDULERS: [&str; 2] = ["scheduler 1", "scheduler 2"];
pub static EVERYBODY: [&str; 5] = [API, "worker 1", "worker 2", "scheduler 1", "scheduler 2"];
const POOLS: &str = "media:1 feed:16 notify:8 mail:4 payments:1 funding:1 maintenance:2";
/// Until a supervisor starts a process again that has ended.
pub const SUPERVISOR: Duration = Duration::from_secs(1);
/// A name that no worker knows.
pub const UNKNOWN: &str = "chaos.nobody_knows";

/// The lines of one process.
struct Lines {
    postgres: Proxy,
    redis: Proxy,
    settings: HashMap<String, String>,
}

/// Which of a process' lines.
#[derive(Clone, Copy)]
pub enum To {
    Postgres,
    Redis,
}

/// The processes end before what they stand on.
pub struct World {
    members: BTreeMap<&'static str, Member>,
    lines: BTreeMap<&'static str, Lines>,
    pub app: TestApp,
    pub servers: Servers,
    pub address: String,
}

impl World {
    pub async fn start(name: &str) -> Self {
        let short: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let servers = Servers::start(&format!("chaos-{short}")).await;
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap().to_string();
        drop(free);
        let public = format!("http://{address}");
        let settings = [("BIND", address.as_str()), ("PUBLIC_URL", public.as_str())];
        let app = TestApp::on_servers(&servers.database_url, &servers.redis_url, &settings).await;
        let mut world = Self {
            members: BTreeMap::new(),
            lines: BTreeMap::new(),
            app: app.leaving_jobs(),
            servers,
            address,
        };
        for name in EVERYBODY {
            let lines = world.connect(&[]).await;
            world.lines.insert(name, lines);
            world.begin(name);
        }
        world.is_up().await;
        world
    }

    async fn connect(&self, more: &[(&str, &str)]) -> Lines {
        let mut settings = self.app.settings.clone();
        let (postgres, database_url) = Proxy::to(&settings["DATABASE_URL"]).await;
        let (redis, redis_url) = Proxy::to(&settings["REDIS_URL"]).await;
        settings.insert("DATABASE_URL".to_owned(), database_url);
        settings.insert("REDIS_URL".to_owned(), redis_url);
        for (name, value) in more {
            settings.insert((*name).to_owned(), (*value).to_owned());
        }
        Lines {
            postgres,
            redis,
            settings,
        }
    }

    async fn is_up(&self) {
        let ready = format!("http://{}/health/ready", self.address);
        eventually("the API is ready", Duration::from_secs(60), async || {
            let answer = reqwest::get(&ready).await;
            answer.is_ok_and(|answer| answer.status().is_success())
        })
        .await;
        eventually(
            "the workers are there",
            Duration::from_secs(60),
            async || self.app.count("select count(*) from job_workers").await == 2,
        )
        .await;
    }

    pub fn begin(&mut self, name: &'static str) {
        let settings = &self.lines[name].settings;
        let member = match name.split(' ').next().unwrap() {
            "worker" => Member::worker(POOLS, settings),
            role => Member::start(role, settings),
        };
        self.members.insert(name, member);
    }

    pub fn signal(&self, name: &str, signal: &str) {
        self.members[name].signal(signal);
    }

    /// Ends a process by a signal; its supervisor starts it again.
    pub async fn end(&mut self, names: &[&'static str], signal: &str) {
        for name in names {
            self.signal(name, signal);
        }
        for name in names {
            self.members.get_mut(name).unwrap().end().await;
        }
        tokio::time::sleep(SUPERVISOR).await;
        for name in names {
            self.begin(name);
        }
    }

    pub async fn freeze(&self, names: &[&str], span: Duration) {
        for name in names {
            self.signal(name, "-STOP");
        }
        tokio::time::sleep(span).await;
        for name in names {
            self.signal(name, "-CONT");
        }
    }

    /// One more process, whose clock is wrong, for so long.
    pub async fn with_wrong_clock(&self, role: &str, millis: i64, span: Duration) {
        let lines = self.connect(&[(CLOCK, &millis.to_string())]).await;
        let mut member = match role {
            "worker" => Member::worker(POOLS, &lines.settings),
            role => Member::start(role, &lines.settings),
        };
        tokio::time::sleep(span).await;
        member.signal("-TERM");
        member.end().await;
    }

    /// The lines of these processes behave so for so long, and are cut after it.
    pub async fn disturb(&self, names: &[&str], to: To, fault: Fault, span: Duration) {
        for name in names {
            self.line(name, to).set(fault);
        }
        tokio::time::sleep(span).await;
        for name in names {
            self.line(name, to).set(Fault::None);
            self.line(name, to).cut();
        }
    }

    pub fn cut(&self, to: To) {
        for name in EVERYBODY {
            self.line(name, to).cut();
        }
    }

    fn line(&self, name: &str, to: To) -> &Proxy {
        match to {
            To::Postgres => &self.lines[name].postgres,
            To::Redis => &self.lines[name].redis,
        }
    }

    pub async fn redis(&self, command: &[&str]) {
        let client = redis::Client::open(self.servers.redis_url.as_str()).unwrap();
        if let Ok(mut connection) = client.get_multiplexed_async_connection().await {
            let mut asked = redis::cmd(command[0]);
            asked.arg(&command[1..]);
            let _: Result<redis::Value, _> = asked.query_async(&mut connection).await;
        }
    }

    /// Over a connection of its own.
    pub async fn sql(&self, statements: String) {
        run_on(&self.app.settings["DATABASE_URL"], &statements).await;
    }

    /// Waits until every effect that was asked for is done or is not going to be.
    pub async fn drained(&self) {
        let until = tokio::time::Instant::now() + Duration::from_secs(60);
        while tokio::time::Instant::now() < until {
            let left: Result<i64, _> = sqlx::query_scalar(
                "select count(*) from jobs where name = 'test.effect' or (told_at is not null and name <> $1)",
            )
            .bind(UNKNOWN)
            .fetch_one(self.app.platform.db.pool())
            .await;
            if left.is_ok_and(|left| left == 0) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}
