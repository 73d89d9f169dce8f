//! Measures feeds: a real `commons api` and `commons worker` beside a plain Express server, on the same Postgres and
//! Redis. `bin/bench feed` starts the servers and calls this.

mod database;
mod fan_out;
mod reads;
mod visible;

use anyhow::Result;
use bench::{Menu, Report, commons};

use database::Database;

const MENU: Menu = Menu {
    usage: "usage: bin/bench feed [--users N] [--alone] [reads|fan-out|visible]…",
    numbers: &[("--users", 10_000)],
    measures: &["reads", "fan-out", "visible"],
    can_be_alone: true,
};

/// Who writes to however many followers.
const POOLS: [&str; 3] = ["feed:8", "mail:2", "maintenance:1"];
const TO_EVERYBODY: [(&str, &str); 1] = [("FEED_FANOUT_MOST", "10000000")];

#[tokio::main]
async fn main() -> Result<()> {
    let wanted = MENU.order()?;
    bench::ready();
    commons(&["migrate"]).await?;
    let mut database = Database::connect().await?;
    furnish(&mut database, i64::try_from(wanted.number("--users"))?).await?;
    let mut report = Report::default();
    for measure in &wanted.measures {
        match *measure {
            "reads" => reads::measure(&mut database, wanted.alone, &mut report).await?,
            "fan-out" => fan_out::measure(&mut database, wanted.alone, &mut report).await?,
            _ => visible::measure(&mut database, &mut report).await?,
        }
        report.print();
    }
    Ok(())
}

/// People who follow each other by a power law, and what they have posted.
async fn furnish(database: &mut Database, users: i64) -> Result<()> {
    let missing = users - database.authors().await?;
    if missing > 0 {
        eprintln!("{missing} people are made up …");
        let number = missing.to_string();
        let mut seed = vec!["admin", "seed", "--yes", "--users", &number];
        seed.extend(["--follows", "30", "--posts", "20"]);
        commons(&seed).await?;
    }
    Ok(())
}
