//! From a post of somebody whom few follow until one of these sees it, while posts go out to 100,000 others beside it.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use bench::{Aim, Ask, Client, Figures, Labour, Reader, Report, Server, millis_since};

use crate::database::Database;
use crate::fan_out::{self, MOMENT};
use crate::reads::first_page;
use crate::{POOLS, TO_EVERYBODY};

const POSTS: usize = 100;
const AIM: Aim = Aim {
    p50: None,
    p99: 1_000.0,
};
const PATIENCE: Duration = Duration::from_secs(30);

pub async fn measure(database: &mut Database, report: &mut Report) -> Result<()> {
    let server = Server::commons().await?;
    let star = fan_out::star(database, &server.client).await?;
    let friends = server.client.readers("friend", 2).await?;
    let path = format!("/users/{}/follow", friends[1].id);
    let client = &server.client;
    client.told(&Ask::post(&friends[0], path)).await?;
    let _labour = Labour::start(&POOLS, &TO_EVERYBODY)?;
    client.told(&first_page(&friends[0])).await?;
    database.settled().await?;
    // A follow is looked for at the read for a minute.
    eprintln!("visible: waits for a minute …");
    tokio::time::sleep(Duration::from_secs(61)).await;
    client.told(&first_page(&friends[0])).await?;
    let (mut samples, started) = (Vec::new(), Instant::now());
    for number in 0..POSTS {
        if number % 5 == 0 {
            fan_out::post(client, &star).await?;
        }
        samples.push(until_seen(client, &friends[1], &friends[0]).await?);
    }
    server.stop().await?;
    let figures = Figures::of(samples, started.elapsed().as_secs_f64(), 0);
    report.times(
        "visible: beside a fan-out to 100,000",
        "commons",
        &figures,
        Some(AIM),
    );
    Ok(())
}

async fn until_seen(client: &Client, author: &Reader, reader: &Reader) -> Result<f64> {
    let started = Instant::now();
    let id = fan_out::post(client, author).await?;
    loop {
        let (_, page) = client.ask(&first_page(reader)).await?;
        if String::from_utf8_lossy(&page).contains(&id) {
            return Ok(millis_since(started));
        }
        ensure!(started.elapsed() < PATIENCE, "nobody sees the post");
        tokio::time::sleep(MOMENT).await;
    }
}
