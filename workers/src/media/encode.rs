//! Pixels made smaller, and written.

use std::borrow::Cow;
use std::io::Cursor;

use domain::media::processing::Refusal;
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{PixelType, ResizeOptions, Resizer};
use image::{DynamicImage, ImageFormat, RgbImage, RgbaImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::turbo;

type Result<T> = std::result::Result<T, Refusal>;

/// Of what is looked at, and of originals that have to be made anew; of 100.
pub(super) const SHOWN: u8 = 80;
const KEPT: u8 = 92;

pub(super) fn resized(pixels: &DynamicImage, width: u32, height: u32) -> Result<DynamicImage> {
    let kind = match pixels {
        DynamicImage::ImageRgba8(_) => PixelType::U8x4,
        _ => PixelType::U8x3,
    };
    let broken = |_| Refusal::Damaged;
    let from = ImageRef::new(pixels.width(), pixels.height(), pixels.as_bytes(), kind);
    let mut to = Image::new(width, height, kind);
    let mut resizer = Resizer::new();
    resizer
        .resize(&from.map_err(broken)?, &mut to, &ResizeOptions::new())
        .map_err(|_| Refusal::Damaged)?;
    let (width, height, bytes) = (to.width(), to.height(), to.into_vec());
    let made = match kind {
        PixelType::U8x4 => RgbaImage::from_raw(width, height, bytes).map(DynamicImage::from),
        _ => RgbImage::from_raw(width, height, bytes).map(DynamicImage::from),
    };
    made.ok_or(Refusal::Damaged)
}

/// What one sees through is white.
pub(super) fn jpeg(pixels: &DynamicImage, quality: u8) -> Result<Vec<u8>> {
    let (width, height) = sides(pixels)?;
    let opaque = on_white(pixels);
    if let Some(written) = turbo::encode(&opaque, width, height, quality) {
        return Ok(written);
    }
    let mut out = Vec::with_capacity(usize::from(width) * usize::from(height) / 8);
    let mut encoder = Encoder::new(&mut out, quality);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    let written = encoder.encode(&opaque, width, height, ColorType::Rgb);
    written.map_err(|_| Refusal::Damaged)?;
    Ok(out)
}

fn sides(pixels: &DynamicImage) -> Result<(u16, u16)> {
    let side = |side: u32| u16::try_from(side).map_err(|_| Refusal::TooManyPixels);
    Ok((side(pixels.width())?, side(pixels.height())?))
}

pub(super) fn on_white(pixels: &DynamicImage) -> Cow<'_, [u8]> {
    let DynamicImage::ImageRgba8(pixels) = pixels else {
        return Cow::Borrowed(pixels.as_bytes());
    };
    let mut out = Vec::with_capacity(pixels.len() / 4 * 3);
    for [red, green, blue, alpha] in pixels.as_chunks::<4>().0 {
        let alpha = u16::from(*alpha);
        let mixed = |colour: u8| {
            let sum = u16::from(colour) * alpha / 255 + (255 - alpha);
            u8::try_from(sum).unwrap_or(255)
        };
        out.extend([mixed(*red), mixed(*green), mixed(*blue)]);
    }
    Cow::Owned(out)
}

pub(super) fn webp(pixels: &DynamicImage, quality: u8) -> Result<Vec<u8>> {
    packed(pixels, quality, false)
}

fn packed(pixels: &DynamicImage, quality: u8, is_lossless: bool) -> Result<Vec<u8>> {
    let (width, height) = (pixels.width(), pixels.height());
    let encoder = match pixels {
        DynamicImage::ImageRgba8(_) => webp::Encoder::from_rgba(pixels.as_bytes(), width, height),
        _ => webp::Encoder::from_rgb(pixels.as_bytes(), width, height),
    };
    let written = encoder.encode_simple(is_lossless, quality.into());
    Ok(written.map_err(|_| Refusal::TooManyPixels)?.to_vec())
}

/// In the format it had.
pub(super) fn anew(format: ImageFormat, pixels: &DynamicImage, lossless: bool) -> Result<Vec<u8>> {
    match format {
        ImageFormat::Jpeg => jpeg(pixels, KEPT),
        ImageFormat::WebP => packed(pixels, KEPT, lossless),
        format => {
            let mut out = Cursor::new(Vec::new());
            let written = pixels.write_to(&mut out, format);
            written.map_err(|_| Refusal::Damaged)?;
            Ok(out.into_inner())
        }
    }
}
