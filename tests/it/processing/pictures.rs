//! What pictures are made into.

use std::io::Cursor;

use domain::media::MediaKind;
use image::codecs::gif::GifDecoder;
use image::{AnimationDecoder, GenericImageView};

use super::samples::{self, SECRET};
use crate::harness::TestApp;

/// What was made of a picture: name, kind and size.
async fn made(app: &TestApp, kind: &str, bytes: Vec<u8>) -> (super::File, Vec<String>) {
    let owner = app.person_named().await;
    let file = app.given_file(&owner, MediaKind::Image, kind, bytes).await;
    app.drain().await;
    let known = app.known(&file).await;
    assert_eq!(
        (known.state.as_str(), known.progress),
        ("ready", 100),
        "{known:?}"
    );
    assert_eq!(known.blurhash.as_ref().map(String::len), Some(28));
    app.assert_tidy(&file, SECRET).await;
    let made = app.shapes(&file).await;
    (file, made)
}

impl TestApp {
    async fn person_named(&self) -> crate::harness::Somebody {
        let [owner] = self.given(["owner"]).await;
        owner
    }
}

fn is_red([red, green, blue, _]: [u8; 4]) -> bool {
    red > 180 && green < 70 && blue < 70
}

#[tokio::test]
async fn a_turned_photo_is_shown_upright_in_every_size_and_tells_no_place() {
    let app = TestApp::start().await;
    let (file, made) = made(&app, "image/jpeg", samples::jpeg(2000, 1000, 6)).await;
    assert_eq!(
        made,
        [
            "small jpeg 80x160",
            "small webp 80x160",
            "medium jpeg 320x640",
            "medium webp 320x640",
            "large jpeg 800x1600",
            "large webp 800x1600",
            "original jpeg 1000x2000",
        ]
    );
    let known = app.known(&file).await;
    assert_eq!((known.width, known.height), (Some(1000), Some(2000)));
    for (name, kind) in [
        ("small", "image/webp"),
        ("large", "image/jpeg"),
        ("original", "image/jpeg"),
    ] {
        let shown = app.form(&file, name, kind).await;
        let corner = shown.get_pixel(shown.width() - 3, 3).0;
        assert!(
            is_red(corner),
            "{name}: the top left went to the right, {corner:?}"
        );
    }
}

#[tokio::test]
async fn an_upright_photo_loses_its_words_and_no_pixel() {
    let app = TestApp::start().await;
    let bytes = samples::jpeg(700, 500, 1);
    let before = image::load_from_memory(&bytes).unwrap();
    let (file, made) = made(&app, "image/jpeg", bytes).await;
    assert_eq!(made.len(), 5, "{made:?}");
    let after = app.form(&file, "original", "image/jpeg").await;
    assert_eq!(before, after);
}

#[tokio::test]
async fn nothing_is_made_larger_than_it_is() {
    let app = TestApp::start().await;
    let (file, shown) = made(&app, "image/png", samples::png(1, 1)).await;
    assert_eq!(
        shown,
        ["original png 1x1", "small jpeg 1x1", "small webp 1x1"]
    );
    assert_eq!(
        app.form(&file, "small", "image/jpeg").await.dimensions(),
        (1, 1)
    );
}

#[tokio::test]
async fn what_one_sees_through_stays_so_in_webp_and_is_white_in_jpeg() {
    let app = TestApp::start().await;
    let (file, _) = made(&app, "image/png", samples::see_through_png(200, 100)).await;
    let webp = app.form(&file, "small", "image/webp").await;
    assert_eq!(webp.get_pixel(10, 10).0[3], 0);
    assert_eq!(webp.get_pixel(150, 10).0[3], 255);
    let jpeg = app.form(&file, "small", "image/jpeg").await;
    assert!(jpeg.get_pixel(10, 10).0[..3].iter().all(|part| *part > 245));
}

#[tokio::test]
async fn a_picture_for_print_becomes_one_for_screens() {
    let app = TestApp::start().await;
    let (file, _) = made(&app, "image/jpeg", samples::print_jpeg(320, 200)).await;
    let original = app.form(&file, "original", "image/jpeg").await;
    let small = app.form(&file, "small", "image/jpeg").await;
    assert_eq!(original.dimensions(), (320, 200));
    let (one, other) = (original.get_pixel(20, 20).0, small.get_pixel(20, 20).0);
    assert!(
        one.iter()
            .zip(other)
            .all(|(one, other)| one.abs_diff(other) < 12),
        "{one:?} {other:?}"
    );
}

#[tokio::test]
async fn a_gif_keeps_moving_and_has_stills() {
    let app = TestApp::start().await;
    let (file, made) = made(&app, "image/gif", samples::gif(400, 300, 5)).await;
    assert_eq!(
        made,
        [
            "small jpeg 160x120",
            "small webp 160x120",
            "original gif 400x300"
        ]
    );
    assert!(app.known(&file).await.animated);
    let bytes = app.bytes(&format!("{}/original.gif", file.folder)).await;
    let frames = GifDecoder::new(Cursor::new(bytes)).unwrap().into_frames();
    assert_eq!(frames.collect_frames().unwrap().len(), 5);
}

#[tokio::test]
async fn a_moving_webp_keeps_moving_too() {
    let app = TestApp::start().await;
    let (file, made) = made(&app, "image/webp", samples::moving_webp(200, 100)).await;
    assert_eq!(made.len(), 3, "{made:?}");
    assert!(app.known(&file).await.animated);
    let bytes = app.bytes(&format!("{}/original.webp", file.folder)).await;
    let decoder = image::codecs::webp::WebPDecoder::new(Cursor::new(bytes)).unwrap();
    assert_eq!(decoder.into_frames().collect_frames().unwrap().len(), 3);
}

#[tokio::test]
async fn colours_beyond_a_screen_are_brought_back_and_the_profile_keeps_its_numbers_alone() {
    let app = TestApp::start().await;
    let profile = samples::wide_profile();
    let bytes = samples::with_segment(
        &samples::jpeg(300, 200, 1),
        0xe2,
        &[b"ICC_PROFILE\0\x01\x01", &profile[..]].concat(),
    );
    let (file, _) = made(&app, "image/jpeg", bytes).await;
    let original = app.bytes(&format!("{}/original.jpg", file.folder)).await;
    assert!(original.windows(11).any(|part| part == b"ICC_PROFILE"));
    let small = app.bytes(&format!("{}/small.jpg", file.folder)).await;
    assert!(!small.windows(11).any(|part| part == b"ICC_PROFILE"));
    let plain = image::load_from_memory(&original).unwrap();
    let shown = app.form(&file, "small", "image/jpeg").await;
    let (meant, shown) = (plain.get_pixel(280, 20).0[1], shown.get_pixel(149, 11).0[1]);
    assert!(
        shown > meant,
        "green {meant} of a wider space is {shown} on a screen"
    );
}
