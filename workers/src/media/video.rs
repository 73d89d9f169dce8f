//! A video: its still, and what it is streamed from. One slice a run: first the original is cleaned and looked into, then
//! each height of the ladder is made, then the list that names them. A run that is cut off costs its slice.
//!
//! Where ffmpeg is absent a video is served as it was uploaded, without what it says of its place.

mod ladder;
mod probe;
mod room;
mod scrub;
mod tool;

use std::path::Path;

use domain::media::processing::{Facts, Made, Refusal};

use super::desk::{Desk, Seen, blocking};
use super::picture::{self, Form};
use crate::Failure;
use ladder::Rung;
use probe::Video;
use room::Room;
use tool::Tool;

/// How much of the work is done when the ladder begins, in percent.
const LOOKED_AT: i16 = 10;

/// What the bytes are, and the part of ffmpeg that reads them: it is told, for a file may pretend to be a list of others.
#[derive(Clone, Copy)]
enum Container {
    /// mp4 and mov.
    Boxes,
    /// webm.
    Matroska,
}

impl Container {
    fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some(Self::Boxes),
            [0x1a, 0x45, 0xdf, 0xa3, ..] => Some(Self::Matroska),
            _ => None,
        }
    }

    fn reader(self) -> &'static str {
        match self {
            Self::Boxes => "mov",
            Self::Matroska => "matroska",
        }
    }
}

/// The next slice.
pub(super) async fn next(desk: &Desk<'_>) -> Result<Seen, Failure> {
    let head = desk.head().await?;
    let Some(container) = Container::of(&head) else {
        return Ok(Seen::Refused(Refusal::Unsupported));
    };
    let tool = Tool::new(desk);
    let makes_videos = desk.cx.platform.config.processing.makes_videos();
    let done = match (makes_videos, desk.progress.made.is_empty()) {
        (false, _) => as_uploaded(desk, container).await?,
        (true, true) => look(desk, &tool, container).await?,
        (true, false) => climb(desk, &tool, container).await?,
    };
    Ok(done.unwrap_or_else(Seen::Refused))
}

/// A sound in the boxes of videos, without the words that tell where it was recorded.
pub(super) async fn sound(desk: &Desk<'_>) -> Result<Seen, Failure> {
    let head = desk.head().await?;
    let shown = match Container::of(&head) {
        Some(Container::Boxes) => as_uploaded(desk, Container::Boxes).await?,
        _ => Ok(desk.untouched()),
    };
    Ok(shown.unwrap_or_else(Seen::Refused))
}

/// Without ffmpeg, and without the words in it where they can be found.
async fn as_uploaded(desk: &Desk<'_>, container: Container) -> Slice {
    let room = Room::open(desk).await?;
    let file = room.fetch(desk).await?;
    let path = file.clone();
    let scrubbed = tokio::task::spawn_blocking(move || scrub::scrub(container, &path)).await;
    if !scrubbed.map_err(Failure::retry)?.map_err(Failure::retry)? {
        return Ok(Err(Refusal::Damaged));
    }
    let facts = Facts {
        sha256: Some(room.hash(&file).await?),
        ..Facts::default()
    };
    room.put(desk, &file, &desk.key).await?;
    Ok(Ok(Seen::Ready(facts, vec![desk.as_it_is()])))
}

/// Cleans the original and takes its still.
async fn look(desk: &Desk<'_>, tool: &Tool, container: Container) -> Slice {
    let room = Room::open(desk).await?;
    let original = room.fetch(desk).await?;
    let video = match probe::look(tool, container, &original, desk).await? {
        Ok(video) => video,
        Err(why) => return Ok(Err(why)),
    };
    let clean = match tool.clean(container, &original, &room).await? {
        Ok(clean) => clean,
        Err(why) => return Ok(Err(why)),
    };
    let still = match tool.still(container, &clean, video.still_at()).await? {
        Ok(still) => still,
        Err(why) => return Ok(Err(why)),
    };
    let bounds = desk.bounds();
    match blocking(move || picture::still(&still, &bounds)).await? {
        Ok(poster) => keep(desk, &room, &clean, &video, poster).await.map(Ok),
        Err(why) => Ok(Err(why)),
    }
}

/// The original last: until then each run can begin anew.
async fn keep(
    desk: &Desk<'_>,
    room: &Room,
    clean: &Path,
    video: &Video,
    (forms, blurhash): (Vec<Form>, String),
) -> Result<Seen, Failure> {
    let mut progress = desk.progress.clone();
    for form in forms {
        progress.made.push(desk.write(form).await?);
    }
    progress.facts = video.facts(blurhash, room.hash(clean).await?);
    let original = room.replace_original(desk, clean, video).await?;
    progress.made.push(original);
    desk.report(LOOKED_AT).await?;
    Ok(Seen::More(progress))
}

type Slice = Result<Result<Seen, Refusal>, Failure>;

/// The next height, or the list of all once they are there.
async fn climb(desk: &Desk<'_>, tool: &Tool, container: Container) -> Slice {
    let rungs = ladder::of(&desk.progress.facts);
    let is_made = |rung: &Rung| {
        desk.progress
            .made
            .iter()
            .any(|made| made.name == rung.name())
    };
    let Some(at) = rungs.iter().position(|rung| !is_made(rung)) else {
        return finish(desk, &rungs).await.map(Ok);
    };
    let room = Room::open(desk).await?;
    let part = (100 - LOOKED_AT) / i16::try_from(rungs.len()).unwrap_or(1).max(1);
    let start = LOOKED_AT + part * i16::try_from(at).unwrap_or(0);
    let made = tool.transcode(desk, container, &rungs[at], &room, (start, part));
    let made = match made.await? {
        Ok(made) => made,
        Err(why) => return Ok(Err(why)),
    };
    let mut progress = desk.progress.clone();
    progress.made.push(made);
    desk.report(start + part).await?;
    Ok(Ok(Seen::More(progress)))
}

async fn finish(desk: &Desk<'_>, rungs: &[Rung]) -> Result<Seen, Failure> {
    let key = format!("{}/hls.m3u8", desk.progress.folder);
    let list = ladder::list(rungs);
    let size = desk.cx.platform.storage.put(&key, list.as_bytes()).await?;
    let mut made = desk.progress.made.clone();
    made.push(Made {
        name: "hls".to_owned(),
        content_type: "application/vnd.apple.mpegurl".to_owned(),
        key,
        width: None,
        height: None,
        size,
    });
    Ok(Seen::Ready(desk.progress.facts.clone(), made))
}
