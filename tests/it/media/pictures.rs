//! The pictures of profiles.

use serde_json::{Value, json};

use super::{FORM, JPEG, PDF, form, make_ready, path};
use crate::harness::{Client, Reply, TestApp};
use domain::MediaId;

async fn set(who: &Client, door: &str, content: &[u8]) -> Reply {
    let body = form(&[], &[("me.jpg", content)]);
    who.post_raw(door, FORM, body).await
}

fn shown(profile: &Value) -> MediaId {
    let url = profile["profile_picture_url"].as_str().unwrap();
    url.rsplit('/').next().unwrap().parse().unwrap()
}

async fn uses(app: &TestApp, id: MediaId) -> i32 {
    sqlx::query_scalar("select uses from media where id = $1")
        .bind(id.0)
        .fetch_one(app.platform.db.pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_profile_shows_a_picture_until_another_takes_its_place() {
    let app = TestApp::start().await.leaving_jobs();
    let [alice, bob] = app.given(["alice", "bob"]).await;
    let door = "/users/me/profile-picture";
    let me = set(&alice, door, JPEG).await.data(200);
    let first = shown(&me);
    let link = path(&me["profile_picture_url"]);
    assert_eq!(app.anonymous().get(&link).await.problem(404), "not_found");
    make_ready(&app, first).await;
    let picture = app.anonymous().get(&link).await;
    assert_eq!(
        (picture.status.as_u16(), &picture.bytes[..]),
        (200, &b"medium one"[..])
    );
    assert_eq!(picture.header("cache-control"), "public, max-age=3600");
    assert_eq!(picture.header("content-type"), "image/webp");
    let seen = bob.get("/users/alice").await.data(200);
    assert_eq!(seen["profile_picture_url"], me["profile_picture_url"]);
    assert_eq!(
        alice.delete(&format!("/media/{first}")).await.problem(409),
        "media_in_use"
    );

    let second = shown(&set(&alice, door, JPEG).await.data(200));
    assert_eq!((uses(&app, first).await, uses(&app, second).await), (0, 1));
    assert_eq!(app.anonymous().get(&link).await.problem(404), "not_found");
    let banner = set(&alice, "/users/alice/profile-banner", JPEG)
        .await
        .data(200);
    assert!(banner["profile_banner_url"].is_string());

    let elsewhere = json!({"profile_picture_url": "https://pictures.example/me.jpg"});
    alice.put("/users/me", elsewhere).await.data(200);
    assert_eq!(uses(&app, second).await, 0);
    set(&alice, door, JPEG).await.data(200);
    for _ in 0..2 {
        let me = alice.delete(door).await.data(200);
        assert!(me["profile_picture_url"].is_null());
        assert!(me["profile_banner_url"].is_string());
    }
    assert_eq!(
        app.count("select count(*) from media where uses > 0").await,
        1
    );
}

#[tokio::test]
async fn a_picture_is_set_by_its_owner_and_is_a_picture() {
    let app = TestApp::start().await.leaving_jobs();
    let [alice, bob] = app.given(["alice", "bob"]).await;
    let door = "/users/alice/profile-picture";
    assert_eq!(set(&bob, door, JPEG).await.problem(403), "not_yours");
    assert_eq!(bob.delete(door).await.problem(403), "not_yours");
    assert_eq!(
        set(&app.anonymous(), door, JPEG).await.problem(401),
        "token_missing"
    );
    assert_eq!(
        set(&alice, door, PDF).await.problem(415),
        "file_type_unsupported"
    );
    assert_eq!(app.count("select count(*) from media").await, 0);

    let me = set(&alice, door, JPEG).await.data(200);
    make_ready(&app, shown(&me)).await;
    let link = path(&me["profile_picture_url"]);
    assert_eq!(app.anonymous().get(&link).await.status, 200);
    app.about(
        &alice,
        "update users set suspended_at = now(), suspended_why = 'spam' where id = $1",
    )
    .await;
    assert_eq!(app.anonymous().get(&link).await.problem(404), "not_found");
    let two = tokio::join!(
        set(&bob, "/users/bob/profile-picture", JPEG),
        set(&bob, "/users/me/profile-picture", JPEG)
    );
    two.0.data(200);
    two.1.data(200);
    let held = "select count(*) from media m join users u on u.id = m.owner_id where u.username = 'bob' and uses > 0";
    assert_eq!(app.count(held).await, 1);
}
