//! The formats of pictures that are taken: each is walked through without being decoded. The walk says how large the
//! picture is, and writes it anew from what is needed to look at it: whatever tells where, when and with what it was made
//! stays behind, as does everything after its end.

mod bytes;
mod gif;
mod jpeg;
mod png;
mod profile;
mod tables;
mod webp;

use domain::media::processing::Refusal;
use image::ImageFormat;
use image::metadata::Orientation;

use super::Bounds;
use bytes::Bytes;

pub(super) use profile::to_srgb;

type Result<T> = std::result::Result<T, Refusal>;

/// What a walk through a picture found.
#[derive(Default)]
pub(super) struct Walked {
    pub(super) width: u32,
    pub(super) height: u32,
    /// How many pictures it shows one after the other.
    pub(super) frames: u32,
    pub(super) exif: Option<Vec<u8>>,
    /// The numbers of its colour profile.
    pub(super) profile: Option<Vec<u8>>,
    /// Its colours are not those of a screen, or it was kept without loss.
    pub(super) is_print: bool,
    pub(super) is_lossless: bool,
    /// Of a JPEG: a scan names a table that is not there.
    pub(super) lacks_tables: bool,
    /// The picture, and nothing else.
    pub(super) clean: Vec<u8>,
}

impl Walked {
    pub(super) fn is_animated(&self) -> bool {
        self.frames > 1
    }

    /// Nothing has to be turned, and its colours are those of a screen.
    pub(super) fn is_shown_as_it_is(&self) -> bool {
        self.turn() == Orientation::NoTransforms && !self.is_print
    }

    /// The turn that the camera asks for. What moves is not turned.
    pub(super) fn turn(&self) -> Orientation {
        let asked = self.exif.as_deref().and_then(Orientation::from_exif_chunk);
        match asked {
            Some(turn) if !self.is_animated() => turn,
            _ => Orientation::NoTransforms,
        }
    }
}

/// What the bytes are, whatever they are called.
pub(super) fn format(bytes: &[u8]) -> Result<ImageFormat> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Ok(ImageFormat::Jpeg),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Ok(ImageFormat::Gif),
        _ if bytes.starts_with(b"\x89PNG\r\n\x1a\n") => Ok(ImageFormat::Png),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Ok(ImageFormat::WebP),
        _ => Err(Refusal::Unsupported),
    }
}

pub(super) fn walk(format: ImageFormat, bytes: &[u8], bounds: &Bounds) -> Result<Walked> {
    let walked = match format {
        ImageFormat::Jpeg => jpeg::walk(bytes, bounds)?,
        ImageFormat::Png => png::walk(bytes, bounds)?,
        ImageFormat::Gif => gif::walk(bytes, bounds)?,
        ImageFormat::WebP => webp::walk(bytes, bounds)?,
        _ => return Err(Refusal::Unsupported),
    };
    let shown = u64::from(walked.width) * u64::from(walked.height) * u64::from(walked.frames);
    match walked.is_animated() && shown > bounds.animation_pixels {
        true => Err(Refusal::TooManyFrames),
        false => Ok(walked),
    }
}

/// Asked as soon as a header is read: a picture of a few bytes may ask for gigabytes.
fn sized(bounds: &Bounds, width: u32, height: u32) -> Result<(u32, u32)> {
    match u64::from(width) * u64::from(height) {
        0 => Err(Refusal::Damaged),
        pixels if pixels > bounds.pixels => Err(Refusal::TooManyPixels),
        _ => Ok((width, height)),
    }
}
