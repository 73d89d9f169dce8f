//! What ffprobe says of a video, and whether it is one that is taken.

use std::path::Path;

use domain::media::processing::{Facts, Refusal};
use serde::Deserialize;

use super::{Container, Desk, Tool};
use crate::Failure;

#[derive(Debug, Deserialize)]
struct Told {
    #[serde(default)]
    streams: Vec<Stream>,
    format: Option<Format>,
}

#[derive(Debug, Deserialize)]
struct Stream {
    codec_type: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    #[serde(default)]
    side_data_list: Vec<Side>,
}

#[derive(Debug, Deserialize)]
struct Side {
    rotation: Option<f64>,
}

#[derive(Debug, Deserialize)]
struct Format {
    duration: Option<String>,
}

/// As it is looked at.
pub(super) struct Video {
    pub(super) width: u32,
    pub(super) height: u32,
    seconds: f64,
}

impl Video {
    /// A little after the start: videos like to begin in the dark.
    pub(super) fn still_at(&self) -> f64 {
        (self.seconds / 10.0).min(1.0)
    }

    pub(super) fn facts(&self, blurhash: String, sha256: Vec<u8>) -> Facts {
        Facts {
            width: Some(self.width),
            height: Some(self.height),
            duration_ms: Some((self.seconds * 1000.0).round() as i64),
            blurhash: Some(blurhash),
            animated: false,
            sha256: Some(sha256),
        }
    }
}

pub(super) async fn look(
    tool: &Tool,
    container: Container,
    file: &Path,
    desk: &Desk<'_>,
) -> Result<Result<Video, Refusal>, Failure> {
    let told = match tool.probe(container, file).await? {
        Ok(told) => told,
        Err(why) => return Ok(Err(why)),
    };
    let Ok(told) = serde_json::from_slice::<Told>(&told) else {
        return Ok(Err(Refusal::Damaged));
    };
    let config = &desk.cx.platform.config.processing;
    let video = judge(&told).ok_or(Refusal::Damaged);
    Ok(video.and_then(|video| match () {
        () if video.seconds > config.video_length.as_secs_f64() => Err(Refusal::TooLong),
        () if u64::from(video.width) * u64::from(video.height) > config.pixels => {
            Err(Refusal::TooManyPixels)
        }
        () => Ok(video),
    }))
}

fn judge(told: &Told) -> Option<Video> {
    let is_video = |stream: &&Stream| stream.codec_type.as_deref() == Some("video");
    let stream = told.streams.iter().find(is_video)?;
    let (width, height) = (stream.width?, stream.height?);
    let turn = stream.side_data_list.iter().find_map(|side| side.rotation);
    let is_on_its_side = turn.is_some_and(|turn| (turn / 90.0).round() as i64 % 2 != 0);
    let (width, height) = match is_on_its_side {
        true => (height, width),
        false => (width, height),
    };
    let seconds = told.format.as_ref()?.duration.as_ref()?.parse().ok()?;
    (width > 0 && height > 0).then_some(Video {
        width,
        height,
        seconds,
    })
}
