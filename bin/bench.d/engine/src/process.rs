//! The programs under measurement: `commons` in its roles, and the peer.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::process::{Child, Command};

use crate::{Client, database_url, peak_kib_of, peers, setting};

/// Nobody comes near it.
const NO_LIMIT: &str = "1000000000/60s";

/// Until a server answers.
const PATIENCE: Duration = Duration::from_secs(30);

/// Makes Postgres write down how it carries out each statement of these connections.
const EXPLAINED: [(&str, &str); 6] = [
    ("session_preload_libraries", "auto_explain"),
    ("auto_explain.log_min_duration", "0"),
    ("auto_explain.log_analyze", "on"),
    ("auto_explain.log_buffers", "on"),
    ("auto_explain.log_timing", "off"),
    ("auto_explain.log_format", "json"),
];

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
    /// `pools` as `commons worker` takes them, and settings that differ from the default.
    pub fn start(pools: &[&str], settings: &[(&str, &str)]) -> Result<Self> {
        let start = |role: &str, pools: &[&str]| {
            let mut command = Command::new(binary());
            command.arg(role).args(pools);
            command.envs(settings.iter().copied());
            command.stdout(Stdio::null()).kill_on_drop(true).spawn()
        };
        Ok(Self {
            _children: [start("worker", pools)?, start("scheduler", &[])?],
        })
    }
}

impl Server {
    pub async fn commons() -> Result<Self> {
        Self::commons_on(&database_url()?).await
    }

    /// Whose statements Postgres explains in its log. Slower: not for figures.
    pub async fn explained() -> Result<Self> {
        let url = database_url()?;
        let mark = if url.contains('?') { '&' } else { '?' };
        let options = EXPLAINED.map(|(name, value)| format!("options[{name}]={value}"));
        Self::commons_on(&format!("{url}{mark}{}", options.join("&"))).await
    }

    async fn commons_on(database: &str) -> Result<Self> {
        let port = free_port()?;
        let mut command = Command::new(binary());
        command
            .arg("api")
            .env("DATABASE_URL", database)
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

    /// The subject's `express.mjs`.
    pub async fn peer() -> Result<Self> {
        let port = free_port()?;
        let mut command = Command::from(peers::node("express.mjs")?);
        command
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
            ensure!(started.elapsed() < PATIENCE, "the server does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(Self { child, client })
    }

    /// The most memory it held so far.
    pub fn peak_mib(&self) -> Result<f64> {
        let process = self.child.id().context("the server has ended")?;
        Ok(peak_kib_of(process)? as f64 / 1024.0)
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
