//! Processes of their own: workers that can be killed and stopped, servers that can be restarted.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use platform::config::Config;
use platform::jobs::Job;
use platform::{Clock, Platform, signals};
use tokio_util::sync::CancellationToken;
use workers::Plan;

use super::client::{Client, PASSWORD};
use super::labour::{self, Effect};
use super::outages;

const ROLE: &str = "COMMONS_TEST_ROLE";
/// By how many milliseconds the clock of a process is wrong.
pub const CLOCK: &str = "COMMONS_TEST_CLOCK";

/// This test binary, run again in a role of the fleet.
pub struct Member {
    child: Child,
}

impl Member {
    pub fn start(role: &str, settings: &HashMap<String, String>) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "harness::fleet::member", "--nocapture"])
            .envs(settings)
            .env(ROLE, role)
            .env("LOG", settings.get("LOG").map_or("warn", String::as_str))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { child }
    }

    pub fn worker(plan: &str, settings: &HashMap<String, String>) -> Self {
        Self::start(&format!("worker {plan}"), settings)
    }

    /// With the handlers of Commons itself.
    pub fn labour(plan: &str, settings: &HashMap<String, String>) -> Self {
        Self::start(&format!("labour {plan}"), settings)
    }

    pub fn signal(&self, signal: &str) {
        let sent = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// The most it ever had, in KiB.
    pub fn most_memory(&self) -> i64 {
        let status = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(status).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.unwrap().trim().trim_end_matches(" kB");
        number.parse().unwrap()
    }

    /// Waits for its end; the exit code, or none after a signal.
    pub async fn end(&mut self) -> Option<i32> {
        for _ in 0..1_200 {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the process did not end");
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Not a test of its own: what a [`Member`] runs. Without a role there is nothing to do.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a role is handed over in the environment"
)]
fn member() {
    let Ok(role) = std::env::var(ROLE) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    rustls::crypto::ring::default_provider()
        .install_default()
        .unwrap();
    let config = Config::from_env().unwrap();
    let telemetry = {
        let _inside = runtime.enter();
        platform::telemetry::start(&config).unwrap()
    };
    runtime.block_on(async {
        let stop = signals::shutdown_token().unwrap();
        let wrong = std::env::var(CLOCK).map_or(0, |millis| millis.parse().unwrap());
        let platform = Platform::start(config, Clock::wrong_by(wrong)).unwrap();
        let grace = platform.config.jobs.grace;
        // A test's thread has a small stack.
        let run = Box::pin(run(&role, platform, stop.clone()));
        signals::bounded(run, grace, &stop).await;
    });
    telemetry.stop();
    std::process::exit(0);
}

async fn run(role: &str, platform: Platform, stop: CancellationToken) {
    match role.split_once(' ') {
        Some(("worker", plan)) => {
            let plan: Vec<Plan> = plan.split(' ').map(|plan| plan.parse().unwrap()).collect();
            workers::runtime::run_with(platform, labour::registry(), plan, stop)
                .await
                .unwrap();
        }
        Some(("labour", plan)) => {
            let plan: Vec<Plan> = plan.split(' ').map(|plan| plan.parse().unwrap()).collect();
            workers::run(platform, plan, stop).await.unwrap();
        }
        Some(("registers_traced", traceparent)) => {
            registers_traced(platform, traceparent).await;
        }
        Some(("commits_without_telling", key)) => commit_without_telling(&platform, key).await,
        _ if role == "api" => api::serve(platform, stop).await.unwrap(),
        // Its clock would enqueue among what a test counts, should it be the right minute.
        _ if role == "scheduler" => scheduler::run_with(platform, Vec::new(), stop).await,
        _ => panic!("no role {role}"),
    }
}

/// A request that belongs to somebody's trace, and the job it causes.
async fn registers_traced(platform: Platform, traceparent: &str) {
    let http = std::sync::Arc::new(api::app(platform.clone()));
    let body = serde_json::json!({ "username": "traced", "email": "traced@example.com", "password": PASSWORD });
    let traced = Client::new(http).header("traceparent", traceparent);
    traced.post("/auth/register", body).await.data(201);
    let stop = CancellationToken::new();
    let labour = workers::run(platform.clone(), Plan::all(), stop.clone());
    let until_done = async {
        let unfinished = "select count(*) from jobs";
        while sqlx::query_scalar::<_, i64>(unfinished)
            .fetch_one(platform.db.pool())
            .await
            .unwrap()
            > 0
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        stop.cancel();
    };
    let (ran, ()) = tokio::join!(labour, until_done);
    ran.unwrap();
}

/// Stands still between the commit and the ticket, to be killed there.
async fn commit_without_telling(platform: &Platform, key: &str) {
    let mut tx = platform.db.begin().await.unwrap();
    let job = Effect {
        key: key.to_owned(),
        wait_ms: 0,
    };
    assert_eq!(Effect::NAME, "test.effect");
    tx.enqueue(job).await.unwrap();
    let _untold = tx.commit_keeping_tickets().await.unwrap();
    std::future::pending::<()>().await;
}

/// A Postgres and a Redis that only this test uses, so that it may restart them.
pub struct Servers {
    pub(super) folder: PathBuf,
    pub database_url: String,
    pub redis_url: String,
}

impl Servers {
    pub async fn start(name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("commons-servers-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let printed = servers(&["start", folder.to_str().unwrap(), "--fast"]).await;
        let setting = |name: &str| {
            let line = printed
                .lines()
                .find_map(|line| line.strip_prefix(&format!("{name}=")));
            line.unwrap_or_else(|| panic!("{printed}")).to_owned()
        };
        Self {
            database_url: setting("DATABASE_URL"),
            redis_url: setting("REDIS_URL"),
            folder,
        }
    }

    pub async fn restart_postgres(&self) {
        servers(&[
            "restart-postgres",
            self.folder.to_str().unwrap(),
            "--immediate",
        ])
        .await;
    }

    /// All of its processes stand still for so long, and nobody is told.
    pub async fn freeze_postgres(&self, span: Duration) {
        let postmaster = self.postmaster();
        let children =
            std::fs::read_to_string(format!("/proc/{postmaster}/task/{postmaster}/children"))
                .unwrap();
        let all: Vec<&str> = children
            .split_whitespace()
            .chain([postmaster.as_str()])
            .collect();
        outages::signal("-STOP", &all);
        tokio::time::sleep(span).await;
        outages::signal("-CONT", &all);
    }

    pub(super) fn postmaster(&self) -> String {
        let file = std::fs::read_to_string(self.folder.join("postgres/postmaster.pid")).unwrap();
        file.lines().next().unwrap().to_owned()
    }

    /// Both, for good.
    pub async fn stop(&self) {
        servers(&["stop", self.folder.to_str().unwrap()]).await;
    }

    pub async fn restart_redis(&self) {
        servers(&["restart-redis", self.folder.to_str().unwrap()]).await;
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/bin/servers");
        let _ = Command::new(script)
            .arg("stop")
            .arg(&self.folder)
            .stderr(Stdio::null())
            .status();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

pub(super) async fn servers(arguments: &[&str]) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/bin/servers");
    let output = tokio::process::Command::new(script)
        .args(arguments)
        .output()
        .await
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The Redis that all tests share.
pub fn shared_redis() -> String {
    super::database::server("REDIS_URL")
}
