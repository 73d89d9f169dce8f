//! Measures what people do with posts: make one, like one, all like the same one, comment. A real `commons api` over
//! HTTP, with workers beside it and without, beside a plain Express server that has tables of its own in the same database.
//! `bin/bench posts` starts the servers and calls this.
//!
//! Whatever was answered must be there afterwards: counters equal the rows they count, and no job is lost. Otherwise there
//! are no figures, but an error.

mod database;
mod deeds;
mod exact;
mod jobs;
mod sessions;
mod side;
mod told;

use std::sync::Arc;

use anyhow::{Result, ensure};
use bench::{Ask, Labour, Load, Menu, Reader, Report, Server, at_the_most, commons};

use database::Database;
use side::{Measure, Side};

const MENU: Menu = Menu {
    usage: "usage: bin/bench posts [--users N] [--requests N] [--rate N] [--alone]",
    // Requests as fast as they are answered, of each kind; and how many a second at a steady pace.
    numbers: &[("--users", 20_000), ("--requests", 5_000), ("--rate", 100)],
    measures: &[],
    can_be_alone: true,
};

/// As the Procfile has them, in one process.
const POOLS: [&str; 4] = ["feed:16", "notify:16", "mail:8", "maintenance:2"];

type People = Arc<[Reader]>;

#[tokio::main]
async fn main() -> Result<()> {
    let wanted = MENU.order()?;
    bench::ready();
    commons(&["migrate"]).await?;
    let mut database = Database::connect().await?;
    database.furnish(wanted.number("--users")).await?;
    let measure = Measure::new(wanted.number("--requests"), wanted.number("--rate"));
    let people = somebody(&mut database, measure.people()).await?;
    let mut report = Report::default();
    let mut sides = vec![
        beside_workers(&mut database, &people, measure).await?,
        without_workers(&mut database, &people, measure).await?,
    ];
    if !wanted.alone {
        sides.push(of_peer(&mut database, &people, measure).await?);
    }
    told::say(&mut report, measure, &sides);
    report.print();
    Ok(())
}

/// So many people who can be named by anybody, signed in.
async fn somebody(database: &mut Database, count: usize) -> Result<People> {
    let people = database.people(count).await?;
    let found = people.len();
    ensure!(
        found == count,
        "{count} people are needed who are not private, {found} are there: --users"
    );
    eprintln!("{count} people sign in …");
    Ok(sessions::sign_in(people).await?.into())
}

async fn beside_workers(
    database: &mut Database,
    people: &People,
    measure: Measure,
) -> Result<Side> {
    let server = Server::commons().await?;
    let _labour = Labour::start(&POOLS, &[])?;
    eprintln!("all of them read their feed …");
    let readers = people.clone();
    let first_page = move |number: usize| Ask::get(&readers[number], "/posts/feed?limit=20");
    let load = Load {
        requests: people.len(),
        ..measure.most()
    };
    at_the_most(&server.client, Arc::new(first_page), load).await;
    database.settled().await?;
    let since = database.now().await?;
    let mut side = Side::measure("with workers", &server, people, measure, Some(database)).await?;
    side.rest = database.settled().await?;
    exact::of_commons(database, &side).await?;
    jobs::none_is_lost(database, &side, &since).await?;
    jobs::all_are_done(database, &side, &since).await?;
    server.stop().await?;
    Ok(side)
}

/// What is to be done stays in the ledger until there are workers.
async fn without_workers(
    database: &mut Database,
    people: &People,
    measure: Measure,
) -> Result<Side> {
    let server = Server::commons().await?;
    let since = database.now().await?;
    let mut side = Side::measure("api alone", &server, people, measure, None).await?;
    exact::of_commons(database, &side).await?;
    jobs::none_is_lost(database, &side, &since).await?;
    let _labour = Labour::start(&POOLS, &[])?;
    side.rest = database.settled().await?;
    jobs::all_are_done(database, &side, &since).await?;
    server.stop().await?;
    Ok(side)
}

async fn of_peer(database: &mut Database, people: &People, measure: Measure) -> Result<Side> {
    database.furnish_peer().await?;
    let server = Server::peer().await?;
    let people = server.client.known_to_peer(people).await?.into();
    let mut side = Side::measure("Express", &server, &people, measure, None).await?;
    side.is_peer = true;
    exact::of_peer(database, &side).await?;
    server.stop().await?;
    database.forget_peer().await?;
    Ok(side)
}
