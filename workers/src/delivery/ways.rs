//! Each way that a notification takes: what it says is written, this run begins, the provider is asked, and what came of
//! it is kept together with the job's finish.

use domain::delivery::jobs::{SendNotificationMail, SendNotificationText, SendPush};
use domain::delivery::{self, Claim, Ready};
use domain::{DeviceId, devices};
use platform::push::{Push, PushError};

use crate::{Cx, Failure, Outcome};

pub(crate) async fn send_push(job: SendPush, cx: Cx) -> Result<Outcome, Failure> {
    let mut connection = cx.platform.db.acquire().await?;
    let config = &cx.platform.config;
    let ready = delivery::push(&mut connection, config, &job, cx.now()).await?;
    // Nobody waits on a provider with a connection in hand.
    drop(connection);
    let (claim, push) = match ready {
        Ready::Go(claim, push) => (claim, push),
        other => return Ok(not_now(&cx, other)),
    };
    match cx.platform.pusher.send(&push).await {
        Ok(()) => sent(&cx, claim).await,
        Err(PushError::Gone(why)) => bury(&cx, job.device_id, &push, &why).await,
        Err(error) => give_back(&cx, claim, error).await,
    }
}

pub(crate) async fn send_notification_mail(
    job: SendNotificationMail,
    cx: Cx,
) -> Result<Outcome, Failure> {
    let mut connection = cx.platform.db.acquire().await?;
    let config = &cx.platform.config;
    let ready = delivery::letter(&mut connection, config, &job, cx.now()).await?;
    drop(connection);
    let (claim, letter) = match ready {
        Ready::Go(claim, letter) => (claim, letter),
        other => return Ok(not_now(&cx, other)),
    };
    match cx.platform.mailer.send(&letter, cx.lease.job).await {
        Ok(()) => sent(&cx, claim).await,
        Err(error) => give_back(&cx, claim, error).await,
    }
}

pub(crate) async fn send_notification_text(
    job: SendNotificationText,
    cx: Cx,
) -> Result<Outcome, Failure> {
    let mut connection = cx.platform.db.acquire().await?;
    let config = &cx.platform.config;
    let ready = delivery::text_message(&mut connection, config, &job, cx.now()).await?;
    drop(connection);
    let (claim, text) = match ready {
        Ready::Go(claim, text) => (claim, text),
        other => return Ok(not_now(&cx, other)),
    };
    match cx.platform.texter.send(&text).await {
        Ok(()) => sent(&cx, claim).await,
        Err(error) => give_back(&cx, claim, error).await,
    }
}

async fn sent(cx: &Cx, claim: Claim) -> Result<Outcome, Failure> {
    let mut tx = cx.begin().await?;
    delivery::sent(&mut tx, claim).await?;
    cx.finish(tx).await
}

async fn give_back(cx: &Cx, claim: Claim, error: impl Into<Failure>) -> Result<Outcome, Failure> {
    let mut connection = cx.platform.db.acquire().await?;
    delivery::give_back(&mut connection, claim).await?;
    Err(error.into())
}

async fn bury(cx: &Cx, device: DeviceId, push: &Push, why: &str) -> Result<Outcome, Failure> {
    tracing::info!(%device, why, "a device gets no more pushes");
    let mut tx = cx.begin().await?;
    devices::bury(&mut tx, device, &push.token).await?;
    cx.finish(tx).await
}

/// Another run is at it, or nobody wants it any more.
pub(super) fn not_now<C, T>(cx: &Cx, ready: Ready<C, T>) -> Outcome {
    match ready {
        Ready::Busy(until) => Outcome::Snooze(cx.until(until)),
        Ready::Over(why) => Outcome::Discard(why.to_owned()),
        Ready::Go(..) => Outcome::Done,
    }
}
