//! Searches, as people type them: words that all posts have, that hardly any has, and what stands between.

use std::time::Duration;

use anyhow::Result;

use crate::client::{Client, Reader};
use crate::load::{self, AT_ONCE, Figures, Load};
use crate::process::Server;

/// Milliseconds that 99 of 100 answers stay below.
const AIM: f64 = 50.0;

/// The peer may need seconds for one: it is asked a tenth as often.
const PEER_SHARE: usize = 10;

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

pub async fn measure(requests: usize, alone: bool) -> Result<()> {
    let load = Load {
        requests,
        at_most: Duration::from_secs(60),
    };
    let ours = Server::commons().await?;
    let readers = ours.client.readers(AT_ONCE).await?;
    let our_figures = ask(&ours.client, &readers, load).await?;
    ours.stop().await?;
    let their_figures = match alone {
        true => Vec::new(),
        false => {
            let load = Load {
                requests: requests / PEER_SHARE,
                at_most: Duration::from_secs(30),
            };
            let peer = Server::peer().await?;
            let readers = peer.client.known_to_peer(&readers).await?;
            let figures = ask(&peer.client, &readers, load).await?;
            peer.stop().await?;
            figures
        }
    };
    for (at, (name, _)) in KINDS.iter().enumerate() {
        let verdict = match our_figures[at].at(0.99) < AIM {
            true => "met",
            false => "NOT met",
        };
        println!(
            "{}  (p99 < {AIM} ms: {verdict})",
            row(name, "commons", &our_figures[at])
        );
        if let Some(theirs) = their_figures.get(at) {
            println!("{}", row(name, "Express", theirs));
        }
    }
    Ok(())
}

async fn ask(client: &Client, readers: &[Reader], load: Load) -> Result<Vec<Figures>> {
    let mut figures = Vec::new();
    for (name, query) in KINDS {
        eprintln!("search: {name} …");
        let path = format!("/search/posts?q={query}&limit=20");
        figures.push(load::ask(client, readers, &[path], load).await?);
    }
    Ok(figures)
}

fn row(name: &str, who: &str, figures: &Figures) -> String {
    format!(
        "search: {name:28} {who:8} p50 {:>7.1}  p99 {:>7.1}  max {:>7.1} ms  {:>6.0}/s of {:>5}, {} failed",
        figures.at(0.5),
        figures.at(0.99),
        figures.at(1.0),
        figures.per_second(),
        figures.requests(),
        figures.failed,
    )
}
