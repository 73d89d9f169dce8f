//! The peers: programs of their own that print one line of JSON.

use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use bench::{database_url, setting, told};
use serde_json::Value;

pub fn graphile(measure: &str, options: &Value) -> Result<f64> {
    rate(&node("graphile.mjs", measure, options)?)
}

pub fn bullmq(measure: &str, options: &Value) -> Result<f64> {
    rate(&node("bullmq.mjs", measure, options)?)
}

pub fn graphile_latency(options: &Value) -> Result<[f64; 2]> {
    percentiles(&node("graphile.mjs", "latency", options)?)
}

pub fn bullmq_latency(options: &Value) -> Result<[f64; 2]> {
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
        .arg(database_url()?)
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
    eprintln!("{program} {measure} {options}");
    told(bench::node(program)?.args([measure, &options.to_string()]))
}

fn rate(answer: &Value) -> Result<f64> {
    answer["per_second"]
        .as_f64()
        .with_context(|| answer.to_string())
}

fn percentiles(answer: &Value) -> Result<[f64; 2]> {
    let at = |name: &str| answer[name].as_f64().with_context(|| answer.to_string());
    Ok([at("p50_ms")?, at("p99_ms")?])
}
