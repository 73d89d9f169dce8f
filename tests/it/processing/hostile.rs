//! Bytes that were made to harm, and bytes that are broken.

use domain::media::MediaKind;

use super::samples::{self, SECRET, chunk};
use crate::harness::TestApp;

const MAGIC: &[u8] = b"\x89PNG\r\n\x1a\n";

fn bomb() -> Vec<u8> {
    let side = 50_000_u32.to_be_bytes();
    let head = [&side[..], &side, &[8, 2, 0, 0, 0]].concat();
    [
        MAGIC,
        &chunk(b"IHDR", &head),
        &chunk(b"IDAT", b"x"),
        &chunk(b"IEND", b""),
    ]
    .concat()
}

fn cut(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() / 2);
    bytes
}

/// A picture in so many scans that each pixel is decoded a thousand times.
fn many_scans() -> Vec<u8> {
    let jpeg = samples::jpeg(64, 64, 1);
    let scan = jpeg
        .windows(2)
        .rposition(|two| two == [0xff, 0xda])
        .unwrap();
    let (head, scan) = jpeg.split_at(scan);
    let scan = &scan[..scan.len() - 2];
    [head, &scan.repeat(1000), &[0xff, 0xd9]].concat()
}

#[tokio::test]
async fn what_is_no_picture_or_asks_for_too_much_is_refused_and_said_why() {
    let app = TestApp::start().await;
    let [owner] = app.given(["owner"]).await;
    let mut wrong_checksum = samples::png(40, 40);
    wrong_checksum[60] ^= 0xff;
    let cases: [(&str, Vec<u8>, &str); 12] = [
        ("image/png", bomb(), "too_many_pixels"),
        ("image/png", cut(samples::png(300, 200)), "damaged"),
        ("image/jpeg", cut(samples::jpeg(300, 200, 1)), "damaged"),
        ("image/gif", cut(samples::gif(90, 90, 3)), "damaged"),
        ("image/png", wrong_checksum, "damaged"),
        ("image/jpeg", samples::png(30, 20), "wrong_type"),
        ("image/jpeg", b"\xff\xd8\xff".to_vec(), "damaged"),
        ("image/jpeg", many_scans(), "too_slow"),
        (
            "image/png",
            b"<script>alert(1)</script>".to_vec(),
            "unsupported",
        ),
        ("image/png", Vec::new(), "unsupported"),
        (
            "image/heic",
            b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(),
            "unsupported",
        ),
        (
            "image/avif",
            b"\0\0\0\x18ftypavif\0\0\0\0mif1avif".to_vec(),
            "unsupported",
        ),
    ];
    let mut files = Vec::new();
    for (kind, bytes, failure) in cases {
        let file = app.given_file(&owner, MediaKind::Image, kind, bytes).await;
        files.push((file, kind, failure));
    }
    app.drain().await;
    for (file, kind, failure) in files {
        let known = app.known(&file).await;
        assert_eq!(known.failure.as_deref(), Some(failure), "{kind}: {known:?}");
        assert_eq!(known.state, "failed");
        assert_eq!(app.variants(&file).await.len(), 0);
    }
    assert_eq!(
        app.count("select count(*) from finished_jobs where outcome <> 'done'")
            .await,
        0
    );
}

#[tokio::test]
async fn a_moving_picture_that_asks_for_too_much_is_refused_by_its_headers() {
    let app = TestApp::with(&[("MEDIA_ANIMATION_PIXELS", "50000")]).await;
    let [owner] = app.given(["owner"]).await;
    let gif = samples::gif(100, 100, 6);
    let file = app
        .given_file(&owner, MediaKind::Image, "image/gif", gif)
        .await;
    app.drain().await;
    assert_eq!(
        app.known(&file).await.failure.as_deref(),
        Some("too_many_frames")
    );
}

#[tokio::test]
async fn what_stands_beside_or_behind_a_picture_is_not_served() {
    let app = TestApp::start().await;
    let [owner] = app.given(["owner"]).await;
    let jpeg = samples::jpeg(200, 100, 1);
    let polyglot = [&jpeg[..], b"PK\x03\x04<script>", SECRET].concat();
    let page = [b"<script>", SECRET].concat();
    let talkative = (0..60).fold(jpeg, |jpeg, _| {
        samples::with_segment(&jpeg, 0xe1, &SECRET.repeat(6_000))
    });
    let png = samples::png(200, 100);
    let tail = png.len() - 12;
    let told = [
        &png[..tail],
        &chunk(b"tEXt", &SECRET.repeat(100_000)),
        &png[tail..],
    ]
    .concat();
    let cases = [
        ("image/jpeg", polyglot),
        ("image/png", [&png[..], &page].concat()),
        ("image/jpeg", talkative),
        ("image/png", told),
    ];
    for (kind, bytes) in cases {
        let file = app.given_file(&owner, MediaKind::Image, kind, bytes).await;
        app.drain().await;
        assert_eq!(app.known(&file).await.state, "ready");
        app.assert_tidy(&file, SECRET).await;
        app.assert_tidy(&file, b"<script>").await;
        assert!(app.known(&file).await.size < 50_000);
    }
}
