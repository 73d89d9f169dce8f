//! What is trending, of a million uses in a day: computed as a worker does it. First with nothing counted, then as every
//! five minutes.

use std::time::Instant;

use anyhow::Result;
use domain::trends::{self, TrendKind};
use platform::config::Config;
use platform::{Clock, Platform};
use reqwest::Method;

use crate::load::millis_since;
use crate::process::Server;

/// Milliseconds.
const AIM: f64 = 2_000.0;
const ROUNDS: usize = 5;

pub async fn measure(alone: bool) -> Result<()> {
    let platform = Platform::start(Config::from_env()?, Clock::system())?;
    sqlx::query("truncate trend_hours")
        .execute(platform.db.pool())
        .await?;
    for round in 0..=ROUNDS {
        let started = Instant::now();
        let ranked = compute(&platform).await?;
        let millis = millis_since(started);
        let what = match round {
            0 => "the first time",
            _ => "every five minutes",
        };
        let verdict = match millis < AIM {
            true => "met",
            false => "NOT met",
        };
        println!("trends: {what}: {ranked} hashtags in {millis:.0} ms  (< {AIM} ms: {verdict})");
        if round == 0 {
            sqlx::query("vacuum analyze trend_hours")
                .execute(platform.db.pool())
                .await?;
        }
    }
    match alone {
        true => Ok(()),
        false => ask_peer().await,
    }
}

async fn compute(platform: &Platform) -> Result<usize> {
    let (config, now) = (&platform.config.trends, platform.clock.now());
    let kind = TrendKind::Hashtag;
    let mut connection = platform.db.acquire().await?;
    let ranked = trends::rank(&mut connection, config, kind, now).await?;
    let mut tx = platform.db.begin().await?;
    trends::keep(&mut tx, kind, &ranked).await?;
    tx.commit().await?;
    Ok(ranked.len())
}

/// It computes whenever somebody asks.
async fn ask_peer() -> Result<()> {
    let ours = Server::commons().await?;
    let readers = ours.client.readers(1).await?;
    ours.stop().await?;
    let peer = Server::peer().await?;
    let readers = peer.client.known_to_peer(&readers).await?;
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let path = "/trending/hashtags?limit=100";
        let (status, _) = peer
            .client
            .ask(Method::GET, path, &readers[0].token)
            .await?;
        println!(
            "trends: Express: {status} in {:.0} ms",
            millis_since(started)
        );
    }
    peer.stop().await
}
