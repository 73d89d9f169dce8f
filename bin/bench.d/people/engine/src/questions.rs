//! Kinds of questions, asked of us and then of the peer; then once more, with Postgres explaining what it does.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Result;

use crate::client::{Client, Reader};
use crate::database::Database;
use crate::kinds::Kind;
use crate::load::{self, AT_ONCE, Load};
use crate::plans::Log;
use crate::process::Server;
use crate::report::Report;

const OURS: Load = Load {
    requests: 3_000,
    at_most: Duration::from_secs(60),
};

/// It may need seconds for one.
const THEIRS: Load = Load {
    requests: 300,
    at_most: Duration::from_secs(30),
};

/// Milliseconds that 99 of 100 answers stay below.
const AIM: f64 = 50.0;

/// Deep pages that are found by walking there, and questions that are explained, of each kind.
const FEW: usize = 5;

pub async fn measure(
    subject: &str,
    kinds: Vec<Kind>,
    database: &mut Database,
    report: &mut Report,
) -> Result<()> {
    let before = database.scans().await?;
    let server = Server::commons().await?;
    let readers = server.client.readers(AT_ONCE).await?;
    let (mut ours, mut asked) = (Vec::new(), Vec::new());
    for kind in &kinds {
        eprintln!("{subject}: {} …", kind.name);
        let paths = by_cursor(&server.client, &readers[0], kind).await?;
        ours.push(load::ask(&server.client, &readers, &paths, OURS).await?);
        asked.push(paths);
    }
    server.stop().await?;
    let scans = database.scans().await?;
    let peer = Server::peer().await?;
    let readers = peer.client.known_to_peer(&readers).await?;
    for (kind, ours) in kinds.iter().zip(&ours) {
        eprintln!("{subject}: {}, of the peer …", kind.name);
        let theirs = load::ask(&peer.client, &readers, &by_offset(kind), THEIRS).await?;
        let what = format!("{subject}: {}", kind.name);
        report.beside(&what, ours, &theirs, AIM);
    }
    peer.stop().await?;
    report.scans(subject, &scans.since(&before));
    explain(subject, &kinds, &asked, report).await
}

/// Pages as we are asked for them: the first, or the one that as many cursors lead to.
async fn by_cursor(client: &Client, reader: &Reader, kind: &Kind) -> Result<Vec<String>> {
    let paths = kind.paths.iter().map(|path| limited(path, kind.limit));
    if kind.page == 0 {
        return Ok(paths.collect());
    }
    let mut deep = Vec::new();
    for path in paths.collect::<BTreeSet<_>>().into_iter().take(FEW) {
        let mut page = path.clone();
        for _ in 0..kind.page {
            let answer = client.get(&page, &reader.token).await?;
            match answer["pagination"]["next_cursor"].as_str() {
                Some(cursor) => page = format!("{path}&cursor={cursor}"),
                None => break,
            }
        }
        deep.push(page);
    }
    Ok(deep)
}

/// Pages as the peer is asked for them.
fn by_offset(kind: &Kind) -> Vec<String> {
    let offset = kind.page * kind.limit;
    let paths = kind.paths.iter().map(|path| limited(path, kind.limit));
    match offset {
        0 => paths.collect(),
        _ => paths
            .map(|path| format!("{path}&offset={offset}"))
            .collect(),
    }
}

/// Lists end in a query, profiles have none.
fn limited(path: &str, limit: usize) -> String {
    match path.contains('?') {
        true => format!("{path}&limit={limit}"),
        false => path.to_owned(),
    }
}

async fn explain(
    subject: &str,
    kinds: &[Kind],
    asked: &[Vec<String>],
    report: &mut Report,
) -> Result<()> {
    let Some(mut log) = Log::open()? else {
        return Ok(());
    };
    let server = Server::explained().await?;
    let reader = server.client.readers(1).await?.remove(0);
    for (kind, paths) in kinds.iter().zip(asked) {
        log.settle().await?;
        for path in paths.iter().take(FEW) {
            server.client.get(path, &reader.token).await?;
        }
        let plans = log.settle().await?;
        report.plans(&format!("{subject}: {}", kind.name), &plans);
    }
    server.stop().await
}
