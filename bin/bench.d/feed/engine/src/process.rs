//! The programs under measurement: `commons`, and the peer.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::process::{Child, Command};

use crate::client::Client;

/// Nobody comes near it.
const NO_LIMIT: &str = "1000000000/60s";

/// A server that ends with this program at the latest.
pub struct Server {
    child: Child,
    pub client: Client,
}

/// A worker and a scheduler that end with this program at the latest.
pub struct Labour {
    _children: [Child; 2],
}

/// Runs a command of `commons` to its end.
pub async fn commons(arguments: &[&str]) -> Result<()> {
    let status = Command::new(binary())
        .args(arguments)
        .stdout(Stdio::null())
        .status()
        .await
        .with_context(|| binary().display().to_string())?;
    ensure!(status.success(), "commons {} failed", arguments.join(" "));
    Ok(())
}

impl Labour {
    /// Who writes to however many followers.
    pub fn start() -> Result<Self> {
        let start = |arguments: &[&str]| {
            let mut command = Command::new(binary());
            command.args(arguments).env("FEED_FANOUT_MOST", "10000000");
            command.stdout(Stdio::null()).kill_on_drop(true).spawn()
        };
        let pools = ["worker", "feed:8", "mail:2", "maintenance:1"];
        Ok(Self {
            _children: [start(&pools)?, start(&["scheduler"])?],
        })
    }
}

impl Server {
    pub async fn commons() -> Result<Self> {
        let port = free_port()?;
        let mut command = Command::new(binary());
        command
            .arg("api")
            .env("BIND", format!("127.0.0.1:{port}"))
            .env("AUTH_ACCESS_TTL", "24h");
        for guesses in ["GUESSES_PER_ACCOUNT", "GUESSES_PER_ADDRESS"] {
            command.env(guesses, "1000000");
        }
        for limit in ["RATE_LIMIT", "AUTH_RATE_LIMIT"] {
            command.env(limit, NO_LIMIT);
        }
        let root = format!("http://127.0.0.1:{port}");
        Self::start(command, &root, &format!("{root}/api/v1")).await
    }

    pub async fn peer() -> Result<Self> {
        let folder = setting("PEERS").context("PEERS names the folder of the peer")?;
        let port = free_port()?;
        let mut command = Command::new("node");
        command
            .arg(PathBuf::from(folder).join("express.mjs"))
            .env("NODE_ENV", "production")
            .env("PORT", port.to_string());
        let root = format!("http://127.0.0.1:{port}");
        Self::start(command, &root, &root).await
    }

    /// `root` answers /health/live once it is up; `base` is what paths are under.
    async fn start(mut command: Command, root: &str, base: &str) -> Result<Self> {
        let child = command.stdout(Stdio::null()).kill_on_drop(true).spawn();
        let mut child = child.with_context(|| format!("{:?}", command.as_std().get_program()))?;
        let client = Client::new(root, base)?;
        let started = Instant::now();
        while client.is_live().await.is_err() {
            if let Some(status) = child.try_wait()? {
                anyhow::bail!("the server ended before it answered: {status}");
            }
            ensure!(
                started.elapsed() < Duration::from_secs(30),
                "the server does not answer"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(Self { child, client })
    }

    pub async fn stop(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }
}

/// Free now; nobody else is expected to ask for it in the next moment.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn binary() -> PathBuf {
    setting("COMMONS_BIN")
        .unwrap_or_else(|| "target/release/commons".to_owned())
        .into()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a tool of the developer's, not a role of the product"
)]
pub fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
