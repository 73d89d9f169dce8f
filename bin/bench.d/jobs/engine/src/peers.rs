//! The peers: programs of their own that print one line of JSON.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

pub fn graphile(measure: &str, options: &Value) -> Result<f64> {
    rate(&node("graphile.mjs", measure, options)?)
}

pub fn bullmq(measure: &str, options: &Value) -> Result<f64> {
    rate(&node("bullmq.mjs", measure, options)?)
}

pub fn graphile_latency(options: &Value) -> Result<(f64, f64)> {
    percentiles(&node("graphile.mjs", "latency", options)?)
}

pub fn bullmq_latency(options: &Value) -> Result<(f64, f64)> {
    percentiles(&node("bullmq.mjs", "latency", options)?)
}

/// Transactions a second of `script`.
pub fn pgbench(clients: u64, transactions: u64, script: &str) -> Result<f64> {
    let file = std::env::temp_dir().join(format!("commons-{}.pgbench", std::process::id()));
    std::fs::write(&file, script)?;
    let output = Command::new(setting("PGBENCH").unwrap_or_else(|| "pgbench".into()))
        .args(["-n", "-M", "prepared", "-D", "n=0", "-j", "2"])
        .args([
            "-c",
            &clients.to_string(),
            "-t",
            &transactions.to_string(),
            "-f",
        ])
        .arg(&file)
        .arg(setting("DATABASE_URL").unwrap_or_default())
        .stderr(Stdio::inherit())
        .output()
        .context("pgbench")?;
    std::fs::remove_file(&file)?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let tps = text.lines().find_map(|line| line.strip_prefix("tps = "));
    let tps = tps
        .and_then(|rest| rest.split(' ').next())
        .with_context(|| text.clone())?;
    Ok(tps.parse()?)
}

fn node(program: &str, measure: &str, options: &Value) -> Result<Value> {
    let folder = PathBuf::from(setting("PEERS").context("PEERS names the folder of the peers")?);
    eprintln!("{program} {measure} {options}");
    let output = Command::new("node")
        .arg(folder.join(program))
        .args([measure, &options.to_string()])
        .stderr(Stdio::inherit())
        .output()
        .context("node")?;
    ensure!(output.status.success(), "{program} {measure} failed");
    let text = String::from_utf8(output.stdout)?;
    let line = text.lines().last().context("a peer prints one line")?;
    Ok(serde_json::from_str(line)?)
}

fn rate(answer: &Value) -> Result<f64> {
    answer["per_second"]
        .as_f64()
        .with_context(|| answer.to_string())
}

fn percentiles(answer: &Value) -> Result<(f64, f64)> {
    let at = |name: &str| answer[name].as_f64().with_context(|| answer.to_string());
    Ok((at("p50_ms")?, at("p99_ms")?))
}

#[expect(
    clippy::disallowed_methods,
    reason = "a tool of the developer's, not a role of the product"
)]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
