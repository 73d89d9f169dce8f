//! Measures people at a million users: a real `commons api` over HTTP, beside a plain Express server on the same
//! database. `bin/bench people` starts the servers and calls this.

mod celebrity;
mod database;
mod hashing;
mod kinds;
mod plans;
mod questions;
mod world;

use anyhow::Result;
use bench::{Menu, Report, Wanted, commons};

use database::Database;
use questions::Questions;

const MENU: Menu = Menu {
    usage: "usage: bin/bench people [--users N] [--requests N] [--alone] [search|lists|profiles|celebrity|hashing]…",
    // Requests of each kind.
    numbers: &[("--users", 1_000_000), ("--requests", 3_000)],
    measures: &["search", "lists", "profiles", "celebrity", "hashing"],
    can_be_alone: true,
};

#[tokio::main]
async fn main() -> Result<()> {
    let wanted = MENU.order()?;
    bench::ready();
    let mut report = Report::default();
    commons(&["migrate"]).await?;
    let mut database = Database::connect().await?;
    let users = i64::try_from(wanted.number("--users"))?;
    world::furnish(&mut database, users, &mut report).await?;
    report.print();
    for measure in &wanted.measures {
        let done = run(measure, &wanted, &mut database, &mut report).await;
        report.print();
        done?;
    }
    Ok(())
}

async fn run(
    measure: &'static str,
    wanted: &Wanted,
    database: &mut Database,
    report: &mut Report,
) -> Result<()> {
    let kinds = match measure {
        "search" => kinds::search(&database.sample().await?),
        "lists" => kinds::lists(&database.sample().await?),
        "profiles" => {
            let known = database.most_followed(20).await?;
            kinds::profiles(&database.sample().await?, &known)
        }
        "celebrity" => return celebrity::measure(database, report).await,
        _ => return hashing::measure(report).await,
    };
    let questions = Questions {
        subject: measure,
        kinds,
        requests: wanted.number("--requests"),
        alone: wanted.alone,
    };
    questions.measure(database, report).await
}
