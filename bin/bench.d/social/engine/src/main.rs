//! Measures searches and trends at a million posts: a real `commons api` over HTTP and the computation of trends as a
//! worker does it, beside a plain Express server on the same database. `bin/bench social` starts the servers and calls
//! this.

#[path = "../../../people/engine/src/client.rs"]
#[expect(dead_code, reason = "people ask for more")]
mod client;
#[path = "../../../people/engine/src/load.rs"]
mod load;
#[path = "../../../people/engine/src/process.rs"]
#[expect(dead_code, reason = "people ask for more")]
mod process;
mod search;
mod trends;
mod world;

use anyhow::{Context, Result, bail};

const POSTS: i64 = 1_000_000;
const REQUESTS: usize = 3_000;
const USAGE: &str = "usage: bin/bench social [--posts N] [--requests N] [--alone] [search|trends]…";

struct Wanted {
    posts: i64,
    /// Of each kind.
    requests: usize,
    /// Without the peer.
    alone: bool,
    search: bool,
    trends: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let wanted = Wanted::read(std::env::args().skip(1))?;
    // None of the addresses is https, but the client will not start without.
    let _ = rustls::crypto::ring::default_provider().install_default();
    process::commons(&["migrate"]).await?;
    println!("{}", world::furnish(wanted.posts).await?);
    if wanted.search {
        search::measure(wanted.requests, wanted.alone).await?;
    }
    if wanted.trends {
        trends::measure(wanted.alone).await?;
    }
    Ok(())
}

impl Wanted {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let mut wanted = Self {
            posts: POSTS,
            requests: REQUESTS,
            alone: false,
            search: false,
            trends: false,
        };
        while let Some(word) = words.next() {
            let mut number = || words.next().context(USAGE);
            match word.as_str() {
                "--posts" => wanted.posts = number()?.parse().context(USAGE)?,
                "--requests" => wanted.requests = number()?.parse().context(USAGE)?,
                "--alone" => wanted.alone = true,
                "search" => wanted.search = true,
                "trends" => wanted.trends = true,
                _ => bail!(USAGE),
            }
        }
        if !wanted.search && !wanted.trends {
            (wanted.search, wanted.trends) = (true, true);
        }
        Ok(wanted)
    }
}
