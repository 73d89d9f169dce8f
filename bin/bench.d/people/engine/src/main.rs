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
use questions::Questions;
use report::Report;

const USERS: i64 = 1_000_000;
const REQUESTS: usize = 3_000;
const USAGE: &str = "usage: bin/bench people [--users N] [--requests N] [--alone] [search|lists|profiles|celebrity|hashing]…";

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
    /// Of each kind.
    requests: usize,
    /// Without the peer, which takes an hour at a million.
    alone: bool,
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
    report.print();
    for measure in &wanted.measures {
        let done = run(*measure, &wanted, &mut database, &mut report).await;
        report.print();
        done?;
    }
    Ok(())
}

async fn run(
    measure: Measure,
    wanted: &Wanted,
    database: &mut Database,
    report: &mut Report,
) -> Result<()> {
    let (subject, kinds) = match measure {
        Measure::Search => ("search", kinds::search(&database.sample().await?)),
        Measure::Lists => ("lists", kinds::lists(&database.sample().await?)),
        Measure::Profiles => {
            let known = database.most_followed(20).await?;
            (
                "profiles",
                kinds::profiles(&database.sample().await?, &known),
            )
        }
        Measure::Celebrity => return celebrity::measure(database, report).await,
        Measure::Hashing => return hashing::measure(report).await,
    };
    let questions = Questions {
        subject,
        kinds,
        requests: wanted.requests,
        alone: wanted.alone,
    };
    questions.measure(database, report).await
}

impl Wanted {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let (mut users, mut requests, mut measures) = (USERS, REQUESTS, Vec::new());
        let mut alone = false;
        while let Some(word) = words.next() {
            if word == "--users" {
                users = words.next().context(USAGE)?.parse().context(USAGE)?;
            } else if word == "--requests" {
                requests = words.next().context(USAGE)?.parse().context(USAGE)?;
            } else if word == "--alone" {
                alone = true;
            } else if let Some((_, measure)) = ALL.iter().find(|(name, _)| *name == word) {
                measures.push(*measure);
            } else {
                bail!(USAGE);
            }
        }
        if measures.is_empty() {
            measures.extend(ALL.map(|(_, measure)| measure));
        }
        Ok(Self {
            users,
            requests,
            alone,
            measures,
        })
    }
}
