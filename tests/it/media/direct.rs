//! Uploads past the API.

use std::time::Duration;

use domain::media::jobs::{SweepMedia, TakeOverUpload};
use poem::http::Method;
use serde_json::{Value, json};

use super::{JPEG, PDF, path, stored};
use crate::harness::{Client, Reply, TestApp};

async fn announce(who: &Client, content_type: &str, size: usize) -> Value {
    let new = json!({"content_type": content_type, "size": size, "filename": "notes.pdf"});
    who.post("/media/uploads", new).await.data(201)
}

async fn put(app: &TestApp, upload: &Value, content: &[u8]) -> Reply {
    let body = Some(("application/octet-stream", content.to_vec()));
    let link = path(&upload["parts"][0]["url"]);
    app.anonymous().send(Method::PUT, &link, body).await
}

fn door(upload: &Value) -> String {
    format!("/media/uploads/{}", upload["media_id"].as_str().unwrap())
}

async fn complete(who: &Client, upload: &Value) -> Reply {
    let door = format!("{}/complete", door(upload));
    who.post(&door, Value::Null).await
}

#[tokio::test]
async fn a_file_is_announced_put_and_taken_over() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    let upload = announce(&alice, "application/pdf", PDF.len()).await;
    let file = format!("/media/{}", upload["media_id"].as_str().unwrap());
    assert_eq!(alice.get(&file).await.data(202)["state"], "reserved");
    assert_eq!(
        complete(&alice, &upload).await.problem(409),
        "upload_incomplete"
    );
    assert_eq!(put(&app, &upload, PDF).await.status, 204);
    assert_eq!(
        complete(&alice, &upload).await.data(202)["state"],
        "uploaded"
    );
    assert_eq!(
        complete(&alice, &upload).await.data(202)["state"],
        "uploaded"
    );
    assert_eq!(put(&app, &upload, PDF).await.problem(404), "not_found");
    assert_eq!(app.enqueued::<TakeOverUpload>().await.len(), 1);
    app.drain().await;
    let ready = alice.get(&file).await.data(200);
    let found = app.anonymous().get(&path(&ready["media_url"])).await;
    assert_eq!(found.bytes, PDF);
    let left = stored(&app).await;
    assert!(
        left.len() == 1 && left[0].ends_with("/original.pdf"),
        "{left:?}"
    );
    app.replay().await;
    app.drain().await;
    assert_eq!(alice.get(&file).await.data(200)["state"], "ready");
}

#[tokio::test]
async fn a_large_file_goes_in_parts() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    let upload = announce(&alice, "video/mp4", 150_000_000).await;
    let parts = upload["parts"].as_array().unwrap();
    let sizes: Vec<u64> = parts
        .iter()
        .map(|part| part["size"].as_u64().unwrap())
        .collect();
    assert_eq!(sizes, [67_108_864, 67_108_864, 15_782_272]);
    assert_eq!(parts[2]["offset"], 134_217_728);
    let too_large = json!({"content_type": "video/mp4", "size": 600_000_000});
    let refused = alice.post("/media/uploads", too_large).await;
    assert_eq!(refused.problem(413), "file_too_large");
    let unknown = json!({"content_type": "image/svg+xml", "size": 10});
    let refused = alice.post("/media/uploads", unknown).await;
    assert_eq!(refused.problem(415), "file_type_unsupported");
    let empty = json!({"content_type": "video/mp4", "size": 0});
    assert_eq!(
        alice.post("/media/uploads", empty).await.problem(400),
        "validation_failed"
    );
}

#[tokio::test]
async fn a_part_that_is_not_as_announced_is_refused() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    let upload = announce(&alice, "application/pdf", PDF.len()).await;
    for wrong in [&PDF[1..], &[PDF, b"more"].concat(), b""] {
        let refused = put(&app, &upload, wrong).await;
        assert!([400, 413].contains(&refused.status.as_u16()));
        assert_eq!(stored(&app).await, Vec::<String>::new());
    }
    let digest = "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:";
    let link = path(&upload["parts"][0]["url"]);
    let body = Some(("application/pdf", PDF.to_vec()));
    let digested = app.anonymous().header("content-digest", digest);
    let refused = digested.send(Method::PUT, &link, body).await;
    assert_eq!(refused.json()["errors"][0]["code"], "hash_wrong");
    let body = Some(("application/pdf", PDF.to_vec()));
    let forged = format!("{}x", &link[..link.len() - 1]);
    let refused = app.anonymous().send(Method::PUT, &forged, body).await;
    assert_eq!(refused.problem(404), "not_found");

    let picture = announce(&alice, "image/jpeg", PDF.len()).await;
    assert_eq!(put(&app, &picture, PDF).await.status, 204);
    assert_eq!(
        complete(&alice, &picture).await.problem(415),
        "file_type_wrong"
    );
}

#[tokio::test]
async fn what_came_otherwise_than_announced_fails() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    let new =
        json!({"content_type": "application/pdf", "size": PDF.len(), "sha256": "00".repeat(32)});
    let upload = alice.post("/media/uploads", new).await.data(201);
    assert_eq!(put(&app, &upload, PDF).await.status, 204);
    complete(&alice, &upload).await.data(202);
    app.drain().await;
    let file = format!("/media/{}", upload["media_id"].as_str().unwrap());
    let failed = alice.get(&file).await;
    assert_eq!(failed.problem(422), "media_failed");
    assert_eq!(failed.json()["errors"][0]["code"], "hash_wrong");

    // Changed after it was looked at.
    let upload = announce(&alice, "application/pdf", PDF.len()).await;
    assert_eq!(put(&app, &upload, PDF).await.status, 204);
    complete(&alice, &upload).await.data(202);
    let parts = stored(&app).await;
    let part = parts.iter().find(|key| key.ends_with("part-0")).unwrap();
    app.platform.storage.put(part, JPEG).await.unwrap();
    app.drain().await;
    let file = format!("/media/{}", upload["media_id"].as_str().unwrap());
    assert_eq!(alice.get(&file).await.problem(422), "media_failed");
}

#[tokio::test]
async fn two_who_complete_at_once_complete_once() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    let upload = announce(&alice, "application/pdf", PDF.len()).await;
    assert_eq!(put(&app, &upload, PDF).await.status, 204);
    let (one, other) = tokio::join!(complete(&alice, &upload), complete(&alice, &upload));
    one.data(202);
    other.data(202);
    assert_eq!(app.count("select count(*) from jobs").await, 1);
    app.drain().await;
    assert_eq!(app.count("select count(*) from media_variants").await, 1);
}

#[tokio::test]
async fn an_upload_is_its_owners_and_ends_in_time() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    let upload = announce(&alice, "application/pdf", PDF.len()).await;
    assert_eq!(put(&app, &upload, PDF).await.status, 204);
    assert_eq!(complete(&bob, &upload).await.problem(404), "not_found");
    assert_eq!(bob.delete(&door(&upload)).await.problem(404), "not_found");
    assert_eq!(
        complete(&app.anonymous(), &upload).await.problem(401),
        "token_missing"
    );
    alice.delete(&door(&upload)).await.data(200);
    assert_eq!(complete(&alice, &upload).await.problem(404), "not_found");
    app.drain().await;
    assert_eq!(stored(&app).await, Vec::<String>::new());

    let late = announce(&alice, "application/pdf", PDF.len()).await;
    assert_eq!(put(&app, &late, PDF).await.status, 204);
    app.clock.advance(Duration::from_secs(7 * 3_600));
    assert_eq!(put(&app, &late, PDF).await.problem(404), "not_found");
    app.enqueue(SweepMedia {}).await;
    app.drain().await;
    assert_eq!(app.count("select count(*) from media").await, 0);
    assert_eq!(stored(&app).await, Vec::<String>::new());
}
