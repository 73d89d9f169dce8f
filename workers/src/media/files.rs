//! Handlers of files as such: taken over, scanned, purged.

use domain::media::jobs::{PurgeMedia, ScanMedia, SweepMedia, TakeOverUpload};
use domain::media::{self, Left};

use crate::{Cx, Failure, Outcome};

pub(crate) async fn take_over_upload(job: TakeOverUpload, cx: Cx) -> Result<Outcome, Failure> {
    let (platform, id) = (cx.platform.clone(), job.media_id);
    if let Some(joined) = media::join(&platform, id).await? {
        let mut tx = cx.begin().await?;
        media::taken_over(&mut tx, &platform, &joined).await?;
        tx.commit().await?;
    }
    media::clear_parts(&platform, id).await?;
    Ok(Outcome::Done)
}

pub(crate) async fn scan_media(job: ScanMedia, cx: Cx) -> Result<Outcome, Failure> {
    let platform = cx.platform.clone();
    let Some(scanned) = media::scan(&platform, job.media_id).await? else {
        return Ok(Outcome::Discard("nobody waits for it".to_owned()));
    };
    let mut tx = cx.begin().await?;
    media::judge(&mut tx, &platform, &scanned).await?;
    tx.commit().await?;
    media::clear_harm(&platform, &scanned).await?;
    Ok(Outcome::Done)
}

pub(crate) async fn purge_media(job: PurgeMedia, cx: Cx) -> Result<Outcome, Failure> {
    match media::purge_files(&cx.platform, job.media_id).await? {
        None => return Ok(Outcome::Discard("it is gone, or stays".to_owned())),
        Some(Left::Links(until)) => return Ok(Outcome::Snooze(cx.until(until))),
        Some(Left::Nothing) => {}
    }
    let mut tx = cx.begin().await?;
    media::forget(&mut tx, job.media_id).await?;
    cx.finish(tx).await
}

pub(crate) async fn sweep_media(_: SweepMedia, cx: Cx) -> Result<Outcome, Failure> {
    let unused_for = cx.platform.config.media.unused_for;
    loop {
        let mut tx = cx.begin().await?;
        if media::sweep(&mut tx, unused_for).await? == 0 {
            return cx.finish(tx).await;
        }
        tx.commit().await?;
    }
}
