//! Questions about what is there, of us and of the peer: eight readers who each wait for their own answer.

use std::sync::Arc;
use std::time::Duration;

use crate::{Ask, Client, Figures, Load, Reader, warmed_up};

pub const AT_ONCE: usize = 8;

const AT_MOST: Duration = Duration::from_secs(60);

/// The peer may need seconds for one: it is asked a tenth as often, and for so long at the most.
const PEER_SHARE: usize = 10;
const PEER_AT_MOST: Duration = Duration::from_secs(6);

/// Asks for `paths` in turn.
pub async fn of_ours(
    client: &Client,
    readers: &[Reader],
    paths: &[String],
    requests: usize,
) -> Figures {
    ask(client, readers, paths, requests, AT_MOST).await
}

pub async fn of_peer(
    client: &Client,
    readers: &[Reader],
    paths: &[String],
    requests: usize,
) -> Figures {
    let requests = requests.div_ceil(PEER_SHARE);
    ask(client, readers, paths, requests, PEER_AT_MOST).await
}

async fn ask(
    client: &Client,
    readers: &[Reader],
    paths: &[String],
    requests: usize,
    at_most: Duration,
) -> Figures {
    let (readers, paths) = (readers.to_vec(), paths.to_vec());
    let asking = move |number: usize| {
        let reader = &readers[number % readers.len()];
        Ask::get(reader, &paths[number % paths.len()])
    };
    let load = Load {
        requests,
        at_once: AT_ONCE,
        at_most,
    };
    warmed_up(client, Arc::new(asking), load).await
}
