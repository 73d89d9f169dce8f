//! From a post of somebody whom few follow until one of these sees it, while posts go out to 100,000 others beside it.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::client::{Client, Reader};
use crate::database::Database;
use crate::fan_out::{self, MOMENT};
use crate::figures::{Figures, Report, millis_since};
use crate::process::{Labour, Server};

const POSTS: usize = 100;
const AIM: (f64, f64) = (1_000.0, 1_000.0);
const PATIENCE: Duration = Duration::from_secs(30);

pub async fn measure(database: &mut Database, report: &mut Report) -> Result<()> {
    let server = Server::commons().await?;
    let star = fan_out::star(database, &server.client).await?;
    let friends = server.client.readers("friend", 2).await?;
    let path = format!("/users/{}/follow", friends[1].id);
    let client = &server.client;
    client
        .post(&path, Some(&friends[0].token), &serde_json::Value::Null)
        .await?;
    let _labour = Labour::start()?;
    client.feed(&friends[0]).await?;
    database.settled().await?;
    // A follow is looked for at the read for a minute.
    eprintln!("visible: waits for a minute …");
    tokio::time::sleep(Duration::from_secs(61)).await;
    client.feed(&friends[0]).await?;
    let mut samples = Vec::new();
    for number in 0..POSTS {
        if number % 5 == 0 {
            fan_out::post(client, &star).await?;
        }
        samples.push(until_seen(client, &friends[1], &friends[0]).await?);
    }
    server.stop().await?;
    let figures = Figures::of(samples, 0);
    report.figures(
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
        let (_, page) = client.feed(reader).await?;
        if String::from_utf8_lossy(&page).contains(&id) {
            return Ok(millis_since(started));
        }
        ensure!(started.elapsed() < PATIENCE, "nobody sees the post");
        tokio::time::sleep(MOMENT).await;
    }
}
