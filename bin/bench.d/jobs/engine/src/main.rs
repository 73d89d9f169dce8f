//! Measures the job engine beside its peers, on the same servers in the same run, and prints the ratios.
//! `bin/bench jobs` starts the servers and calls this.

mod drain;
mod effects;
mod engine;
mod enqueue;
mod latency;
mod peers;

use anyhow::Result;
use bench::{Menu, Report};

use engine::Engine;

const MENU: Menu = Menu {
    usage: "usage: bin/bench jobs [drain|effects|enqueue|latency]…",
    numbers: &[],
    measures: &["drain", "effects", "enqueue", "latency"],
    can_be_alone: false,
};

#[tokio::main]
async fn main() -> Result<()> {
    let wanted = MENU.order()?;
    let engine = Engine::start().await?;
    let mut report = Report::default();
    if wanted.has("drain") {
        drain::measure(&engine, &mut report).await?;
    }
    if wanted.has("effects") {
        effects::measure(&engine, &mut report).await?;
    }
    if wanted.has("enqueue") {
        enqueue::measure(&engine, &mut report).await?;
    }
    if wanted.has("latency") {
        latency::measure(&engine, &mut report).await?;
    }
    report.print();
    Ok(())
}
