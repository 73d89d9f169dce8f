//! Handlers of leaving.

use domain::lifecycle::jobs::{
    Export, Purge, PurgeDue, PurgeExports, SendClosingMail, SendExportMail, SendKeptMail,
};
use domain::lifecycle::{self, Closing, Wanted};
use platform::mail::Letter;
use serde_json::json;

use crate::{Cx, Failure, Outcome};

mod archive;

/// Slices of a purge until it goes behind whatever is more urgent.
const SLICES_AT_ONCE: usize = 20;

pub(crate) async fn export(job: Export, cx: Cx) -> Result<Outcome, Failure> {
    let (platform, key) = (
        cx.platform.clone(),
        lifecycle::key(job.user_id, job.export_id),
    );
    let Wanted::Since(asked_at) = wanted(&job, &cx).await? else {
        return clear(&job, &cx).await;
    };
    let zip = archive::of(&platform, job.user_id, asked_at).await?;
    let zip = tokio::fs::File::from_std(zip);
    let size = platform.storage.put(&key, zip).await?;
    let mut tx = cx.begin().await?;
    let config = &platform.config.lifecycle;
    match lifecycle::archived(&mut tx, config, job.export_id, size).await? {
        true => cx.finish(tx).await,
        false => clear(&job, &cx).await,
    }
}

async fn wanted(job: &Export, cx: &Cx) -> Result<Wanted, Failure> {
    let mut connection = cx.platform.db.acquire().await?;
    Ok(lifecycle::wanted(&mut connection, job.export_id).await?)
}

/// Whoever asked may be gone meanwhile, with all that was theirs.
async fn clear(job: &Export, cx: &Cx) -> Result<Outcome, Failure> {
    if wanted(job, cx).await? == Wanted::Nobody {
        let key = lifecycle::key(job.user_id, job.export_id);
        cx.platform.storage.delete(&key).await?;
    }
    Ok(Outcome::Discard("nobody waits for it".to_owned()))
}

pub(crate) async fn send_export_mail(job: SendExportMail, cx: Cx) -> Result<Outcome, Failure> {
    let mut connection = cx.platform.db.acquire().await?;
    let (storage, id) = (&cx.platform.storage, job.export_id);
    let letter = lifecycle::export_letter(&mut connection, storage, id, cx.now()).await?;
    drop(connection);
    send(letter, cx).await
}

pub(crate) async fn send_closing_mail(job: SendClosingMail, cx: Cx) -> Result<Outcome, Failure> {
    let mut connection = cx.platform.db.acquire().await?;
    let config = &cx.platform.config;
    let letter = lifecycle::closing_letter(&mut connection, config, job.user_id).await?;
    drop(connection);
    send(letter, cx).await
}

pub(crate) async fn send_kept_mail(job: SendKeptMail, cx: Cx) -> Result<Outcome, Failure> {
    let mut connection = cx.platform.db.acquire().await?;
    let letter = lifecycle::kept_letter(&mut connection, job.user_id).await?;
    drop(connection);
    send(letter, cx).await
}

async fn send(letter: Option<Letter>, cx: Cx) -> Result<Outcome, Failure> {
    let Some(letter) = letter else {
        return Ok(Outcome::Discard(
            "there is nothing to tell, or nobody".to_owned(),
        ));
    };
    cx.platform.mailer.send(&letter, cx.lease.job).await?;
    Ok(Outcome::Done)
}

pub(crate) async fn purge_exports(_: PurgeExports, cx: Cx) -> Result<Outcome, Failure> {
    while lifecycle::purge_expired(&cx.platform).await? > 0 {}
    let mut tx = cx.begin().await?;
    lifecycle::fail_stale(&mut tx).await?;
    cx.finish(tx).await
}

pub(crate) async fn purge_due(_: PurgeDue, cx: Cx) -> Result<Outcome, Failure> {
    let mut after = None;
    loop {
        let mut tx = cx.begin().await?;
        after = lifecycle::purge_due(&mut tx, after).await?;
        if after.is_none() {
            return cx.finish(tx).await;
        }
        tx.commit().await?;
    }
}

pub(crate) async fn purge(job: Purge, cx: Cx) -> Result<Outcome, Failure> {
    let mut tx = cx.begin().await?;
    if lifecycle::close(&mut tx, job.user_id).await? == Closing::Stays {
        return Ok(Outcome::Discard("the account stays".to_owned()));
    }
    tx.commit().await?;
    // Each run looks through all tables again: those that are done cost a look.
    let mut statement = 0;
    for slice in 1..=SLICES_AT_ONCE {
        let mut tx = cx.begin().await?;
        if !lifecycle::purge_slice(&mut tx, job.user_id, &mut statement).await? {
            tx.rollback().await?;
            lifecycle::purge_files(&cx.platform.storage, job.user_id).await?;
            cx.platform.timelines.forget(job.user_id.0).await?;
            let mut tx = cx.begin().await?;
            lifecycle::finish(&mut tx, job.user_id).await?;
            return cx.finish(tx).await;
        }
        cx.save(tx, &json!({ "slice": slice })).await?;
    }
    Ok(Outcome::Continue(json!({ "slice": SLICES_AT_ONCE })))
}
