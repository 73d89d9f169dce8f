//! Measures the job engine beside its peers, on the same servers in the same run, and prints the ratios.
//! `bin/bench jobs` starts the servers and calls this.

mod drain;
mod effects;
mod engine;
mod enqueue;
mod latency;
mod peers;
mod report;

use anyhow::Result;

use engine::Engine;
use report::Report;

#[tokio::main]
async fn main() -> Result<()> {
    let only: Vec<String> = std::env::args().skip(1).collect();
    let wanted = |measure: &str| only.is_empty() || only.iter().any(|name| name == measure);
    let engine = Engine::start().await?;
    let mut report = Report::default();
    if wanted("drain") {
        drain::measure(&engine, &mut report).await?;
    }
    if wanted("effects") {
        effects::measure(&engine, &mut report).await?;
    }
    if wanted("enqueue") {
        enqueue::measure(&engine, &mut report).await?;
    }
    if wanted("latency") {
        latency::measure(&engine, &mut report).await?;
    }
    report.print();
    Ok(())
}
