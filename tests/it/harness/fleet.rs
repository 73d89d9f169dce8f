//! Processes of their own: workers that can be killed and stopped, servers that can be restarted.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use platform::config::Config;
use platform::jobs::Job;
use platform::{Clock, Platform, signals};
use workers::Plan;

use super::labour::{self, Effect};

const ROLE: &str = "COMMONS_TEST_ROLE";

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
            .env("LOG", "warn")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { child }
    }

    pub fn worker(plan: &str, settings: &HashMap<String, String>) -> Self {
        Self::start(&format!("worker {plan}"), settings)
    }

    pub fn signal(&self, signal: &str) {
        let sent = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
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
    let config = Config::from_env().unwrap();
    runtime.block_on(async {
        let stop = signals::shutdown_token().unwrap();
        let platform = Platform::start(config, Clock::system()).unwrap();
        match role.split_once(' ') {
            Some(("worker", plan)) => {
                let plan: Vec<Plan> = plan.split(' ').map(|plan| plan.parse().unwrap()).collect();
                workers::runtime::run_with(platform, labour::registry(), plan, stop)
                    .await
                    .unwrap();
            }
            Some(("commits_without_telling", key)) => commit_without_telling(&platform, key).await,
            _ if role == "scheduler" => scheduler::run(platform, stop).await,
            _ => panic!("no role {role}"),
        }
    });
    std::process::exit(0);
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
    folder: PathBuf,
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

async fn servers(arguments: &[&str]) -> String {
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
