//! A post of somebody with 100,000 followers, who all have a timeline, until the last of these has it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use bench::{Ask, Client, Labour, Reader, Report, Server, median};
use platform::config::Config;
use platform::{Clock, Platform};
use serde_json::json;
use uuid::Uuid;

use crate::database::Database;
use crate::{POOLS, TO_EVERYBODY};

const FANS: i64 = 100_000;
const POSTS: usize = 5;
const AIM: f64 = 100_000.0;

/// Timelines that are begun at once.
const AT_ONCE: usize = 50;

pub async fn measure(database: &mut Database, alone: bool, report: &mut Report) -> Result<()> {
    let server = Server::commons().await?;
    let star = star(database, &server.client).await?;
    let _labour = Labour::start(&POOLS, &TO_EVERYBODY)?;
    eprintln!("fan-out: {POSTS} posts to {FANS} followers …");
    let mut rates = Vec::new();
    for _ in 0..POSTS {
        let started = Instant::now();
        post(&server.client, &star).await?;
        database.settled().await?;
        rates.push(FANS as f64 / started.elapsed().as_secs_f64());
    }
    server.stop().await?;
    let ours = median(rates);
    let measure = "fan-out: from the post to the last timeline";
    report.rate(measure, "commons", ours, "writes/s", Some(AIM));
    if !alone {
        let peer = Server::peer().await?;
        let star = peer.client.known_to_peer(&[star]).await?;
        let mut rates = Vec::new();
        for _ in 0..POSTS {
            let started = Instant::now();
            peer.client.told(&Ask::post(&star[0], "/fan-out")).await?;
            rates.push(FANS as f64 / started.elapsed().as_secs_f64());
        }
        peer.stop().await?;
        let theirs = median(rates);
        let both = [theirs, ours];
        report.rate_beside(
            "fan-out: the same into lists",
            "Express",
            both,
            "writes/s",
            None,
        );
    }
    Ok(())
}

/// Somebody with many followers, each of whom has a timeline.
pub async fn star(database: &mut Database, client: &Client) -> Result<Reader> {
    let star = client.readers("star", 1).await?.remove(0);
    let fans = database.fans(star.id, FANS).await?;
    eprintln!("{} timelines are made …", fans.len());
    let config = Config::from_env().map_err(|problems| anyhow::anyhow!("{problems}"))?;
    let platform = Platform::start(config, Clock::system())?;
    for slice in fans.chunks(AT_ONCE) {
        let mut making = tokio::task::JoinSet::new();
        for fan in slice.iter().copied() {
            let platform = platform.clone();
            making.spawn(async move { begin(&platform, fan).await });
        }
        making
            .join_all()
            .await
            .into_iter()
            .collect::<Result<Vec<()>>>()?;
    }
    Ok(star)
}

/// An empty timeline that stays.
async fn begin(platform: &Platform, fan: Uuid) -> Result<()> {
    let (timelines, now) = (&platform.timelines, platform.clock.now());
    timelines.begin(fan, now).await?;
    let empty = timelines.read(fan, Uuid::max(), 1).await?;
    let empty = empty.context("it was begun")?;
    timelines.fill(fan, &empty, &[], now).await?;
    Ok(())
}

pub async fn post(client: &Client, author: &Reader) -> Result<String> {
    let body = json!({ "caption": "to whoever it concerns" });
    let answer = client.told(&Ask::post(author, "/posts").with(body)).await?;
    let id = answer["data"]["id"].as_str().context("a post has an id")?;
    Ok(id.to_owned())
}

/// Waits between looks.
pub const MOMENT: Duration = Duration::from_millis(5);
