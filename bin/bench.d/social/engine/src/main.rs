//! Measures searches and trends at a million posts: a real `commons api` over HTTP and the computation of trends as a
//! worker does it, beside a plain Express server on the same database. `bin/bench social` starts the servers and calls
//! this.

mod search;
mod trends;
mod world;

use anyhow::Result;
use bench::{Menu, Report, commons};

const MENU: Menu = Menu {
    usage: "usage: bin/bench social [--posts N] [--requests N] [--alone] [search|trends]…",
    // Requests of each kind.
    numbers: &[("--posts", 1_000_000), ("--requests", 3_000)],
    measures: &["search", "trends"],
    can_be_alone: true,
};

#[tokio::main]
async fn main() -> Result<()> {
    let wanted = MENU.order()?;
    bench::ready();
    commons(&["migrate"]).await?;
    let mut report = Report::default();
    let posts = i64::try_from(wanted.number("--posts"))?;
    report.note(world::furnish(posts, wanted.alone).await?);
    report.print();
    if wanted.has("search") {
        search::measure(wanted.number("--requests"), wanted.alone, &mut report).await?;
        report.print();
    }
    if wanted.has("trends") {
        trends::measure(wanted.alone, &mut report).await?;
        report.print();
    }
    Ok(())
}
