//! Many people signed in without a password: hashing thousands takes minutes and is not what is measured here.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use bench::Reader;
use domain::UserId;
use domain::identity::{Device, Entry, Way, enter};
use platform::config::Config;
use platform::{Clock, Platform};
use uuid::Uuid;

/// In one transaction.
const SLICE: usize = 200;

const A_DAY: Duration = Duration::from_secs(86_400);

pub async fn sign_in(people: Vec<(Uuid, String)>) -> Result<Vec<Reader>> {
    let config = Config::from_env().map_err(|problems| anyhow::anyhow!("{problems}"))?;
    let platform = Platform::start(config, Clock::system())?;
    let mut auth = platform.config.auth.clone();
    auth.access_ttl = A_DAY;
    let mut readers = Vec::with_capacity(people.len());
    for slice in people.chunks(SLICE) {
        let mut tx = platform.db.begin().await?;
        for (id, username) in slice {
            let way = Way::Code;
            let entry = enter(&mut tx, &auth, UserId(*id), way, &Device::default()).await?;
            let Entry::SignedIn(signed_in) = entry else {
                bail!("{username} is asked for a second factor");
            };
            let token = signed_in
                .tokens
                .token
                .context("who signs in gets a token")?;
            readers.push(Reader {
                id: *id,
                username: username.clone(),
                token: token.into(),
            });
        }
        tx.commit().await?;
    }
    platform.db.close().await;
    Ok(readers)
}
