//! Kinds of questions, asked of us and then of the peer; then once more, with Postgres explaining what it does.

use std::collections::BTreeSet;

use anyhow::Result;
use bench::{Aim, Ask, Client, Figures, Reader, Report, Server, reads};

use crate::database::Database;
use crate::kinds::Kind;
use crate::plans::{self, Log};

/// Milliseconds that 99 of 100 answers stay below.
const AIM: f64 = 50.0;

/// Deep pages that are found by walking there, and questions that are explained, of each kind.
const FEW: usize = 5;

/// What is asked about one subject.
pub struct Questions {
    pub subject: &'static str,
    pub kinds: Vec<Kind>,
    pub requests: usize,
    /// Without the peer.
    pub alone: bool,
}

impl Questions {
    pub async fn measure(&self, database: &mut Database, report: &mut Report) -> Result<()> {
        let before = database.scans().await?;
        let server = Server::commons().await?;
        let readers = server.client.readers("reader", reads::AT_ONCE).await?;
        let (mut ours, mut asked) = (Vec::new(), Vec::new());
        for kind in &self.kinds {
            eprintln!("{}: {} …", self.subject, kind.name);
            let paths = by_cursor(&server.client, &readers[0], kind).await?;
            ours.push(reads::of_ours(&server.client, &readers, &paths, self.requests).await);
            asked.push(paths);
        }
        server.stop().await?;
        let scans = database.scans().await?;
        let theirs = match self.alone {
            true => Vec::new(),
            false => self.ask_peer(&readers).await?,
        };
        for (at, (kind, ours)) in self.kinds.iter().zip(&ours).enumerate() {
            let (name, aim) = (self.name_of(kind), Aim::p99(AIM));
            report.times(&name, "commons", ours, Some(aim));
            if let Some(theirs) = theirs.get(at) {
                report.times_beside(&name, "Express", theirs, ours);
            }
        }
        scans.say_since(&before, report, self.subject);
        self.explain(&asked, report).await
    }

    async fn ask_peer(&self, readers: &[Reader]) -> Result<Vec<Figures>> {
        let peer = Server::peer().await?;
        let readers = peer.client.known_to_peer(readers).await?;
        let mut theirs = Vec::new();
        for kind in &self.kinds {
            eprintln!("{}: {}, of the peer …", self.subject, kind.name);
            let paths = by_offset(kind);
            theirs.push(reads::of_peer(&peer.client, &readers, &paths, self.requests).await);
        }
        peer.stop().await?;
        Ok(theirs)
    }

    async fn explain(&self, asked: &[Vec<String>], report: &mut Report) -> Result<()> {
        let Some(mut log) = Log::open()? else {
            return Ok(());
        };
        let server = Server::explained().await?;
        let reader = server.client.readers("reader", 1).await?.remove(0);
        for (kind, paths) in self.kinds.iter().zip(asked) {
            log.settle().await?;
            for path in paths.iter().take(FEW) {
                // One that fails has been counted, and its plan tells why.
                server.client.ask(&Ask::get(&reader, path)).await?;
            }
            let plans = log.settle().await?;
            plans::say(report, &self.name_of(kind), &plans);
        }
        server.stop().await
    }

    fn name_of(&self, kind: &Kind) -> String {
        format!("{}: {}", self.subject, kind.name)
    }
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
            let answer = client.told(&Ask::get(reader, &page)).await?;
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
