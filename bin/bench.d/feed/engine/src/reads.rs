//! First pages of feeds, asked for at a steady rate, whether the last one has answered or not.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use bench::{Aim, Ask, Client, Figures, Labour, Pace, Reader, Report, Server, at_pace};
use uuid::Uuid;

use crate::database::Database;
use crate::{POOLS, TO_EVERYBODY};

const READERS: usize = 200;
const PER_SECOND: usize = 500;
const SPAN: Duration = Duration::from_secs(20);
const AIM: Aim = Aim {
    p50: Some(5.0),
    p99: 25.0,
};

pub async fn measure(database: &mut Database, alone: bool, report: &mut Report) -> Result<()> {
    let server = Server::commons().await?;
    let readers = server.client.readers("reader", READERS).await?;
    let ids: Vec<Uuid> = readers.iter().map(|reader| reader.id).collect();
    database.follow(&ids).await?;
    {
        let _labour = Labour::start(&POOLS, &TO_EVERYBODY)?;
        for reader in &readers {
            server.client.ask(&first_page(reader)).await?;
        }
        database.settled().await?;
    }
    eprintln!("reads: {PER_SECOND} a second …");
    ask(&server.client, &readers, SPAN / 4).await?;
    let ours = ask(&server.client, &readers, SPAN).await?;
    server.stop().await?;
    let measure = format!("reads: a page of 20, {PER_SECOND}/s");
    report.times(&measure, "commons", &ours, Some(AIM));
    if !alone {
        let peer = Server::peer().await?;
        let readers = peer.client.known_to_peer(&readers).await?;
        eprintln!("reads: {PER_SECOND} a second, of the peer …");
        ask(&peer.client, &readers, SPAN / 4).await?;
        let theirs = ask(&peer.client, &readers, SPAN).await?;
        peer.stop().await?;
        report.times_beside(&measure, "Express", &theirs, &ours);
    }
    Ok(())
}

/// The first page of somebody's feed.
pub fn first_page(reader: &Reader) -> Ask {
    Ask::get(reader, "/posts/feed?limit=20")
}

async fn ask(client: &Client, readers: &[Reader], span: Duration) -> Result<Figures> {
    let readers = readers.to_vec();
    let asking = move |number: usize| first_page(&readers[number % readers.len()]);
    let pace = Pace {
        per_second: PER_SECOND,
        span,
    };
    at_pace(client, Arc::new(asking), pace).await
}
