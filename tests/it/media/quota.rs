//! How much room the files of one person have.

use serde_json::{Value, json};

use super::{FORM, PDF, form, id, stored, upload};
use crate::harness::{Client, Reply, TestApp};

/// Room for two files of that size, and some bytes.
const ROOM: usize = PDF.len() * 2 + 5;

async fn app() -> TestApp {
    let room = ROOM.to_string();
    TestApp::with(&[("MEDIA_QUOTA", &room)]).await
}

async fn announce(who: &Client, size: usize) -> Reply {
    let new = json!({"content_type": "application/pdf", "size": size});
    who.post("/media/uploads", new).await
}

fn is_full(reply: &Reply, field: &str) {
    assert_eq!(reply.problem(409), "quota_exceeded");
    let errors = &reply.json()["errors"];
    assert_eq!(
        (&errors[0]["field"], &errors[0]["code"]),
        (&field.into(), &"quota_exceeded".into())
    );
}

#[tokio::test]
async fn whoever_has_no_room_is_told_so_until_something_is_deleted() {
    let app = app().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    let first = upload(&alice, "a.pdf", PDF).await.data(201);
    let announced = announce(&alice, PDF.len()).await.data(201);
    is_full(&upload(&alice, "a.pdf", PDF).await, "file");
    is_full(&announce(&alice, 6).await, "size");
    // Files of a form are counted together.
    let two = form(&[], &[("a.pdf", PDF), ("b.pdf", PDF), ("c.pdf", PDF)]);
    is_full(&bob.post_raw("/posts", FORM, two).await, "file");
    assert_eq!(stored(&app).await.len(), 1);
    assert_eq!(app.count("select count(*) from media").await, 2);

    alice
        .delete(&format!("/media/{}", id(&first)))
        .await
        .data(200);
    upload(&alice, "a.pdf", PDF).await.data(201);
    let door = format!("/media/uploads/{}", announced["media_id"].as_str().unwrap());
    alice.delete(&door).await.data(200);
    announce(&alice, PDF.len() + 5).await.data(201);
    is_full(&upload(&alice, "a.pdf", b"%PDF-").await, "file");
    upload(&bob, "a.pdf", PDF).await.data(201);
    app.drain().await;
}

#[tokio::test]
async fn of_many_at_once_as_many_come_in_as_there_is_room_for() {
    let app = app().await;
    let [alice] = app.given(["alice"]).await;
    let forms = (0..4).map(|_| upload(&alice, "a.pdf", PDF));
    let announced = (0..4).map(|_| announce(&alice, PDF.len()));
    let (forms, announced) = tokio::join!(
        futures::future::join_all(forms),
        futures::future::join_all(announced)
    );
    let taken = |replies: &[Reply]| {
        let statuses = replies.iter().map(|reply| reply.status.as_u16());
        statuses.filter(|status| *status == 201).count()
    };
    assert_eq!(taken(&forms) + taken(&announced), 2);
    for reply in forms.iter().chain(&announced) {
        if reply.status != 201 {
            assert_eq!(reply.problem(409), "quota_exceeded");
        }
    }
    assert_eq!(app.count("select count(*) from media").await, 2);
    let files = alice.get("/media").await.data(200);
    let used = files
        .as_array()
        .unwrap()
        .iter()
        .map(|file: &Value| file["variants"][0]["size"].as_u64().unwrap_or_default());
    assert!(used.sum::<u64>() <= ROOM as u64);
}
