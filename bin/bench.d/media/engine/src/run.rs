//! One measurement in a process of its own: how many pictures a second, and the most memory it held.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};
use bench::peak_kib;
use serde_json::json;

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
    figures(command.args(["--work", written.name()]).arg(folder))
}

pub fn theirs(peer: Peer, written: Written, folder: &Path) -> Result<Figures> {
    let mode = match peer {
        Peer::Each => "each",
        Peer::Chain => "chain",
    };
    let asked = json!({ "folder": folder, "written": written.name(), "mode": mode });
    let mut command = bench::node("sharp.mjs")?;
    figures(
        command
            .env("UV_THREADPOOL_SIZE", "1")
            .arg(asked.to_string()),
    )
}

fn figures(command: &mut Command) -> Result<Figures> {
    let told = bench::told(command)?;
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
