//! The most memory that a process ever held, as the system tells it.

use anyhow::{Context, Result};

/// Of this process.
pub fn peak_kib() -> Result<u64> {
    read("self")
}

/// Of another one that still runs.
pub fn peak_kib_of(process: u32) -> Result<u64> {
    read(&process.to_string())
}

fn read(process: &str) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    let number = number.context("the system does not say how much memory was held")?;
    Ok(number.parse()?)
}
