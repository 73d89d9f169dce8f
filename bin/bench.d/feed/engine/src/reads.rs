//! First pages of feeds, asked for at a steady rate, whether the last one has answered or not.

use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::client::{Client, Reader};
use crate::database::Database;
use crate::figures::{Figures, Report, millis_since};
use crate::process::{Labour, Server};

const READERS: usize = 200;
const PER_SECOND: u32 = 500;
const SPAN: Duration = Duration::from_secs(20);
const AIM: (f64, f64) = (5.0, 25.0);

pub async fn measure(database: &mut Database, alone: bool, report: &mut Report) -> Result<()> {
    let server = Server::commons().await?;
    let readers = server.client.readers("reader", READERS).await?;
    let ids: Vec<Uuid> = readers.iter().map(|reader| reader.id).collect();
    database.follow(&ids).await?;
    {
        let _labour = Labour::start()?;
        for reader in &readers {
            server.client.feed(reader).await?;
        }
        database.settled().await?;
    }
    eprintln!("reads: {PER_SECOND} a second …");
    ask(&server.client, &readers, SPAN / 4).await?;
    let ours = ask(&server.client, &readers, SPAN).await?;
    server.stop().await?;
    let measure = format!("reads: a page of 20, {PER_SECOND}/s");
    report.figures(&measure, "commons", &ours, Some(AIM));
    if !alone {
        let peer = Server::peer().await?;
        let readers = peer.client.known_to_peer(&readers).await?;
        ask(&peer.client, &readers, SPAN / 4).await?;
        let theirs = ask(&peer.client, &readers, SPAN).await?;
        peer.stop().await?;
        report.figures(&measure, "Express", &theirs, None);
    }
    Ok(())
}

async fn ask(client: &Client, readers: &[Reader], span: Duration) -> Result<Figures> {
    let (mut asked, started) = (JoinSet::new(), Instant::now());
    let mut beat = tokio::time::interval(Duration::from_secs(1) / PER_SECOND);
    let mut turn = readers.iter().cycle();
    while started.elapsed() < span {
        beat.tick().await;
        let Some(reader) = turn.next().cloned() else {
            break;
        };
        let client = client.clone();
        asked.spawn(async move {
            let begun = Instant::now();
            let answer = client.feed(&reader).await;
            (
                millis_since(begun),
                answer.is_ok_and(|(status, _)| status.is_success()),
            )
        });
    }
    let answers = asked.join_all().await;
    let failed = answers.iter().filter(|(_, done)| !done).count();
    let samples = answers.into_iter().map(|(millis, _)| millis);
    Ok(Figures::of(samples.collect(), failed))
}
