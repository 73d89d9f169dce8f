//! The digest of a week, to one person.

use domain::delivery::jobs::SendDigest;
use domain::delivery::{self, Ready};
use platform::mail::Letter;

use super::ways::not_now;
use crate::{Cx, Failure, Outcome};

pub(crate) async fn send_digest(job: SendDigest, cx: Cx) -> Result<Outcome, Failure> {
    let mut connection = cx.platform.db.acquire().await?;
    let config = &cx.platform.config;
    let ready = delivery::begin_digest(&mut connection, config, &job, cx.now()).await?;
    // Nobody waits on the mail server with a connection in hand.
    drop(connection);
    match ready {
        Ready::Go((), Some(letter)) => send(&job, &cx, &letter).await,
        Ready::Go((), None) => settle(&job, &cx).await,
        other => Ok(not_now(&cx, other)),
    }
}

async fn send(job: &SendDigest, cx: &Cx, letter: &Letter) -> Result<Outcome, Failure> {
    if let Err(error) = cx.platform.mailer.send(letter, cx.lease.job).await {
        let mut connection = cx.platform.db.acquire().await?;
        delivery::give_digest_back(&mut connection, job.user_id, job.week).await?;
        return Err(error.into());
    }
    settle(job, cx).await
}

async fn settle(job: &SendDigest, cx: &Cx) -> Result<Outcome, Failure> {
    let mut tx = cx.begin().await?;
    delivery::digest_sent(&mut tx, job.user_id, job.week).await?;
    cx.finish(tx).await
}
