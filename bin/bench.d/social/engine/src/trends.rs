//! What is trending, of a million uses in a day: computed as a worker does it. First with nothing counted, then as every
//! five minutes.

use std::time::Instant;

use anyhow::Result;
use bench::{Ask, Report, Server, median, met, millis_since};
use domain::trends::{self, TrendKind};
use platform::config::Config;
use platform::{Clock, Platform};

/// Milliseconds.
const AIM: f64 = 2_000.0;
const ROUNDS: usize = 5;

pub async fn measure(alone: bool, report: &mut Report) -> Result<()> {
    let platform = Platform::start(Config::from_env()?, Clock::system())?;
    sqlx::query("truncate trend_hours")
        .execute(platform.db.pool())
        .await?;
    let mut again = Vec::new();
    for round in 0..=ROUNDS {
        let started = Instant::now();
        let ranked = compute(&platform).await?;
        let millis = millis_since(started);
        let what = match round {
            0 => "trends: the first time",
            _ => "trends: every five minutes",
        };
        let verdict = met(millis < AIM);
        let said = format!("{ranked} hashtags in {millis:.0} ms  (< {AIM} ms: {verdict})");
        report.row(what, "commons", said);
        match round {
            0 => {
                sqlx::query("vacuum analyze trend_hours")
                    .execute(platform.db.pool())
                    .await?;
            }
            _ => again.push(millis),
        }
    }
    match alone {
        true => Ok(()),
        false => ask_peer(median(again), report).await,
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
async fn ask_peer(ours: f64, report: &mut Report) -> Result<()> {
    let server = Server::commons().await?;
    let readers = server.client.readers("reader", 1).await?;
    server.stop().await?;
    let peer = Server::peer().await?;
    let readers = peer.client.known_to_peer(&readers).await?;
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let asked = Ask::get(&readers[0], "/trending/hashtags?limit=100");
        let (status, _) = peer.client.ask(&asked).await?;
        let millis = millis_since(started);
        let said = format!("{status} in {millis:.0} ms  ratio {:.2}", millis / ours);
        report.row("trends: whenever somebody asks", "Express", said);
    }
    peer.stop().await
}
