//! Handlers of what leaves the house because something happened.

use domain::delivery::jobs::{Deliver, FindDigests, PurgeDigests};
use domain::delivery::{self, DigestPlace};
use serde_json::json;

use crate::{Cx, Failure, Outcome};

mod digest;
mod ways;

pub(crate) use digest::send_digest;
pub(crate) use ways::{send_notification_mail, send_notification_text, send_push};

/// Rows in one transaction.
const SLICE: i64 = 2_000;

pub(crate) async fn deliver(job: Deliver, cx: Cx) -> Result<Outcome, Failure> {
    let id = job.notification_id;
    let mut connection = cx.platform.db.acquire().await?;
    let reader = delivery::reader(&mut connection, id, cx.now()).await?;
    // Nobody waits on Redis with a connection in hand.
    drop(connection);
    let seen = match reader {
        Some(reader) => cx.platform.presence.last_seen(reader.0).await,
        None => return Ok(Outcome::Discard("there is nothing to tell".to_owned())),
    };
    let mut tx = cx.begin().await?;
    match delivery::fan_out(&mut tx, &cx.platform.config.delivery, id, seen).await? {
        None => cx.finish(tx).await,
        Some(until) => {
            tx.commit().await?;
            Ok(Outcome::Snooze(cx.until(until)))
        }
    }
}

pub(crate) async fn find_digests(job: FindDigests, cx: Cx) -> Result<Outcome, Failure> {
    let mut place = cx.checkpoint::<DigestPlace>().unwrap_or_default();
    loop {
        let mut tx = cx.begin().await?;
        let zone = &cx.platform.config.people.timezone;
        match delivery::find_digests(&mut tx, zone, job.due, place).await? {
            None => return cx.finish(tx).await,
            Some(next) => place = next,
        }
        cx.save(tx, &json!(place)).await?;
    }
}

pub(crate) async fn purge_digests(_: PurgeDigests, cx: Cx) -> Result<Outcome, Failure> {
    loop {
        let mut tx = cx.begin().await?;
        let purged = delivery::purge_digests(&mut tx, SLICE).await?;
        if purged == 0 {
            return cx.finish(tx).await;
        }
        tx.commit().await?;
    }
}
