//! A picture: what it is shown as. Decoded once, each size made from the one above; all of it on a thread that may block.

use std::io::Cursor;
use std::time::Instant;

use domain::media::processing::Refusal;
use image::{DynamicImage, ImageFormat, ImageReader, Limits};

use super::formats::{self, Walked};
use super::turbo::{self, Scale};
use super::{Bounds, blurhash, encode};

type Result<T> = std::result::Result<T, Refusal>;

/// The long side of each form, the largest first.
const SIZES: [(&str, u32); 3] = [("large", 1600), ("medium", 640), ("small", 160)];

/// What each size is written as: WebP is smaller, JPEG is known everywhere.
const FORMATS: [ImageFormat; 2] = [ImageFormat::Jpeg, ImageFormat::WebP];

/// Of each pixel while it is decoded, at most.
const PIXEL_BYTES: u64 = 8;
/// What decoders need besides.
const DECODER_BYTES: u64 = 64 * 1024 * 1024;

pub(super) struct Picture {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) blurhash: String,
    pub(super) animated: bool,
    /// The original is the last.
    pub(super) forms: Vec<Form>,
}

pub(super) struct Form {
    pub(super) name: &'static str,
    pub(super) format: ImageFormat,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) bytes: Vec<u8>,
}

/// The picture with all its forms.
pub(super) fn make(bytes: Vec<u8>, content_type: &str, bounds: &Bounds) -> Result<Picture> {
    make_in(&FORMATS, bytes, content_type, bounds)
}

/// In these formats alone.
pub(super) fn make_in(
    formats: &[ImageFormat],
    bytes: Vec<u8>,
    content_type: &str,
    bounds: &Bounds,
) -> Result<Picture> {
    let (format, mut walked) = walk(bytes, content_type, bounds)?;
    let mut pixels = decode(format, &walked, scale(&walked), bounds)?;
    within(bounds)?;
    let original = original(format, &mut walked, &mut pixels)?;
    within(bounds)?;
    let animated = walked.is_animated();
    let (width, height) = (original.width, original.height);
    let profile = walked.profile.take();
    let (mut forms, blurhash) = forms(formats, pixels, (width, height), profile, bounds)?;
    forms.push(original);
    Ok(Picture {
        width,
        height,
        blurhash,
        animated,
        forms,
    })
}

/// The bytes as they came are needed no longer.
fn walk(bytes: Vec<u8>, content_type: &str, bounds: &Bounds) -> Result<(ImageFormat, Walked)> {
    let format = formats::format(&bytes)?;
    match format.to_mime_type() == content_type {
        true => Ok((format, formats::walk(format, &bytes, bounds)?)),
        false => Err(Refusal::WrongType),
    }
}

/// A picture that we made ourselves, such as the still of a video.
pub(super) fn still(bytes: &[u8], bounds: &Bounds) -> Result<(Vec<Form>, String)> {
    let walked = formats::walk(ImageFormat::Jpeg, bytes, bounds)?;
    let pixels = decode(ImageFormat::Jpeg, &walked, Scale::Full, bounds)?;
    let hash = blurhash::of(&encode::resized(&pixels, 64, 64)?);
    Ok((shown(&FORMATS, "poster", &pixels)?, hash))
}

/// Every pixel is needed only where the original has to be made anew.
fn scale(walked: &Walked) -> Scale {
    let long = walked.width.max(walked.height);
    let largest = SIZES.into_iter().find(|(_, size)| *size <= long);
    match (walked.is_shown_as_it_is(), largest) {
        (true, Some((_, size))) => Scale::AtLeast(size),
        _ => Scale::Full,
    }
}

fn decode(
    format: ImageFormat,
    walked: &Walked,
    scale: Scale,
    bounds: &Bounds,
) -> Result<DynamicImage> {
    let size = (walked.width, walked.height);
    let by_library = match format {
        ImageFormat::Jpeg if !walked.lacks_tables => turbo::decode(&walked.clean, size, scale),
        _ => None,
    };
    by_library.map_or_else(|| decode_whole(format, walked, bounds), Ok)
}

fn decode_whole(format: ImageFormat, walked: &Walked, bounds: &Bounds) -> Result<DynamicImage> {
    let mut limits = Limits::no_limits();
    let pixels = bounds.pixels.saturating_mul(PIXEL_BYTES);
    limits.max_alloc = Some(pixels.saturating_add(DECODER_BYTES));
    let mut reader = ImageReader::with_format(Cursor::new(&walked.clean), format);
    reader.limits(limits);
    let pixels = reader.decode().map_err(|error| match error {
        image::ImageError::Unsupported(_) => Refusal::Unsupported,
        image::ImageError::Limits(_) => Refusal::TooManyPixels,
        _ => Refusal::Damaged,
    })?;
    Ok(match pixels.color().has_alpha() {
        true => DynamicImage::ImageRgba8(pixels.into_rgba8()),
        false => DynamicImage::ImageRgb8(pixels.into_rgb8()),
    })
}

/// As it was, where it can be shown so; else made anew in its own format, turned as the camera asks.
fn original(format: ImageFormat, walked: &mut Walked, pixels: &mut DynamicImage) -> Result<Form> {
    let bytes = match walked.is_shown_as_it_is() {
        true => std::mem::take(&mut walked.clean),
        false => made_anew(format, walked, pixels)?,
    };
    // A JPEG that is shown as it is may have been decoded at a fraction of its size.
    let (width, height) = match format {
        ImageFormat::Jpeg if walked.is_shown_as_it_is() => (walked.width, walked.height),
        _ => (pixels.width(), pixels.height()),
    };
    Ok(Form {
        name: "original",
        format,
        width,
        height,
        bytes,
    })
}

fn made_anew(
    format: ImageFormat,
    walked: &mut Walked,
    pixels: &mut DynamicImage,
) -> Result<Vec<u8>> {
    walked.clean = Vec::new();
    pixels.apply_orientation(walked.turn());
    if let Some(profile) = walked.profile.take() {
        formats::to_srgb(pixels, &profile);
    }
    encode::anew(format, pixels, walked.is_lossless)
}

/// Every size that is no larger than the picture; of a tiny one, itself.
fn forms(
    formats: &[ImageFormat],
    mut pixels: DynamicImage,
    whole: (u32, u32),
    mut profile: Option<Vec<u8>>,
    bounds: &Bounds,
) -> Result<(Vec<Form>, String)> {
    let long = whole.0.max(whole.1);
    let mut forms = Vec::new();
    for (name, size) in SIZES {
        if size > long && name != "small" {
            continue;
        }
        pixels = fitted(pixels, whole, size)?;
        if let Some(profile) = profile.take() {
            formats::to_srgb(&mut pixels, &profile);
        }
        forms.extend(shown(formats, name, &pixels)?);
        within(bounds)?;
    }
    let tiny = encode::resized(&pixels, 32, 32)?;
    Ok((forms, blurhash::of(&tiny)))
}

/// The sides follow from those of the whole picture, whatever these pixels have of it.
fn fitted(pixels: DynamicImage, (width, height): (u32, u32), size: u32) -> Result<DynamicImage> {
    let long = width.max(height);
    let side = |side: u32| {
        let rounded = (u64::from(side) * u64::from(size) + u64::from(long) / 2) / u64::from(long);
        u32::try_from(rounded).unwrap_or(size).max(1)
    };
    let fitted = match long <= size {
        true => (width, height),
        false => (side(width), side(height)),
    };
    match fitted == (pixels.width(), pixels.height()) {
        true => Ok(pixels),
        false => encode::resized(&pixels, fitted.0, fitted.1),
    }
}

fn shown(formats: &[ImageFormat], name: &'static str, pixels: &DynamicImage) -> Result<Vec<Form>> {
    let form = |format: &ImageFormat| {
        let bytes = match format {
            ImageFormat::WebP => encode::webp(pixels, encode::SHOWN)?,
            _ => encode::jpeg(pixels, encode::SHOWN)?,
        };
        Ok(Form {
            name,
            format: *format,
            width: pixels.width(),
            height: pixels.height(),
            bytes,
        })
    };
    formats.iter().map(form).collect()
}

fn within(bounds: &Bounds) -> Result<()> {
    match Instant::now() > bounds.until {
        true => Err(Refusal::TooSlow),
        false => Ok(()),
    }
}
