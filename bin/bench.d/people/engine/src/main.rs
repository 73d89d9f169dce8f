//! Measures people at a million users: a real `commons api` over HTTP, beside a plain Express server on the same
//! database. `bin/bench people` starts the servers and calls this.

mod celebrity;
mod client;
mod database;
mod hashing;
mod kinds;
mod load;
mod plans;
mod process;
mod questions;
mod report;
mod world;

use anyhow::{Context, Result, bail};

use database::Database;
use report::Report;

const USERS: i64 = 1_000_000;
const USAGE: &str =
    "usage: bin/bench people [--users N] [search|lists|profiles|celebrity|hashing]…";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Measure {
    Search,
    Lists,
    Profiles,
    Celebrity,
    Hashing,
}

const ALL: [(&str, Measure); 5] = [
    ("search", Measure::Search),
    ("lists", Measure::Lists),
    ("profiles", Measure::Profiles),
    ("celebrity", Measure::Celebrity),
    ("hashing", Measure::Hashing),
];

struct Wanted {
    users: i64,
    measures: Vec<Measure>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let wanted = Wanted::read(std::env::args().skip(1))?;
    // None of the addresses is https, but the client will not start without.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut report = Report::default();
    process::commons(&["migrate"]).await?;
    let mut database = Database::connect().await?;
    world::furnish(&mut database, wanted.users, &mut report).await?;
    let sample = database.sample().await?;
    for measure in wanted.measures {
        let (database, report) = (&mut database, &mut report);
        match measure {
            Measure::Search => {
                questions::measure("search", kinds::search(&sample), database, report).await?;
            }
            Measure::Lists => {
                questions::measure("lists", kinds::lists(&sample), database, report).await?;
            }
            Measure::Profiles => {
                let known = database.most_followed(20).await?;
                let kinds = kinds::profiles(&sample, &known);
                questions::measure("profiles", kinds, database, report).await?;
            }
            Measure::Celebrity => celebrity::measure(database, report).await?,
            Measure::Hashing => hashing::measure(report).await?,
        }
    }
    report.print();
    Ok(())
}

impl Wanted {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let (mut users, mut measures) = (USERS, Vec::new());
        while let Some(word) = words.next() {
            if word == "--users" {
                users = words.next().context(USAGE)?.parse().context(USAGE)?;
            } else if let Some((_, measure)) = ALL.iter().find(|(name, _)| *name == word) {
                measures.push(*measure);
            } else {
                bail!(USAGE);
            }
        }
        if measures.is_empty() {
            measures.extend(ALL.map(|(_, measure)| measure));
        }
        Ok(Self { users, measures })
    }
}
