//! JPEG, which a library of its own reads at a fraction of its size and writes.

use std::sync::atomic::{AtomicU32, Ordering};

use domain::media::MediaKind;
use image::{DynamicImage, GenericImageView, RgbImage};
use jpeg_encoder::{ColorType, Encoder};

use super::samples::{self, scene};
use crate::harness::TestApp;

async fn processed(app: &TestApp, bytes: Vec<u8>) -> super::File {
    static OWNERS: AtomicU32 = AtomicU32::new(0);
    let name = format!("owner{}", OWNERS.fetch_add(1, Ordering::Relaxed));
    let [owner] = app.given([&name]).await;
    let file = app
        .given_file(&owner, MediaKind::Image, "image/jpeg", bytes)
        .await;
    app.drain().await;
    file
}

fn written(width: u16, height: u16, progressive: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 90);
    encoder.set_progressive(progressive);
    let pixels = scene(width.into(), height.into());
    encoder
        .encode(&pixels, width, height, ColorType::Rgb)
        .unwrap();
    out
}

/// How far the colours of one are from those of the other, on average.
fn distance(one: &DynamicImage, other: &RgbImage) -> u64 {
    let one = one.to_rgb8();
    assert_eq!(one.dimensions(), other.dimensions());
    let sum: u64 = one
        .as_raw()
        .iter()
        .zip(other.as_raw())
        .map(|(one, other)| u64::from(one.abs_diff(*other)))
        .sum();
    sum / one.as_raw().len() as u64
}

#[tokio::test]
async fn a_wide_photo_is_read_at_an_eighth_and_keeps_its_sides() {
    let app = TestApp::start().await;
    let file = processed(&app, written(12_805, 403, false)).await;
    assert_eq!(
        app.shapes(&file).await,
        [
            "small jpeg 160x5",
            "small webp 160x5",
            "medium jpeg 640x20",
            "medium webp 640x20",
            "large jpeg 1600x50",
            "large webp 1600x50",
            "original jpeg 12805x403",
        ]
    );
    let known = app.known(&file).await;
    assert_eq!((known.width, known.height), (Some(12_805), Some(403)));
    let large = app.form(&file, "large", "image/jpeg").await;
    assert!(distance(&large, &scene(1600, 50)) <= 4);
}

#[tokio::test]
async fn a_progressive_photo_is_read_at_half_and_served_as_it_came() {
    let app = TestApp::start().await;
    let bytes = written(3203, 1605, true);
    let before = image::load_from_memory(&bytes).unwrap();
    let file = processed(&app, bytes).await;
    assert!(
        app.shapes(&file)
            .await
            .contains(&"large jpeg 1600x802".to_owned())
    );
    let large = app.form(&file, "large", "image/jpeg").await;
    assert!(distance(&large, &scene(1600, 802)) <= 4);
    assert_eq!(before, app.form(&file, "original", "image/jpeg").await);
}

#[tokio::test]
async fn the_smallest_and_the_colourless_are_read_too() {
    let app = TestApp::start().await;
    for (width, height) in [(1, 1), (7, 3), (160, 1)] {
        let file = processed(&app, written(width, height, false)).await;
        let small = app.form(&file, "small", "image/jpeg").await;
        assert_eq!(small.dimensions(), (width.into(), height.into()));
    }
    let mut grey = Vec::new();
    let shade = vec![77; 1700 * 900];
    let encoder = Encoder::new(&mut grey, 90);
    encoder.encode(&shade, 1700, 900, ColorType::Luma).unwrap();
    let file = processed(&app, grey).await;
    let large = app.form(&file, "large", "image/webp").await;
    assert_eq!(large.dimensions(), (1600, 847));
    let [red, green, blue, _] = large.get_pixel(800, 400).0;
    let is_grey = |part: u8| part.abs_diff(77) < 6;
    assert!(is_grey(red) && is_grey(green) && is_grey(blue));
}

#[tokio::test]
async fn a_large_picture_for_print_becomes_one_for_screens_in_every_size() {
    let app = TestApp::start().await;
    let file = processed(&app, samples::print_jpeg(3300, 400)).await;
    let original = app.form(&file, "original", "image/jpeg").await;
    let large = app.form(&file, "large", "image/jpeg").await;
    assert_eq!(original.dimensions(), (3300, 400));
    assert_eq!(large.dimensions(), (1600, 194));
    let (one, other) = (original.get_pixel(20, 20).0, large.get_pixel(20, 20).0);
    let is_near = |(one, other): (u8, u8)| one.abs_diff(other) < 12;
    assert!(one.into_iter().zip(other).all(is_near), "{one:?} {other:?}");
}

/// The decoder that is written in Rust has the last word, whatever the library thinks of a file.
#[tokio::test]
async fn a_broken_scan_is_judged_as_it_ever_was() {
    let app = TestApp::start().await;
    let whole = written(2000, 1000, false);
    let middle = whole.len() / 2;
    let overwritten = |with: &[u8]| {
        let mut bytes = whole.clone();
        bytes[middle..middle + with.len()].copy_from_slice(with);
        bytes
    };
    let ended_early = [&whole[..middle], &[0xff, 0xd9]].concat();
    let without_tables = {
        let at = whole.windows(2).position(|two| two == [0xff, 0xc4]);
        let at = at.unwrap();
        let length = usize::from(u16::from_be_bytes([whole[at + 2], whole[at + 3]])) + 2;
        [&whole[..at], &whole[at + length..]].concat()
    };
    let other_size = samples::with_segment(&whole, 0xc0, &[8, 0, 9, 0, 9, 1, 1, 0x11, 0]);
    let cases = [
        ("zeros", overwritten(&[0; 200])),
        ("noise", overwritten(&[0x5a, 0xa5, 0x13].repeat(60))),
        (
            "a restart that nobody announced",
            overwritten(&[0xff, 0xd3]),
        ),
        ("an early end", ended_early),
        ("no tables", without_tables),
        ("two sizes", other_size),
    ];
    for (what, bytes) in cases {
        let expected = match image::load_from_memory(&bytes) {
            Ok(_) => ("ready", None),
            Err(_) => ("failed", Some("damaged")),
        };
        let file = processed(&app, bytes).await;
        let known = app.known(&file).await;
        let found = (known.state.as_str(), known.failure.as_deref());
        assert_eq!(found, expected, "{what}: {known:?}");
    }
}

#[tokio::test]
async fn a_header_that_asks_for_gigabytes_is_refused_before_the_library_sees_it() {
    let app = TestApp::start().await;
    let mut bytes = written(64, 64, false);
    let frame = bytes
        .windows(2)
        .position(|two| two == [0xff, 0xc0])
        .unwrap();
    bytes[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    let file = processed(&app, bytes).await;
    let known = app.known(&file).await;
    assert_eq!(known.failure.as_deref(), Some("too_many_pixels"));
}

#[cfg(feature = "libjpeg-turbo")]
#[tokio::test]
async fn what_is_shown_is_written_with_tables_of_its_own() {
    let app = TestApp::start().await;
    let file = processed(&app, written(2000, 1000, false)).await;
    let key = format!("{}/large.jpg", file.folder);
    let served = app.bytes(&key).await;
    let pixels = image::load_from_memory(&served).unwrap().to_rgb8();
    let mut usual = Vec::new();
    let mut encoder = Encoder::new(&mut usual, 80);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::R_4_2_0);
    encoder.encode(&pixels, 1600, 800, ColorType::Rgb).unwrap();
    assert!(
        served.len() * 10 < usual.len() * 9,
        "{} bytes, {} with the usual tables",
        served.len(),
        usual.len()
    );
}
