//! Searches, as people type them: words that all posts have, that hardly any has, and what stands between.

use anyhow::Result;
use bench::{Aim, Report, Server, reads};

/// Milliseconds that 99 of 100 answers stay below.
const AIM: f64 = 50.0;

const KINDS: [(&str, &str); 11] = [
    ("a word of all posts", "every%20"),
    ("of each second", "half%20"),
    ("of each hundredth", "hundredth%20"),
    ("of each ten thousandth", "rare%20"),
    ("of none", "nobodysays%20"),
    ("a common and a rare one", "every%20rare%20"),
    ("all but one", "every%20-half%20"),
    ("in their order", "%22every%20half%22"),
    ("a beginning", "hun"),
    ("a hashtag", "%23tag7%20"),
    ("one of two", "rare%20or%20w19000%20"),
];

pub async fn measure(requests: usize, alone: bool, report: &mut Report) -> Result<()> {
    let server = Server::commons().await?;
    let readers = server.client.readers("reader", reads::AT_ONCE).await?;
    let mut ours = Vec::new();
    for (name, query) in KINDS {
        eprintln!("search: {name} …");
        let path = [path(query)];
        ours.push(reads::of_ours(&server.client, &readers, &path, requests).await);
    }
    server.stop().await?;
    let mut theirs = Vec::new();
    if !alone {
        let peer = Server::peer().await?;
        let readers = peer.client.known_to_peer(&readers).await?;
        for (name, query) in KINDS {
            eprintln!("search: {name}, of the peer …");
            let path = [path(query)];
            theirs.push(reads::of_peer(&peer.client, &readers, &path, requests).await);
        }
        peer.stop().await?;
    }
    for (at, ((name, _), ours)) in KINDS.iter().zip(&ours).enumerate() {
        let name = format!("search: {name}");
        report.times(&name, "commons", ours, Some(Aim::p99(AIM)));
        if let Some(theirs) = theirs.get(at) {
            report.times_beside(&name, "Express", theirs, ours);
        }
    }
    Ok(())
}

fn path(query: &str) -> String {
    format!("/search/posts?q={query}&limit=20")
}
