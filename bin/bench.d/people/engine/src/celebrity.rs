//! Fifty people follow one at once, again and again: the rows that all of them change are one.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use bench::{Ask, Client, Figures, Reader, Report, Server, millis_since};
use tokio::task::JoinSet;

use crate::database::Database;

const FANS: usize = 50;
const SPAN: Duration = Duration::from_secs(15);

pub async fn measure(database: &mut Database, report: &mut Report) -> Result<()> {
    let star = database.most_followed(1).await?;
    let star = star.first().context("nobody can be followed")?;
    let before = database.scans().await?;
    let server = Server::commons().await?;
    let fans = server.client.readers("reader", FANS).await?;
    eprintln!("celebrity: {FANS} people follow one …");
    let figures = crowd(&server.client, fans, star).await?;
    server.stop().await?;
    let scans = database.scans().await?;
    report.times("celebrity: follow, 50 at once", "commons", &figures, None);
    let (told, counted) = database.followers(star).await?;
    let verdict = if told == counted {
        "equal"
    } else {
        "NOT equal"
    };
    report.note(format!(
        "celebrity: the counter says {told} followers, counted are {counted}: {verdict}"
    ));
    scans.say_since(&before, report, "celebrity");
    Ok(())
}

/// Each follows, and follows no more, until the time is up; a follow comes last. The follows are timed, and the rate
/// counts them alone.
async fn crowd(client: &Client, fans: Vec<Reader>, star: &str) -> Result<Figures> {
    let path = format!("/users/{star}/follow");
    let started = Instant::now();
    let mut crowd = JoinSet::new();
    for fan in fans {
        let (client, path) = (client.clone(), path.clone());
        crowd.spawn(async move {
            let (mut samples, mut failed) = (Vec::new(), 0);
            loop {
                let (status, _) = client.ask(&Ask::delete(&fan, &path)).await?;
                failed += usize::from(!status.is_success());
                let begun = Instant::now();
                let (status, _) = client.ask(&Ask::post(&fan, &path)).await?;
                samples.push(millis_since(begun));
                failed += usize::from(!status.is_success());
                if started.elapsed() > SPAN {
                    return anyhow::Ok((samples, failed));
                }
            }
        });
    }
    let (mut samples, mut failed) = (Vec::new(), 0);
    for fan in crowd.join_all().await {
        let (some, wrong) = fan?;
        samples.extend(some);
        failed += wrong;
    }
    let seconds = started.elapsed().as_secs_f64();
    Ok(Figures::of(samples, seconds, failed))
}
