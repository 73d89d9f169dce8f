//! Handlers of files.

mod blurhash;
mod desk;
mod encode;
mod files;
mod formats;
mod picture;
mod turbo;
mod video;

use std::time::{Duration, Instant};

use domain::media::MediaKind;
use domain::media::jobs::ProcessMedia;
use serde_json::json;

use crate::{Cx, Failure, Outcome};
pub(crate) use files::{purge_media, scan_media, sweep_media, take_over_upload};

pub(crate) use turbo::log_library;

use desk::{Desk, Progress, Seen};

/// What a picture may ask for.
#[derive(Clone)]
pub(crate) struct Bounds {
    pixels: u64,
    animation_pixels: u64,
    until: Instant,
}

pub(crate) async fn process(job: ProcessMedia, cx: Cx) -> Result<Outcome, Failure> {
    let Some(desk) = Desk::take_up(job.media_id, &cx).await? else {
        let earlier: Option<Progress> = cx.checkpoint();
        let folder = earlier.as_ref().map(|earlier| earlier.folder.as_str());
        return desk::clear(job.media_id, folder, &cx).await;
    };
    let seen = match desk.claimed.kind {
        MediaKind::Image => desk.picture().await?,
        MediaKind::Video => video::next(&desk).await?,
        MediaKind::Audio => video::sound(&desk).await?,
        MediaKind::Document => desk.untouched(),
    };
    if let Seen::More(progress) = seen {
        return Ok(Outcome::Continue(json!(progress)));
    }
    let mut tx = cx.begin().await?;
    match seen.settle(&mut tx, job.media_id).await? {
        true => cx.finish(tx).await,
        false => desk::clear(job.media_id, Some(&desk.progress.folder), &cx).await,
    }
}

/// All sizes of a JPEG, in one format or in both, on this thread: what is measured beside others. How many bytes the sizes
/// have, without the original.
pub fn measured(bytes: Vec<u8>, formats: &[image::ImageFormat]) -> Option<usize> {
    let bounds = Bounds {
        pixels: u64::MAX,
        animation_pixels: u64::MAX,
        until: Instant::now() + Duration::from_secs(3600),
    };
    let made = picture::make_in(formats, bytes, "image/jpeg", &bounds).ok()?;
    let sizes = made.forms.iter().filter(|form| form.name != "original");
    Some(sizes.map(|form| form.bytes.len()).sum())
}
