//! Videos, with ffmpeg and without.

use std::process::Command;
use std::time::Duration;

use domain::media::MediaKind;
use domain::media::{Media, views};

use super::File;
use super::samples::{self, SECRET};
use crate::harness::fleet::Member;
use crate::harness::{Somebody, TestApp, eventually};
use crate::media;

/// A film of some seconds that says where it was made.
fn film(size: &str, seconds: u32) -> Vec<u8> {
    film_in(
        "mp4",
        &[
            "libx264",
            "-preset",
            "ultrafast",
            "-pix_fmt",
            "yuv420p",
            "-c:a",
            "aac",
        ],
        size,
        seconds,
    )
}

/// The same in another container, by other codecs.
fn film_in(ending: &str, codecs: &[&str], size: &str, seconds: u32) -> Vec<u8> {
    let path = std::env::temp_dir().join(format!(
        "commons-film-{}.{ending}",
        platform::new_id(&platform::Clock::system())
    ));
    let picture = format!("testsrc2=size={size}:rate=25:duration={seconds}");
    let sound = format!("sine=frequency=440:duration={seconds}");
    let place = format!("location={}", String::from_utf8_lossy(SECRET));
    let made = Command::new("ffmpeg")
        .args([
            "-v", "error", "-f", "lavfi", "-i", &picture, "-f", "lavfi", "-i", &sound,
        ])
        .arg("-c:v")
        .args(codecs)
        .args([
            "-metadata",
            &place,
            "-metadata:s:v:0",
            &place.replace("location", "title"),
        ])
        .args(["-movflags", "use_metadata_tags", "-y"])
        .arg(&path)
        .status();
    let made = made.unwrap_or_else(|_| panic!("no ffmpeg: run bin/servers install --ffmpeg-only"));
    assert!(made.success());
    let bytes = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(bytes.windows(SECRET.len()).any(|part| part == SECRET));
    bytes
}

async fn names(app: &TestApp, file: &File) -> Vec<String> {
    let variants = app.variants(file).await.into_iter();
    let mut names: Vec<String> = variants
        .map(|made| format!("{} {}", made.name, made.content_type))
        .collect();
    names.sort();
    names
}

const MADE: [&str; 6] = [
    "360p video/mp4",
    "720p video/mp4",
    "hls application/vnd.apple.mpegurl",
    "original video/mp4",
    "poster image/jpeg",
    "poster image/webp",
];

async fn given(app: &TestApp, owner: &Somebody, bytes: Vec<u8>) -> File {
    app.given_file(owner, MediaKind::Video, "video/mp4", bytes)
        .await
}

#[tokio::test]
async fn a_video_gets_a_still_and_is_streamed_in_the_heights_it_has() {
    let film = film("1280x720", 5);
    let app = TestApp::start().await;
    let [owner] = app.given(["owner"]).await;
    let file = given(&app, &owner, film).await;
    app.drain().await;
    let known = app.known(&file).await;
    assert_eq!(known.state, "ready", "{known:?}");
    assert_eq!((known.width, known.height), (Some(1280), Some(720)));
    assert!((4_900..5_200).contains(&known.duration_ms.unwrap()));
    assert_eq!(known.blurhash.unwrap().len(), 28);
    assert_eq!(names(&app, &file).await, MADE);
    app.assert_tidy(&file, SECRET).await;
    streamed(&app, &file).await;
}

/// Follows the links as a player does: the list, the list of a height, the bytes it names.
async fn streamed(app: &TestApp, file: &File) {
    let media = shown(app, file).await;
    let hls = media
        .variants
        .iter()
        .find(|form| form.name == "hls")
        .unwrap();
    let anonymous = app.anonymous();
    let path = |link: &str| format!("/{}", &link[link.find("/files/").unwrap()..]);
    let text =
        async |link: &str| String::from_utf8(anonymous.get(&path(link)).await.bytes).unwrap();
    let all = text(&hls.url).await;
    let links: Vec<&str> = all.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(links.len(), 2, "{all}");
    let list = text(links[0]).await;
    let parts: Vec<&str> = list.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(parts.len() >= 2, "{list}");
    assert!(
        list.contains("#EXT-X-BYTERANGE:") && list.contains("#EXT-X-MAP:URI=\"http"),
        "{list}"
    );
    let part = app
        .anonymous()
        .header("range", "bytes=0-99")
        .get(&path(parts[0]))
        .await;
    assert_eq!(part.status, 206);
}

async fn shown(app: &TestApp, file: &File) -> Media {
    let mut connection = app.platform.db.acquire().await.unwrap();
    let storage = &app.platform.storage;
    let mut views = views(&mut connection, storage, &[file.id], app.clock.now())
        .await
        .unwrap();
    views.remove(&file.id).unwrap()
}

#[tokio::test]
async fn without_ffmpeg_a_video_is_shown_as_it_was_uploaded_but_tells_no_place() {
    let app = TestApp::with(&[("FFMPEG", "/nowhere/ffmpeg")]).await;
    let [owner] = app.given(["owner"]).await;
    let words = [&b"\0\0\0\x12udta"[..], SECRET].concat();
    let contents = [&b"\0\0\0\x1amoov"[..], &words].concat();
    let small = [&b"\0\0\0\x10ftypmp42\0\0\0\0"[..], &contents].concat();
    for film in [small, film("320x240", 1)] {
        let size = film.len();
        let file = given(&app, &owner, film).await;
        app.drain().await;
        assert_eq!(app.known(&file).await.state, "ready");
        assert_eq!(names(&app, &file).await, ["original video/mp4"]);
        assert_eq!(app.known(&file).await.size, i64::try_from(size).unwrap());
        app.assert_tidy(&file, SECRET).await;
    }
    let cut = given(&app, &owner, b"\0\0\0\x18ftypmp42 and so on".to_vec()).await;
    app.drain().await;
    assert_eq!(app.known(&cut).await.failure.as_deref(), Some("damaged"));
}

const H264: [&str; 3] = ["libx264", "-pix_fmt", "yuv420p"];
const VP8: [&str; 5] = ["libvpx", "-deadline", "realtime", "-c:a", "libopus"];

#[tokio::test]
async fn webm_and_mov_are_made_into_what_is_streamed_too() {
    let app = TestApp::start().await;
    let [owner] = app.given(["owner"]).await;
    for (kind, ending, codecs) in [
        ("video/webm", "webm", &VP8[..]),
        ("video/quicktime", "mov", &H264),
    ] {
        let film = film_in(ending, codecs, "320x240", 1);
        let file = app.given_file(&owner, MediaKind::Video, kind, film).await;
        app.drain().await;
        assert_eq!(app.known(&file).await.state, "ready", "{kind}");
        let made = names(&app, &file).await;
        assert!(made.contains(&"240p video/mp4".to_owned()), "{made:?}");
        assert!(made.contains(&format!("original {kind}")), "{made:?}");
        app.assert_tidy(&file, SECRET).await;
    }
}

#[tokio::test]
async fn without_ffmpeg_webm_and_mov_tell_no_place_either_and_can_still_be_played() {
    let app = TestApp::with(&[("FFMPEG", "/nowhere/ffmpeg")]).await;
    let [owner] = app.given(["owner"]).await;
    for (kind, ending, codecs) in [
        ("video/webm", "webm", &VP8[..]),
        ("video/quicktime", "mov", &H264),
    ] {
        let film = film_in(ending, codecs, "320x240", 1);
        let size = i64::try_from(film.len()).unwrap();
        let file = app.given_file(&owner, MediaKind::Video, kind, film).await;
        app.drain().await;
        assert_eq!(app.known(&file).await.state, "ready", "{kind}");
        assert_eq!(names(&app, &file).await, [format!("original {kind}")]);
        assert_eq!(app.known(&file).await.size, size);
        app.assert_tidy(&file, SECRET).await;
        let bytes = app
            .bytes(&format!("{}/original.{ending}", file.folder))
            .await;
        assert_eq!(frames(&bytes), 25, "{kind}");
    }
}

/// How many pictures a player sees.
fn frames(film: &[u8]) -> usize {
    let path = std::env::temp_dir().join(format!(
        "commons-played-{}",
        platform::new_id(&platform::Clock::system())
    ));
    std::fs::write(&path, film).unwrap();
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-count_frames", "-select_streams", "v:0"]);
    command.args(["-show_entries", "stream=nb_read_frames", "-of", "csv=p=0"]);
    let played = command.arg(&path).output().unwrap();
    std::fs::remove_file(&path).unwrap();
    let text = String::from_utf8(played.stdout).unwrap();
    text.trim()
        .parse()
        .unwrap_or_else(|_| panic!("not played: {text}"))
}

#[tokio::test]
async fn a_sound_of_a_phone_tells_no_place() {
    for settings in [&[][..], &[("FFMPEG", "/nowhere/ffmpeg")]] {
        let app = TestApp::with(settings).await;
        let [owner] = app.given(["owner"]).await;
        let handler = [&[0; 8], &b"soun"[..], &[0; 13]].concat();
        let heard = samples::boxed(b"mdia", &samples::boxed(b"hdlr", &handler));
        let words = samples::boxed(b"udta", SECRET);
        let track = samples::boxed(b"trak", &heard);
        let sound = [
            samples::boxed(b"ftyp", b"M4A \0\0\0\0"),
            samples::boxed(b"moov", &[track, words].concat()),
            samples::boxed(b"mdat", b"la la"),
        ];
        let told = media::upload(&owner, "a.m4a", &sound.concat())
            .await
            .data(201);
        assert_eq!(told["state"], "uploaded");
        app.drain().await;
        let door = format!("/media/{}", told["id"].as_str().unwrap());
        let ready = owner.get(&door).await.data(200);
        assert_eq!(ready["variants"][0]["content_type"], "audio/mp4");
        let heard = app.anonymous().get(&media::path(&ready["media_url"])).await;
        assert!(heard.bytes.ends_with(b"la la"));
        assert!(!heard.bytes.windows(SECRET.len()).any(|part| part == SECRET));
    }
}

/// A program that does as it is told and no more.
fn program(app: &TestApp, does: &str) -> String {
    let path = format!("{}-program", app.settings["STORAGE_DIR"]);
    std::fs::create_dir_all(std::path::Path::new(&path).parent().unwrap()).unwrap();
    std::fs::write(&path, format!("#!/bin/sh\n{does}\n")).unwrap();
    let all = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&path, all).unwrap();
    path
}

#[tokio::test]
async fn a_film_that_breaks_ffmpeg_is_damaged_and_one_whose_ffmpeg_was_killed_is_tried_again() {
    let app = TestApp::start().await;
    let [owner] = app.given(["owner"]).await;
    let film = film("320x240", 1);
    for (does, state) in [("kill -SEGV $$", "failed"), ("kill -KILL $$", "processing")] {
        let broken = program(&app, does);
        let beside = app.beside(&[("FFPROBE", &broken)]);
        let file = given(&app, &owner, film.clone()).await;
        beside.drain().await;
        assert_eq!(app.known(&file).await.state, state, "{does}");
        app.clock.advance(Duration::from_secs(60));
        app.relay().await;
        app.drain().await;
        let after = if state == "failed" { "failed" } else { "ready" };
        assert_eq!(app.known(&file).await.state, after, "{does}");
    }
}

#[tokio::test]
async fn what_is_no_video_or_lasts_too_long_is_refused() {
    let film = film("320x240", 3);
    let app = TestApp::with(&[("VIDEO_LENGTH", "2s")]).await;
    let [owner] = app.given(["owner"]).await;
    let list = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n".to_vec();
    let cases = [
        (film.clone(), "too_long"),
        (film[..400].to_vec(), "damaged"),
        (list, "unsupported"),
    ];
    for (bytes, failure) in cases {
        let file = given(&app, &owner, bytes).await;
        app.drain().await;
        assert_eq!(app.known(&file).await.failure.as_deref(), Some(failure));
        assert_eq!(app.variants(&file).await.len(), 0);
    }
}

#[tokio::test]
async fn a_worker_killed_in_mid_video_costs_a_slice_and_leaves_nothing_behind() {
    let film = film("1280x720", 20);
    let app = TestApp::in_real_time(&[]).await;
    let [owner] = app.given(["owner"]).await;
    let mut first = Member::worker("media:1", &app.settings);
    let file = given(&app, &owner, film).await;
    let small = format!("{}/360p.mp4", file.folder);
    eventually("one height is made", Duration::from_secs(120), async || {
        app.lying(&file).await.contains(&small) && app.known(&file).await.progress >= 50
    })
    .await;
    first.signal("-KILL");
    first.end().await;
    let before = app.platform.storage.head(&small).await.unwrap();
    let _second = Member::worker("media:1", &app.settings);
    let _scheduler = Member::start("scheduler", &app.settings);
    eventually(
        "another has made the rest",
        Duration::from_secs(180),
        async || app.known(&file).await.state == "ready" && app.unfinished().await == 0,
    )
    .await;
    assert_eq!(names(&app, &file).await, MADE);
    assert_eq!(
        app.platform.storage.head(&small).await.unwrap(),
        before,
        "it was not made again"
    );
    app.assert_tidy(&file, SECRET).await;
    let room = std::env::temp_dir().join(format!("commons-media-{}", file.id));
    assert!(!room.exists());
}
