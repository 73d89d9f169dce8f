//! Where a bucket keeps the files: uploads straight to it, and what becomes of them while it is away.

use std::sync::Arc;
use std::time::Duration;

use domain::media::MediaKind;
use domain::media::jobs::SweepMedia;
use futures::{StreamExt, stream};
use poem::Body;
use poem::http::Method;
use serde_json::{Value, json};

use super::{FORM, JPEG, PDF, stored, upload};
use crate::harness::{Bucket, Client, Reply, TestApp};
use crate::processing::samples;

const PART: usize = 64 * 1024 * 1024;

async fn announce(who: &Client, content_type: &str, size: usize) -> Value {
    let new = json!({"content_type": content_type, "size": size});
    who.post("/media/uploads", new).await.data(201)
}

/// As somebody does who has nothing but the link.
async fn put(url: &Value, content: &[u8]) -> u16 {
    let put = reqwest::Client::new().put(url.as_str().unwrap());
    let sent = put.body(content.to_vec()).send().await.unwrap();
    sent.status().as_u16()
}

fn door(upload: &Value) -> String {
    format!("/media/uploads/{}", upload["media_id"].as_str().unwrap())
}

async fn complete(who: &Client, upload: &Value) -> Reply {
    let door = format!("{}/complete", door(upload));
    who.post(&door, Value::Null).await
}

fn file(upload: &Value) -> String {
    format!("/media/{}", upload["media_id"].as_str().unwrap())
}

/// A sound of two parts.
fn sound() -> Vec<u8> {
    let mut sound = b"RIFF\0\0\0\0WAVEfmt ".to_vec();
    sound.extend((0..PART).map(|at| (at % 251) as u8));
    sound
}

#[tokio::test]
async fn a_file_in_parts_goes_straight_to_the_bucket_and_is_joined_there() {
    let bucket = Bucket::start().await;
    let mut settings = bucket.settings().to_vec();
    settings.push(("MEDIA_AUDIO_LIMIT", "100000000"));
    let app = TestApp::with(&settings).await;
    let [alice] = app.given(["alice"]).await;
    let sound = sound();
    let upload = announce(&alice, "audio/wav", sound.len()).await;
    let parts = upload["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 2);
    let forged = parts[1]["url"]
        .as_str()
        .unwrap()
        .replace("/part-1", "/part-2");
    assert_eq!(put(&forged.into(), b"x").await, 403);
    // The last first, and once more after it broke off.
    assert_eq!(put(&parts[1]["url"], &sound[PART..PART + 1]).await, 200);
    assert_eq!(put(&parts[0]["url"], &sound[..PART]).await, 200);
    assert_eq!(
        complete(&alice, &upload).await.problem(409),
        "upload_incomplete"
    );
    assert_eq!(put(&parts[1]["url"], &sound[PART..]).await, 200);
    complete(&alice, &upload).await.data(202);
    app.drain().await;
    let ready = alice.get(&file(&upload)).await.data(200);
    assert_eq!(ready["variants"][0]["size"], sound.len());
    let left = stored(&app).await;
    assert!(
        left.len() == 1 && left[0].ends_with("/original.wav"),
        "{left:?}"
    );
    let link = super::path(&ready["media_url"]);
    let sent_on = app.anonymous().get(&link).await;
    let found = reqwest::get(sent_on.header("location")).await.unwrap();
    assert!(found.bytes().await.unwrap() == sound);
}

#[tokio::test]
async fn what_is_put_by_a_link_after_the_upload_was_called_off_goes_too() {
    let bucket = Bucket::start().await;
    let app = TestApp::with(&bucket.settings()).await;
    let [alice] = app.given(["alice"]).await;
    let upload = announce(&alice, "application/pdf", PDF.len()).await;
    alice.delete(&door(&upload)).await.data(200);
    app.drain().await;
    assert_eq!(put(&upload["parts"][0]["url"], PDF).await, 200);
    assert_eq!(complete(&alice, &upload).await.problem(404), "not_found");
    assert_eq!(stored(&app).await.len(), 1);
    // The wait began when the job ran, a moment after the link was made.
    app.clock.advance(Duration::from_secs(6 * 3_600 + 1));
    app.relay().await;
    app.drain().await;
    assert_eq!(stored(&app).await, Vec::<String>::new());
    assert_eq!(app.count("select count(*) from media").await, 0);
}

fn is_away(reply: &Reply) {
    assert_eq!(reply.problem(503), "unavailable");
    assert!(reply.header("retry-after").parse::<u32>().unwrap() >= 1);
}

#[tokio::test]
async fn while_the_bucket_is_away_uploads_are_told_to_come_back_and_leave_nothing() {
    let bucket = Arc::new(Bucket::start().await);
    let app = TestApp::with(&bucket.settings()).await;
    let [alice] = app.given(["alice"]).await;
    let announced = announce(&alice, "application/pdf", PDF.len()).await;
    assert_eq!(put(&announced["parts"][0]["url"], PDF).await, 200);
    bucket.go_away();
    is_away(&upload(&alice, "a.pdf", PDF).await);
    is_away(&complete(&alice, &announced).await);
    assert_eq!(
        alice.get(&file(&announced)).await.data(202)["state"],
        "reserved"
    );
    assert!(bucket.refused() > 0);
    bucket.come_back();

    // It goes when a part of the file is there already.
    let head = stream::iter([Ok::<_, std::io::Error>(super::hostile::HEAD.to_vec())]);
    let goes = bucket.clone();
    let chunks = (0..120).map(move |at| {
        if at == 90 {
            goes.go_away();
        }
        Ok(vec![7_u8; 100_000])
    });
    let body = Body::from_bytes_stream(head.chain(stream::iter(chunks)));
    is_away(&alice.stream(Method::POST, "/media", Some(FORM), body).await);
    bucket.come_back();

    complete(&alice, &announced).await.data(202);
    app.drain().await;
    assert_eq!(
        alice.get(&file(&announced)).await.data(200)["state"],
        "ready"
    );
    app.clock.advance(Duration::from_secs(3_600));
    app.enqueue(SweepMedia {}).await;
    app.drain().await;
    assert_eq!(app.count("select count(*) from media").await, 1);
    assert_eq!(stored(&app).await.len(), 1);
}

#[tokio::test]
async fn a_job_that_finds_the_bucket_away_finishes_once_it_is_back() {
    let bucket = Bucket::start().await;
    let app = TestApp::with(&bucket.settings()).await;
    let [alice] = app.given(["alice"]).await;
    let photo = samples::png(300, 200);
    let picture = app
        .given_file(&alice, MediaKind::Image, "image/png", photo)
        .await;
    let announced = announce(&alice, "image/jpeg", JPEG.len()).await;
    assert_eq!(put(&announced["parts"][0]["url"], JPEG).await, 200);
    complete(&alice, &announced).await.data(202);
    bucket.go_away();
    for _ in 0..3 {
        app.drain().await;
        assert_eq!(app.known(&picture).await.state, "processing");
        alice.get(&file(&announced)).await.data(206);
        app.clock.advance(Duration::from_secs(20));
        app.relay().await;
    }
    bucket.come_back();
    for _ in 0..3 {
        app.clock.advance(Duration::from_secs(60));
        app.relay().await;
        app.drain().await;
    }
    assert_eq!(app.known(&picture).await.state, "ready");
    assert_eq!(app.shapes(&picture).await.len(), 3);
    // Not much of a picture: looked into all the same.
    assert_eq!(
        alice.get(&file(&announced)).await.problem(422),
        "media_failed"
    );
    assert_eq!(app.count("select count(*) from jobs").await, 0);
    let done = "select count(*) from finished_jobs where outcome = 'done'";
    assert_eq!(app.count(done).await, 3);
    let lying = stored(&app).await;
    let of_it = lying.iter().filter(|key| key.starts_with(&picture.folder));
    assert_eq!(of_it.count(), 3);
}
