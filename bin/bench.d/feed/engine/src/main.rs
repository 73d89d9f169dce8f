//! Measures feeds: a real `commons api` and `commons worker` beside a plain Express server, on the same Postgres and
//! Redis. `bin/bench feed` starts the servers and calls this.

mod client;
mod database;
mod fan_out;
mod figures;
mod process;
mod reads;
mod visible;

use anyhow::{Context, Result, bail};

use database::Database;
use figures::Report;

const USERS: i64 = 10_000;
const USAGE: &str = "usage: bin/bench feed [--users N] [--alone] [reads|fan-out|visible]…";
const ALL: [&str; 3] = ["reads", "fan-out", "visible"];

struct Wanted {
    users: i64,
    /// Without the peer.
    alone: bool,
    measures: Vec<&'static str>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let wanted = Wanted::read(std::env::args().skip(1))?;
    // None of the addresses is https, but the client will not start without.
    let _ = rustls::crypto::ring::default_provider().install_default();
    process::commons(&["migrate"]).await?;
    let mut database = Database::connect().await?;
    furnish(&mut database, wanted.users).await?;
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
        process::commons(&seed).await?;
    }
    Ok(())
}

impl Wanted {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let (mut users, mut alone, mut measures) = (USERS, false, Vec::new());
        while let Some(word) = words.next() {
            if word == "--users" {
                users = words.next().context(USAGE)?.parse().context(USAGE)?;
            } else if word == "--alone" {
                alone = true;
            } else if let Some(measure) = ALL.into_iter().find(|name| *name == word) {
                measures.push(measure);
            } else {
                bail!(USAGE);
            }
        }
        if measures.is_empty() {
            measures.extend(ALL);
        }
        Ok(Self {
            users,
            alone,
            measures,
        })
    }
}
