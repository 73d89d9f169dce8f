//! Twenty people sign in again and again: hashing passwords takes the cores, and must not take them from the others.

use std::time::{Duration, Instant};

use anyhow::Result;
use bench::{Aim, Ask, Client, Figures, Reader, Report, Server, millis_since};
use tokio::task::JoinSet;

const CLIENTS: usize = 20;
const SPAN: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(5);

/// Milliseconds that 99 of 100 answers to others stay below.
const AIM: f64 = 25.0;

pub async fn measure(report: &mut Report) -> Result<()> {
    let server = Server::commons().await?;
    let readers = server.client.readers("reader", CLIENTS + 1).await?;
    let (other, readers) = (&readers[0], &readers[1..]);
    for (when, crowd, aim) in [
        ("quiet", &readers[..0], None),
        ("logins", readers, Some(Aim::p99(AIM))),
    ] {
        eprintln!("hashing: {when} …");
        let end = Instant::now() + SPAN;
        let signing_in = logins(&server.client, crowd, end);
        let (logins, others) = tokio::join!(signing_in, others(&server.client, other, end));
        let (live, me) = others?;
        if !crowd.is_empty() {
            report.times(
                "hashing: POST /auth/login, 20 at once",
                "commons",
                &logins?,
                None,
            );
        }
        report.times("hashing: GET /health/live", when, &live, aim);
        report.times("hashing: GET /users/me", when, &me, aim);
    }
    server.stop().await
}

async fn logins(client: &Client, readers: &[Reader], end: Instant) -> Result<Figures> {
    let started = Instant::now();
    let mut crowd = JoinSet::new();
    for reader in readers.iter().cloned() {
        let client = client.clone();
        crowd.spawn(async move {
            let (mut samples, mut failed) = (Vec::new(), 0);
            while Instant::now() < end {
                let begun = Instant::now();
                let (status, _) = client.log_in(&reader.username).await?;
                failed += usize::from(!status.is_success());
                samples.push(millis_since(begun));
            }
            anyhow::Ok((samples, failed))
        });
    }
    let (mut samples, mut failed) = (Vec::new(), 0);
    for client in crowd.join_all().await {
        let (some, wrong) = client?;
        samples.extend(some);
        failed += wrong;
    }
    let seconds = started.elapsed().as_secs_f64();
    Ok(Figures::of(samples, seconds, failed))
}

/// What somebody else waits meanwhile, for /health/live and for /users/me.
async fn others(client: &Client, reader: &Reader, end: Instant) -> Result<(Figures, Figures)> {
    let (mut live, mut me) = (Vec::new(), Vec::new());
    while Instant::now() < end {
        let begun = Instant::now();
        client.is_live().await?;
        live.push(millis_since(begun));
        let begun = Instant::now();
        client.told(&Ask::get(reader, "/users/me")).await?;
        me.push(millis_since(begun));
        tokio::time::sleep(PAUSE).await;
    }
    let seconds = SPAN.as_secs_f64();
    Ok((Figures::of(live, seconds, 0), Figures::of(me, seconds, 0)))
}
