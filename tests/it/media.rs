//! Files of people: on their way in, as they are seen, and when they leave.

mod bucket;
mod direct;
mod hostile;
mod keeping;
mod memory;
mod outside;
mod pictures;
mod quota;

use domain::MediaId;
use domain::wire::WireText;
use futures::TryStreamExt;
use poem::http::Method;
use serde_json::Value;

use crate::harness::{Client, Reply, TestApp};

pub const PDF: &[u8] = b"%PDF-1.7 some pages";
pub const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0 not much of a picture";
pub const MP4: &[u8] = b"\0\0\0\x18ftypmp42\0\0\0\0 not much of a film";

pub const FORM: &str = "multipart/form-data; boundary=frontier";

/// A form, as browsers send it.
pub fn form(texts: &[(&str, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, text) in texts {
        let head = format!(
            "--frontier\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n"
        );
        body.extend_from_slice(head.as_bytes());
    }
    for (filename, content) in files {
        let head = format!(
            "--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{filename}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--frontier--\r\n");
    body
}

pub async fn upload(who: &Client, filename: &str, content: &[u8]) -> Reply {
    let body = form(&[], &[(filename, content)]);
    who.post_raw("/media", FORM, body).await
}

/// The path of a link, as the test's client takes it.
pub fn path(link: &Value) -> String {
    let (_, path) = link.as_str().unwrap().split_once("localhost:8080").unwrap();
    format!("/{path}")
}

pub fn id(media: &Value) -> MediaId {
    MediaId::read(media["id"].as_str().unwrap()).unwrap()
}

/// The keys of all files of people.
pub async fn stored(app: &TestApp) -> Vec<String> {
    let found = app.platform.storage.list("media").unwrap();
    let found: Vec<_> = found.try_collect().await.unwrap();
    found.into_iter().map(|file| file.key).collect()
}

/// What the job makes of a picture, as far as others care.
pub async fn make_ready(app: &TestApp, picture: MediaId) {
    for (name, content) in [("small", "small one"), ("medium", "medium one")] {
        let owner: uuid::Uuid = sqlx::query_scalar("select owner_id from media where id = $1")
            .bind(picture.0)
            .fetch_one(app.platform.db.pool())
            .await
            .unwrap();
        let key = format!("media/{owner}/{picture}/{name}.webp");
        let storage = &app.platform.storage;
        storage.put(&key, content.as_bytes()).await.unwrap();
        sqlx::query(
            "insert into media_variants (media_id, name, content_type, key, size, created_at)
             values ($1, $2, 'image/webp', $3, 9, now())",
        )
        .bind(picture.0)
        .bind(name)
        .bind(key)
        .execute(app.platform.db.pool())
        .await
        .unwrap();
    }
    state(app, picture, "ready").await;
}

pub async fn state(app: &TestApp, id: MediaId, state: &str) {
    sqlx::query("update media set state = $2, failure = case when $2 = 'failed' then 'damaged' end where id = $1")
        .bind(id.0)
        .bind(state)
        .execute(app.platform.db.pool())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_document_is_ready_at_once_and_is_saved_under_its_name() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    let body = form(&[("alt", "My notes")], &[("Übung 1.pdf", PDF)]);
    let told = alice.post_raw("/media", FORM, body).await.data(201);
    assert_eq!(told["media_type"], "document");
    assert_eq!(
        (&told["state"], &told["alt"]),
        (&"ready".into(), &"My notes".into())
    );
    assert_eq!(told["variants"][0]["size"], PDF.len());
    let file = app.anonymous().get(&path(&told["media_url"])).await;
    assert_eq!((file.status.as_u16(), &file.bytes[..]), (200, PDF));
    for (header, value) in [
        ("content-type", "application/pdf"),
        ("x-content-type-options", "nosniff"),
        (
            "content-disposition",
            "attachment; filename=\"_bung 1.pdf\"; filename*=UTF-8''%C3%9Cbung%201.pdf",
        ),
    ] {
        assert_eq!(file.header(header), value, "{header}");
    }
    let kept = file.header("cache-control");
    assert!(
        kept.starts_with("private, max-age=") && kept.ends_with("immutable"),
        "{kept}"
    );
    let part = app.anonymous().header("range", "bytes=0-3");
    let part = part.get(&path(&told["media_url"])).await;
    assert_eq!((part.status.as_u16(), &part.bytes[..]), (206, &b"%PDF"[..]));
}

#[tokio::test]
async fn whoever_asks_for_a_picture_is_told_how_far_it_is() {
    let app = TestApp::start().await.leaving_jobs();
    let [alice] = app.given(["alice"]).await;
    let told = upload(&alice, "a.jpg", JPEG).await.data(201);
    assert_eq!(
        (&told["media_type"], &told["state"]),
        (&"image".into(), &"uploaded".into())
    );
    assert!(told["media_url"].is_null());
    let jobs = app.enqueued::<domain::media::jobs::ProcessMedia>().await;
    assert_eq!(jobs[0].media_id, id(&told));
    let door = format!("/media/{}", id(&told));
    for (state, status) in [("reserved", 202), ("uploaded", 206), ("processing", 206)] {
        self::state(&app, id(&told), state).await;
        assert_eq!(alice.get(&door).await.data(status)["state"], state);
    }
    state(&app, id(&told), "failed").await;
    let failed = alice.get(&door).await;
    assert_eq!(failed.problem(422), "media_failed");
    assert_eq!(failed.json()["errors"][0]["code"], "damaged");
    make_ready(&app, id(&told)).await;
    let ready = alice.get(&door).await.data(200);
    assert_eq!(ready["variants"].as_array().unwrap().len(), 2);
    let shown = app
        .anonymous()
        .get(&path(&ready["variants"][0]["url"]))
        .await;
    assert_eq!(shown.header("content-disposition"), "inline");
    assert_eq!(shown.header("content-type"), "image/webp");
}

#[tokio::test]
async fn a_file_is_its_owners_alone() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    let told = upload(&alice, "a.pdf", PDF).await.data(201);
    let door = format!("/media/{}", id(&told));
    let change = serde_json::json!({"alt": "Notes"});
    for (who, status, code) in [
        (&*bob, 404, "not_found"),
        (&app.anonymous(), 401, "token_missing"),
    ] {
        for method in [Method::GET, Method::DELETE] {
            assert_eq!(who.send(method, &door, None).await.problem(status), code);
        }
        assert_eq!(who.put(&door, change.clone()).await.problem(status), code);
    }
    assert_eq!(
        upload(&app.anonymous(), "a.pdf", PDF).await.problem(401),
        "token_missing"
    );
    assert_eq!(alice.put(&door, change).await.data(200)["alt"], "Notes");
    let nothing = serde_json::json!({"alt": null});
    assert!(alice.put(&door, nothing).await.data(200)["alt"].is_null());
    assert_eq!(
        bob.get("/media").await.data(200).as_array().unwrap().len(),
        0
    );
    for _ in 0..2 {
        upload(&alice, "b.pdf", PDF).await.data(201);
    }
    let first = alice.get("/media?limit=2").await;
    assert_eq!(first.data(200).as_array().unwrap().len(), 2);
    let pages = first.json()["pagination"].clone();
    assert_eq!(pages["total"], 3);
    let next = format!(
        "/media?limit=2&cursor={}",
        pages["next_cursor"].as_str().unwrap()
    );
    assert_eq!(alice.get(&next).await.data(200)[0]["id"], told["id"]);
}
