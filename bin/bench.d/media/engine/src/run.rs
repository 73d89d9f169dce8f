//! One measurement in a process of its own: how many pictures a second, and the most memory it held.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::Written;

#[derive(Clone, Debug)]
pub struct Figures {
    pub rate: f64,
    pub peak_mib: f64,
    /// Of all sizes of a picture together.
    pub bytes: f64,
}

#[derive(Clone, Copy)]
pub enum Peer {
    Each,
    Chain,
}

pub fn ours(written: Written, folder: &Path) -> Result<Figures> {
    let mut command = Command::new(std::env::current_exe()?);
    told(command.args(["--work", written.name()]).arg(folder))
}

pub fn theirs(peer: Peer, written: Written, folder: &Path) -> Result<Figures> {
    let mode = match peer {
        Peer::Each => "each",
        Peer::Chain => "chain",
    };
    let asked = json!({ "folder": folder, "written": written.name(), "mode": mode });
    let mut command = Command::new("node");
    command
        .env("UV_THREADPOOL_SIZE", "1")
        .arg(script()?)
        .arg(asked.to_string());
    told(&mut command)
}

#[expect(
    clippy::disallowed_methods,
    reason = "bin/bench says where the peers are"
)]
fn script() -> Result<PathBuf> {
    let peers = std::env::var("PEERS").context("PEERS is not set: start it by bin/bench")?;
    Ok(PathBuf::from(peers).join("sharp.mjs"))
}

fn told(command: &mut Command) -> Result<Figures> {
    let output = command.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "{command:?} failed");
    let told: Value = serde_json::from_slice(&output.stdout)?;
    let number = |name: &str| told[name].as_f64().context(format!("{name} is missing"));
    Ok(Figures {
        rate: number("pictures")? / number("seconds")?,
        peak_mib: number("peak_kib")? / 1024.0,
        bytes: number("bytes")? / number("pictures")?,
    })
}

/// Our side. A first picture warms up and does not count.
pub fn work(written: Written, folder: &Path) -> Result<()> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    paths.sort();
    let make = |path: &PathBuf| -> Result<usize> {
        let made = workers::media::measured(std::fs::read(path)?, written.formats());
        made.context("a picture was refused")
    };
    make(&paths[0])?;
    let started = Instant::now();
    let mut bytes = 0;
    for path in &paths {
        bytes += make(path)?;
    }
    let seconds = started.elapsed().as_secs_f64();
    let told = json!({ "pictures": paths.len(), "seconds": seconds, "bytes": bytes, "peak_kib": peak_kib()? });
    println!("{told}");
    Ok(())
}

fn peak_kib() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number
        .context("the system does not say how much memory was held")?
        .parse()?)
}
