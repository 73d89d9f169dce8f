//! Drafts, and posts that are published by themselves.

use chrono::TimeDelta;
use domain::posts::DuePost;
use domain::posts::jobs::PublishPost;
use domain::wire::WireText;
use domain::{PostId, posts};

use super::*;

#[tokio::test]
async fn a_draft_that_is_published_with_a_key_is_answered_as_published() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    let draft = json!({"caption": "Later", "state": "draft"});
    let path = format!("/posts/{}/publish", posted(&alice, draft).await);
    let keyed = (*alice).clone().header("idempotency-key", "k1");
    for replayed in ["", "true"] {
        let published = keyed.post(&path, json!({})).await;
        assert_eq!(published.data(200)["state"], "published");
        assert_eq!(published.header("idempotent-replayed"), replayed);
    }
}

async fn state(who: &Client, post: &str) -> Value {
    see(who, post).await["state"].clone()
}

fn count(person: &Value) -> i64 {
    person["post_count"].as_i64().unwrap()
}

#[tokio::test]
async fn a_draft_is_ones_own_until_it_is_published() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    let draft = posted(&alice, json!({"state": "draft"})).await;
    assert_eq!(
        bob.get(&format!("/posts/{draft}")).await.problem(404),
        "not_found"
    );
    assert_eq!(act(&alice, "like", &draft).await.problem(404), "not_found");
    assert_eq!(each(&alice.get("/posts/drafts").await, "id"), [&*draft]);
    assert!(each(&bob.get("/posts/drafts").await, "id").is_empty());
    assert!(each(&bob.get("/users/alice/posts").await, "id").is_empty());
    assert_eq!(
        act(&alice, "publish", &draft).await.problem(400),
        "validation_failed"
    );
    let words = json!({"caption": "Ready"});
    alice.put(&format!("/posts/{draft}"), words).await.data(200);
    let older = said(&alice, "In between").await;
    app.clock.advance(Duration::from_secs(1));
    assert_eq!(act(&bob, "publish", &draft).await.problem(404), "not_found");
    let published = act(&alice, "publish", &draft).await.data(200);
    assert_eq!(published["state"], "published");
    assert_eq!(
        act(&alice, "publish", &draft).await.problem(409),
        "already_published"
    );
    assert_eq!(
        each(&bob.get("/users/alice/posts").await, "id"),
        [&*draft, &*older]
    );
    assert_eq!(count(&bob.get("/users/alice").await.data(200)), 2);
    let history = alice.get(&format!("/posts/{draft}/edits")).await;
    assert_eq!(history.data(200), json!([]), "a draft has no history");
    posts_are_counted(&app).await;
}

#[tokio::test]
async fn what_a_draft_shows_can_be_changed_until_it_is_published() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    let one = file(&app, "alice", "image", "ready").await;
    let other = file(&app, "alice", "video", "ready").await;
    let draft = posted(&alice, json!({"state": "draft", "media_ids": [one]})).await;
    let path = format!("/posts/{draft}");
    let shown = json!({"media_ids": [other, one]});
    let changed = alice.put(&path, shown).await.data(200);
    assert_eq!(changed["post_type"], "carousel");
    let changed = alice.put(&path, json!({"media_ids": [other]})).await;
    assert_eq!(changed.data(200)["post_type"], "video");
    assert_eq!(
        app.count("select count(*) from media where uses = 0 and unused_since is not null")
            .await,
        1
    );
    act(&alice, "publish", &draft).await.data(200);
    let late = alice.put(&path, json!({"media_ids": []})).await;
    assert_eq!(late.json()["errors"][0]["code"], "required");
    let late = alice.put(&path, json!({"media_ids": [one]})).await;
    assert_eq!(late.json()["errors"][0]["code"], "published");
}

#[tokio::test]
async fn a_scheduled_post_is_published_at_its_time_and_may_be_moved_or_held_back() {
    let app = TestApp::with(&[("AUTH_ACCESS_TTL", "24h")]).await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    let at = |minutes| json!(app.clock.now() + TimeDelta::minutes(minutes));
    let post = posted(&alice, json!({"caption": "Later", "publish_at": at(10)})).await;
    assert_eq!(state(&alice, &post).await, "scheduled");
    let publish = format!("/posts/{post}/publish");
    alice
        .post(&publish, json!({"publish_at": at(30)}))
        .await
        .data(200);
    app.clock.advance(Duration::from_secs(15 * 60));
    app.relay().await;
    app.drain().await;
    assert_eq!(state(&alice, &post).await, "scheduled", "it was moved");
    app.clock.advance(Duration::from_secs(20 * 60));
    app.relay().await;
    app.drain().await;
    assert_eq!(state(&bob, &post).await, "published");
    assert_eq!(count(&bob.get("/users/alice").await.data(200)), 1);

    let other = posted(&alice, json!({"caption": "Never", "publish_at": at(10)})).await;
    for _ in 0..2 {
        assert_eq!(
            undo(&alice, "publish", &other).await.data(200)["state"],
            "draft"
        );
    }
    app.clock.advance(Duration::from_secs(15 * 60));
    app.relay().await;
    app.drain().await;
    assert_eq!(state(&alice, &other).await, "draft");
    assert_eq!(
        undo(&alice, "publish", &post).await.problem(409),
        "already_published"
    );
    for (when, code) in [(at(-1), "passed"), (at(60 * 24 * 400), "too_far")] {
        let refused = alice
            .post("/posts", json!({"caption": "x", "publish_at": when}))
            .await;
        assert_eq!(refused.json()["errors"][0]["code"], code);
    }
    posts_are_counted(&app).await;
}

#[tokio::test]
async fn a_post_is_published_once_by_whoever_comes_first() {
    let app = TestApp::with(&[("AUTH_ACCESS_TTL", "24h")])
        .await
        .leaving_jobs();
    let [alice] = app.given(["alice"]).await;
    for _ in 0..5 {
        let at = app.clock.now() + TimeDelta::minutes(10);
        let post = posted(&alice, json!({"caption": "Later", "publish_at": at})).await;
        app.clock.advance(Duration::from_secs(600));
        let id = PostId::read(&post).unwrap();
        let by_itself = async || {
            let mut tx = app.platform.db.begin().await.unwrap();
            let became = posts::publish_due(&mut tx, id).await.unwrap();
            tx.commit().await.unwrap();
            became == DuePost::Published
        };
        let (one, other, asked) =
            tokio::join!(by_itself(), by_itself(), act(&alice, "publish", &post));
        let times = [one, other, asked.status == 200];
        assert_eq!(times.iter().filter(|did| **did).count(), 1, "{times:?}");
        posts_are_counted(&app).await;
    }
    assert_eq!(app.enqueued::<PublishPost>().await.len(), 5);
}
