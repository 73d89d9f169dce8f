//! Uploads that go wrong, by accident or not: told clearly, and nothing is left of them.

use std::io;
use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use poem::Body;
use poem::http::Method;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use super::{FORM, JPEG, PDF, form, stored, upload};
use crate::harness::{Reply, TestApp, eventually};

pub const HEAD: &[u8] = b"--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\nRIFF\0\0\0\0WAVEfmt ";

async fn nothing_is_left(app: &TestApp) {
    assert_eq!(app.count("select count(*) from media").await, 0);
    assert_eq!(stored(app).await, Vec::<String>::new());
}

fn first_code(reply: &Reply) -> String {
    let json = reply.json();
    let code = json["errors"][0]["code"].as_str();
    code.unwrap_or(json["code"].as_str().unwrap()).to_owned()
}

type Case = (Vec<u8>, u16, &'static str);

fn wrong_files() -> Vec<Case> {
    let large = [JPEG, &[7; 2_000]].concat();
    vec![
        (form(&[], &[("a.jpg", b"")]), 400, "empty"),
        (
            form(&[], &[("a.jpg", b"<svg onload='alert(1)'>")]),
            415,
            "file_type_unsupported",
        ),
        (
            form(&[], &[("a.jpg", b"<!doctype html><script>")]),
            415,
            "file_type_unsupported",
        ),
        (
            form(&[], &[("a.jpg", b"\x7fELF\x02\x01")]),
            415,
            "file_type_unsupported",
        ),
        (
            form(&[], &[("a.docx", b"PK\x03\x04 evil.exe")]),
            415,
            "file_type_unsupported",
        ),
        (
            form(&[], &[("a.heic", b"\0\0\0\x18ftypheic")]),
            415,
            "file_type_unsupported",
        ),
        (form(&[], &[("a.pdf", &large)]), 413, "file_too_large"),
    ]
}

fn wrong_forms() -> Vec<Case> {
    let other = hex(b"something else");
    vec![
        (
            form(&[("size", "3")], &[("a.pdf", PDF)]),
            400,
            "length_wrong",
        ),
        (form(&[("size", "many")], &[("a.pdf", PDF)]), 400, "invalid"),
        (
            form(&[("sha256", &other)], &[("a.pdf", PDF)]),
            400,
            "hash_wrong",
        ),
        (form(&[("sha256", "zz")], &[("a.pdf", PDF)]), 400, "invalid"),
        (
            form(&[("alt", &"a".repeat(2_000))], &[("a.pdf", PDF)]),
            400,
            "too_long",
        ),
        (
            form(&[], &[("a.pdf", PDF), ("b.pdf", PDF)]),
            400,
            "too_many",
        ),
        (form(&[], &[]), 400, "required"),
        (
            form(&[], &[("a.pdf", PDF)])[..130].to_vec(),
            400,
            "incomplete",
        ),
        (b"no form at all".to_vec(), 400, "incomplete"),
    ]
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_told_and_nothing_is_left_of_it() {
    let app = TestApp::with(&[("MEDIA_IMAGE_LIMIT", "1000")]).await;
    let [alice] = app.given(["alice"]).await;
    for (body, status, code) in wrong_files().into_iter().chain(wrong_forms()) {
        let refused = alice.post_raw("/media", FORM, body).await;
        let _ = refused.problem(status);
        assert_eq!(first_code(&refused), code);
        nothing_is_left(&app).await;
    }
}

#[tokio::test]
async fn what_is_no_form_or_says_that_it_is_too_large_is_not_read() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    let refused = alice.post_raw("/media", "application/json", "{}").await;
    assert_eq!(refused.problem(415), "media_type_unsupported");
    let no_boundary = alice.post_raw("/media", "multipart/form-data", "x").await;
    assert_eq!(no_boundary.problem(415), "media_type_unsupported");
    let said = (*alice).clone().header("content-length", "900000000000");
    assert_eq!(
        upload(&said, "a.pdf", PDF).await.problem(413),
        "file_too_large"
    );
    nothing_is_left(&app).await;
    let size = PDF.len().to_string();
    let right = form(
        &[("size", &size), ("sha256", &hex(PDF))],
        &[("../../a.pdf", PDF)],
    );
    alice.post_raw("/media", FORM, right).await.data(201);
}

fn hex(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn whoever_breaks_off_stops_or_never_ends_leaves_nothing() {
    let app = TestApp::with(&[
        ("MEDIA_AUDIO_LIMIT", "20000000"),
        ("MEDIA_VIDEO_LIMIT", "20000000"),
        ("UPLOAD_IDLE", "1s"),
    ])
    .await;
    let [alice] = app.given(["alice"]).await;
    let send = async |body: Body| {
        let reply = alice.stream(Method::POST, "/media", Some(FORM), body).await;
        (reply.status.as_u16(), first_code(&reply))
    };
    let chunk = || Ok::<_, io::Error>(vec![7_u8; 100_000]);
    let head = || stream::iter([Ok::<_, io::Error>(HEAD.to_vec())]);

    let broken = stream::iter([chunk(), Err(io::Error::other("gone")), chunk()]);
    let broken = Body::from_bytes_stream(head().chain(broken));
    assert_eq!(send(broken).await, (400, "incomplete".to_owned()));
    nothing_is_left(&app).await;

    // After more than a part is written.
    let late = stream::iter((0..100).map(move |_| chunk()))
        .chain(stream::iter([Err(io::Error::other("gone"))]));
    let late = Body::from_bytes_stream(head().chain(late));
    assert_eq!(send(late).await, (400, "incomplete".to_owned()));
    nothing_is_left(&app).await;

    let stuck = Body::from_bytes_stream(head().chain(stream::pending()));
    assert_eq!(send(stuck).await, (400, "too_slow".to_owned()));
    nothing_is_left(&app).await;

    let endless = Body::from_bytes_stream(head().chain(stream::repeat_with(chunk)));
    assert_eq!(send(endless).await, (413, "file_too_large".to_owned()));
    nothing_is_left(&app).await;
}

#[tokio::test]
async fn whoever_is_cut_off_with_the_process_is_swept_away() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    let head = stream::iter([Ok::<_, io::Error>(HEAD.to_vec()), Ok(vec![7; 9_000_000])]);
    let stuck = Body::from_bytes_stream(head.chain(stream::pending()));
    let sending = alice.stream(Method::POST, "/media", Some(FORM), stuck);
    let given_up = tokio::time::timeout(Duration::from_secs(3), sending).await;
    assert!(given_up.is_err());
    assert_eq!(
        app.count("select count(*) from media where state = 'reserved'")
            .await,
        1
    );
    app.clock.advance(Duration::from_secs(3_600));
    app.enqueue(domain::media::jobs::SweepMedia {}).await;
    app.drain().await;
    nothing_is_left(&app).await;
}

/// What a server on a socket answers to bytes that come as they are written. Where it waits for more, they end.
async fn answered(app: &TestApp, bearer: &str, headers: &str, body: &[u8], ends: bool) -> String {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let bind = free.local_addr().unwrap().to_string();
    drop(free);
    let guest = app.beside(&[("BIND", &bind)]);
    let stop = CancellationToken::new();
    #[expect(clippy::disallowed_methods, reason = "ends with the test")]
    let serving = tokio::spawn(api::serve(guest.platform.clone(), stop.clone()));
    let mut socket = None;
    eventually("it listens", Duration::from_secs(10), async || {
        socket = TcpStream::connect(&bind).await.ok();
        socket.is_some()
    })
    .await;
    let mut socket = socket.unwrap();
    let head = format!(
        "POST /api/v1/media HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {FORM}\r\n\
         Authorization: Bearer {bearer}\r\n{headers}\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(body).await.unwrap();
    if ends {
        socket.shutdown().await.unwrap();
    }
    let mut answer = String::new();
    // Whoever ended early may be cut off without an answer.
    let _ = socket.read_to_string(&mut answer).await;
    stop.cancel();
    serving.await.unwrap().unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_length_that_is_wrong_and_none_at_all_come_over_a_socket() {
    let app = TestApp::start().await;
    let alice = app.register("alice").await.data(201);
    let bearer = alice["token"].as_str().unwrap();
    let right = form(&[], &[("a.pdf", PDF)]);
    let chunks = [
        format!("{:x}\r\n", right.len()).as_bytes(),
        &right,
        b"\r\n0\r\n\r\n",
    ]
    .concat();
    let chunked = "Transfer-Encoding: chunked";
    let made = answered(&app, bearer, chunked, &chunks, false).await;
    assert_eq!(made, "HTTP/1.1 201 Created");
    assert_eq!(app.count("select count(*) from media").await, 1);

    let cut = &chunks[..chunks.len() - 30];
    let cut = answered(&app, bearer, chunked, cut, true).await;
    assert_ne!(cut, made);
    let longer = format!("Content-Length: {}", right.len() + 100);
    let end = right.len() - 20;
    let longer = answered(&app, bearer, &longer, &right[..end], true).await;
    assert_ne!(longer, made);
    let shorter = format!("Content-Length: {end}");
    let shorter = answered(&app, bearer, &shorter, &right, false).await;
    assert_ne!(shorter, made);
    app.clock.advance(Duration::from_secs(3_600));
    app.enqueue(domain::media::jobs::SweepMedia {}).await;
    app.drain().await;
    assert_eq!(app.count("select count(*) from media").await, 1);
    assert_eq!(stored(&app).await.len(), 1);
}

#[tokio::test]
async fn whoever_sends_drop_by_drop_is_not_waited_for() {
    let app = TestApp::with(&[("UPLOAD_TIMEOUT", "2s"), ("UPLOAD_IDLE", "1s")]).await;
    let [alice] = app.given(["alice"]).await;
    let head = stream::iter([Ok::<_, io::Error>(HEAD.to_vec())]);
    let drops = stream::unfold((), async |()| {
        tokio::time::sleep(Duration::from_millis(300)).await;
        Some((Ok(vec![7_u8]), ()))
    });
    let body = Body::from_bytes_stream(head.chain(drops));
    let reply = alice.stream(Method::POST, "/media", Some(FORM), body).await;
    assert_eq!(reply.problem(503), "timeout");
    app.clock.advance(Duration::from_secs(3_600));
    app.enqueue(domain::media::jobs::SweepMedia {}).await;
    app.drain().await;
    nothing_is_left(&app).await;
}
