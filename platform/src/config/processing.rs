use std::path::{Path, PathBuf};
use std::time::Duration;

use super::reader::Reader;

/// What is done with pictures and videos that are uploaded.
#[derive(Clone, Debug)]
pub struct Processing {
    pub pixels: u64,
    pub animation_pixels: u64,
    pub time: Duration,
    pub ffmpeg: PathBuf,
    pub ffprobe: PathBuf,
    pub video_length: Duration,
    /// Where programs are looked for that are named without a folder.
    path: Vec<PathBuf>,
}

impl Processing {
    /// Whether ffmpeg and ffprobe are on this machine: else videos are served as they were uploaded.
    pub fn makes_videos(&self) -> bool {
        [&self.ffmpeg, &self.ffprobe]
            .into_iter()
            .all(|program| is_there(program, &self.path))
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.section("Pictures and videos");
        let pixels = reader.or(
            "MEDIA_PIXELS",
            "100000000",
            "Pictures and videos of more pixels (width × height) are refused, before they are decoded.",
        );
        let animation_pixels = reader.or(
            "MEDIA_ANIMATION_PIXELS",
            "1000000000",
            "Moving pictures whose frames have more pixels together are refused.",
        );
        let time = reader.span(
            "MEDIA_TIME",
            "2m",
            "A picture that takes longer to look into is refused.",
        );
        let ffmpeg = reader.or(
            "FFMPEG",
            "ffmpeg",
            "The program that makes videos, by path or as PATH finds it. Where it is absent, videos are served as uploaded.",
        );
        let ffprobe = reader.or(
            "FFPROBE",
            "ffprobe",
            "The program that looks into videos, by path or as PATH finds it.",
        );
        let video_length = reader.span("VIDEO_LENGTH", "1h", "Longer videos are refused.");
        Some(Self {
            pixels: pixels?,
            animation_pixels: animation_pixels?,
            time: time?,
            ffmpeg: ffmpeg?,
            ffprobe: ffprobe?,
            video_length: video_length?,
            path: programs(),
        })
    }
}

/// The folders of PATH. It is no setting of ours: whoever starts a child looks there too.
#[expect(
    clippy::disallowed_methods,
    reason = "the environment is read once, here too"
)]
fn programs() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).collect()
}

fn is_there(program: &Path, path: &[PathBuf]) -> bool {
    match program.components().count() {
        1 => path.iter().any(|folder| folder.join(program).is_file()),
        _ => program.is_file(),
    }
}
