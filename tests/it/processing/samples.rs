//! Pictures made by code.

use image::codecs::gif::GifEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{DynamicImage, ExtendedColorType, Frame, ImageEncoder, Rgb, RgbImage, RgbaImage};

/// What no file that is served may say.
pub const SECRET: &[u8] = b"48.137154N";

/// A red corner at the top left of a picture that gets greener to the right and bluer downwards.
pub fn scene(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        if x < width / 4 && y < height / 4 {
            return Rgb([255, 0, 0]);
        }
        let part = |at: u32, of: u32| u8::try_from(at * 255 / of.max(1)).unwrap();
        Rgb([0, part(x, width), part(y, height)])
    })
}

pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let picture = DynamicImage::from(scene(width, height));
    picture
        .write_with_encoder(PngEncoder::new(&mut out))
        .unwrap();
    out
}

/// Half of it can be seen through.
pub fn see_through_png(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbaImage::from_fn(width, height, |x, _| {
        image::Rgba([0, 0, 255, if x < width / 2 { 0 } else { 255 }])
    });
    let mut out = Vec::new();
    let picture = DynamicImage::from(picture);
    picture
        .write_with_encoder(PngEncoder::new(&mut out))
        .unwrap();
    out
}

/// With EXIF that says how to turn it, and where it was made.
pub fn jpeg(width: u32, height: u32, orientation: u8) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut out, 90);
    encoder.set_exif_metadata(exif(orientation)).unwrap();
    let picture = scene(width, height);
    encoder
        .write_image(&picture, width, height, ExtendedColorType::Rgb8)
        .unwrap();
    // A comment, and XMP.
    with_segment(&with_segment(&out, 0xfe, SECRET), 0xe1, &xmp())
}

/// Large enough that work on it can be caught in the middle.
pub fn large_jpeg(width: u16, height: u16) -> Vec<u8> {
    let row: Vec<u8> = (0..u32::from(width) * 3)
        .map(|at| u8::try_from(at * 7 % 251).unwrap())
        .collect();
    let mut out = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut out, 80);
    let pixels = row.repeat(usize::from(height));
    encoder
        .encode(&pixels, width, height, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    let exif = [b"Exif\0\0", &exif(6)[..]].concat();
    with_segment(&out, 0xe1, &exif)
}

fn xmp() -> Vec<u8> {
    [
        &b"http://ns.adobe.com/xap/1.0/\0<exif:GPSLatitude>"[..],
        SECRET,
    ]
    .concat()
}

/// The orientation, and a text where the place of a GPS directory would stand.
pub fn exif(orientation: u8) -> Vec<u8> {
    let mut exif = b"MM\0*\0\0\0\x08\0\x02".to_vec();
    exif.extend([0x01, 0x0e, 0, 2, 0, 0, 0, 10, 0, 0, 0, 38]);
    exif.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    exif.extend([0; 4]);
    exif.extend(SECRET);
    exif
}

/// Behind the first two bytes.
pub fn with_segment(jpeg: &[u8], marker: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, marker], &length, data, &jpeg[2..]].concat()
}

/// Inks, as for print: no light is all ink.
pub fn print_jpeg(width: u16, height: u16) -> Vec<u8> {
    let inks = [0_u8, 255, 255, 0].repeat(usize::from(width) * usize::from(height));
    let mut out = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut out, 90);
    encoder
        .encode(&inks, width, height, jpeg_encoder::ColorType::Cmyk)
        .unwrap();
    out
}

pub fn gif(width: u32, height: u32, frames: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = GifEncoder::new(&mut out);
    encoder
        .set_repeat(image::codecs::gif::Repeat::Infinite)
        .unwrap();
    for frame in 0..frames {
        let shade = u8::try_from(frame * 20 % 256).unwrap();
        let picture = RgbaImage::from_pixel(width, height, image::Rgba([shade, 0, 0, 255]));
        encoder.encode_frame(Frame::new(picture)).unwrap();
    }
    drop(encoder);
    // A comment, before the end.
    let comment = [&[0x21, 0xfe, 10][..], SECRET, &[0]].concat();
    out.splice(out.len() - 1..out.len() - 1, comment);
    out
}

/// Three pictures, and what tells of them behind.
pub fn moving_webp(width: u32, height: u32) -> Vec<u8> {
    let config = webp::WebPConfig::new().unwrap();
    let mut encoder = webp::AnimEncoder::new(width, height, &config);
    let pictures: Vec<Vec<u8>> = (0..3_u8)
        .map(|at| [at * 80, 0, 0].repeat((width * height) as usize))
        .collect();
    for (picture, at) in pictures.iter().zip([0, 100, 200]) {
        encoder.add_frame(webp::AnimFrame::from_rgb(picture, width, height, at));
    }
    let mut out = encoder.encode().to_vec();
    let length = u32::try_from(SECRET.len()).unwrap().to_le_bytes();
    out.extend([b"EXIF", &length[..], SECRET].concat());
    let length = u32::try_from(out.len() - 8).unwrap().to_le_bytes();
    out[4..8].copy_from_slice(&length);
    out[20] |= 0x08;
    out
}

pub fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [&length, &name[..], data, &[0; 4]].concat()
}

/// Display P3, with words about who has such a screen.
pub fn wide_profile() -> Vec<u8> {
    let fixed = |value: f64| {
        i32::try_from((value * 65536.0).round() as i64)
            .unwrap()
            .to_be_bytes()
    };
    let point =
        |x: f64, y: f64, z: f64| [&b"XYZ \0\0\0\0"[..], &fixed(x), &fixed(y), &fixed(z)].concat();
    let curve = [&b"curv\0\0\0\0\0\0\0\x01"[..], &[2, 0x33, 0, 0]].concat();
    let words = [&b"text\0\0\0\0"[..], SECRET, &[0, 0]].concat();
    let tags: Vec<(&[u8; 4], Vec<u8>)> = vec![
        (b"desc", words.clone()),
        (b"cprt", words),
        (b"wtpt", point(0.9642, 1.0, 0.8249)),
        (b"rXYZ", point(0.51512, 0.2412, -0.00105)),
        (b"gXYZ", point(0.29198, 0.69225, 0.04189)),
        (b"bXYZ", point(0.1571, 0.06657, 0.78407)),
        (b"rTRC", curve.clone()),
        (b"gTRC", curve.clone()),
        (b"bTRC", curve),
    ];
    let mut head = vec![0; 128];
    head[8..24].copy_from_slice(b"\x02\x40\0\0mntrRGB XYZ ");
    head[36..40].copy_from_slice(b"acsp");
    head[68..80].copy_from_slice(&point(0.9642, 1.0, 0.8249)[8..]);
    let count = u32::try_from(tags.len()).unwrap();
    let mut at = 132 + count * 12;
    let (mut table, mut values) = (count.to_be_bytes().to_vec(), Vec::new());
    for (name, value) in tags {
        let length = u32::try_from(value.len()).unwrap();
        table.extend([&name[..], &at.to_be_bytes(), &length.to_be_bytes()].concat());
        at += length;
        values.extend(value);
    }
    let mut profile = [head, table, values].concat();
    let length = u32::try_from(profile.len()).unwrap().to_be_bytes();
    profile[..4].copy_from_slice(&length);
    profile
}

/// Of an mp4.
pub fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(content.len() + 8).unwrap().to_be_bytes();
    [&size, &kind[..], content].concat()
}
