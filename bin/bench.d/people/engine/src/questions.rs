//! Kinds of questions, asked of us and then of the peer; then once more, with Postgres explaining what it does.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Result;
use reqwest::Method;

use crate::client::{Client, Reader};
use crate::database::Database;
use crate::kinds::Kind;
use crate::load::{self, AT_ONCE, Figures, Load};
use crate::plans::Log;
use crate::process::Server;
use crate::report::Report;

const AT_MOST: Duration = Duration::from_secs(60);

/// The peer may need seconds for one: it is asked a tenth as often.
const PEER_SHARE: usize = 10;
const PEER_AT_MOST: Duration = Duration::from_secs(30);

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
        let load = Load {
            requests: self.requests,
            at_most: AT_MOST,
        };
        let before = database.scans().await?;
        let server = Server::commons().await?;
        let readers = server.client.readers(AT_ONCE).await?;
        let (mut ours, mut asked) = (Vec::new(), Vec::new());
        for kind in &self.kinds {
            eprintln!("{}: {} …", self.subject, kind.name);
            let paths = by_cursor(&server.client, &readers[0], kind).await?;
            ours.push(load::ask(&server.client, &readers, &paths, load).await?);
            asked.push(paths);
        }
        server.stop().await?;
        let scans = database.scans().await?;
        let theirs = match self.alone {
            true => Vec::new(),
            false => self.ask_peer(&readers).await?,
        };
        for (at, (kind, ours)) in self.kinds.iter().zip(&ours).enumerate() {
            match theirs.get(at) {
                Some(theirs) => report.beside(&self.name_of(kind), ours, theirs, AIM),
                None => report.alone(&self.name_of(kind), ours, AIM),
            }
        }
        report.scans(self.subject, &scans.since(&before));
        self.explain(&asked, report).await
    }

    async fn ask_peer(&self, readers: &[Reader]) -> Result<Vec<Figures>> {
        let load = Load {
            requests: self.requests / PEER_SHARE,
            at_most: PEER_AT_MOST,
        };
        let peer = Server::peer().await?;
        let readers = peer.client.known_to_peer(readers).await?;
        let mut theirs = Vec::new();
        for kind in &self.kinds {
            eprintln!("{}: {}, of the peer …", self.subject, kind.name);
            theirs.push(load::ask(&peer.client, &readers, &by_offset(kind), load).await?);
        }
        peer.stop().await?;
        Ok(theirs)
    }

    async fn explain(&self, asked: &[Vec<String>], report: &mut Report) -> Result<()> {
        let Some(mut log) = Log::open()? else {
            return Ok(());
        };
        let server = Server::explained().await?;
        let reader = server.client.readers(1).await?.remove(0);
        for (kind, paths) in self.kinds.iter().zip(asked) {
            log.settle().await?;
            for path in paths.iter().take(FEW) {
                // One that fails has been counted, and its plan tells why.
                let (client, token) = (&server.client, &reader.token);
                client.ask(Method::GET, path, token).await?;
            }
            let plans = log.settle().await?;
            report.plans(&self.name_of(kind), &plans);
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
