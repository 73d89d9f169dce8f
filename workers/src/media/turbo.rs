//! JPEG through libjpeg-turbo: it decodes at a fraction of the size and writes with tables fitted to the picture. Without
//! the feature `libjpeg-turbo`, and wherever it refuses a file, the decoder and the encoder written in Rust do the work:
//! they have the last word on what is damaged.

/// The size that is asked of the decoder.
#[derive(Clone, Copy)]
pub(super) enum Scale {
    Full,
    /// The smallest fraction whose long side is no shorter than this.
    AtLeast(u32),
}

#[cfg(feature = "libjpeg-turbo")]
mod library {
    use image::{DynamicImage, RgbImage};
    use turbojpeg::{
        Colorspace, Compressor, Decompressor, Image, PixelFormat, ScalingFactor, Subsamp,
    };

    use super::Scale;

    /// Those that the library computes with vector instructions, the smallest first.
    const FRACTIONS: [ScalingFactor; 3] = [
        ScalingFactor::ONE_EIGHTH,
        ScalingFactor::ONE_QUARTER,
        ScalingFactor::ONE_HALF,
    ];
    const MOST_SCANS: u32 = 100;
    const CHANNELS: usize = 3;

    fn fraction(long: usize, scale: Scale) -> ScalingFactor {
        let Scale::AtLeast(needed) = scale else {
            return ScalingFactor::ONE;
        };
        let is_enough = |fraction: &ScalingFactor| {
            u32::try_from(fraction.scale(long)).is_ok_and(|long| long >= needed)
        };
        FRACTIONS
            .into_iter()
            .find(is_enough)
            .unwrap_or(ScalingFactor::ONE)
    }

    pub(in super::super) fn decode(
        bytes: &[u8],
        (width, height): (u32, u32),
        scale: Scale,
    ) -> Option<DynamicImage> {
        let mut decoder = Decompressor::new().ok()?;
        decoder.set_scan_limit(MOST_SCANS).ok()?;
        let header = decoder.read_header(bytes).ok()?;
        // The limit on pixels was held against the size that the walk found.
        let found = (u32::try_from(header.width), u32::try_from(header.height));
        let is_print = matches!(header.colorspace, Colorspace::CMYK | Colorspace::YCCK);
        let is_usual = !header.is_lossless && !header.is_arithmetic;
        if found != (Ok(width), Ok(height)) || is_print || !is_usual {
            return None;
        }
        let fraction = fraction(header.width.max(header.height), scale);
        decoder.set_scaling_factor(fraction).ok()?;
        let scaled = header.scaled(fraction);
        let mut pixels = vec![0; scaled.width * scaled.height * CHANNELS];
        let image = Image {
            pixels: &mut pixels[..],
            width: scaled.width,
            pitch: scaled.width * CHANNELS,
            height: scaled.height,
            format: PixelFormat::RGB,
        };
        decoder.decompress(bytes, image).ok()?;
        let (width, height) = (
            scaled.width.try_into().ok()?,
            scaled.height.try_into().ok()?,
        );
        RgbImage::from_raw(width, height, pixels).map(DynamicImage::from)
    }

    pub(in super::super) fn encode(
        pixels: &[u8],
        width: u16,
        height: u16,
        quality: u8,
    ) -> Option<Vec<u8>> {
        let (width, height) = (usize::from(width), usize::from(height));
        let mut encoder = Compressor::new().ok()?;
        encoder.set_quality(quality.into()).ok()?;
        encoder.set_subsamp(Subsamp::Sub2x2).ok()?;
        encoder.set_optimize(true).ok()?;
        let image = Image {
            pixels,
            width,
            pitch: width * CHANNELS,
            height,
            format: PixelFormat::RGB,
        };
        encoder.compress_to_vec(image).ok()
    }
}

#[cfg(not(feature = "libjpeg-turbo"))]
mod library {
    use image::DynamicImage;

    use super::Scale;

    pub(in super::super) fn decode(_: &[u8], _: (u32, u32), _: Scale) -> Option<DynamicImage> {
        None
    }

    pub(in super::super) fn encode(_: &[u8], _: u16, _: u16, _: u8) -> Option<Vec<u8>> {
        None
    }
}

pub(super) use library::{decode, encode};

/// Said once, when the workers start.
pub(crate) fn log_library() {
    let probe = [0; 3];
    let written = encode(&probe, 1, 1, 80);
    let is_read = written.is_some_and(|jpeg| decode(&jpeg, (1, 1), Scale::Full).is_some());
    if is_read {
        tracing::info!("JPEG is read and written by libjpeg-turbo");
    } else {
        tracing::warn!(
            "JPEG is read and written without libjpeg-turbo: pictures take longer, more memory and larger files"
        );
    }
}
