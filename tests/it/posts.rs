//! Posts: publishing, liking, saving, sharing, editing, deleting.

mod drafts;
mod edits;
mod forms;
mod matrix;
mod races;
mod shares;

use std::time::Duration;

use domain::posts::jobs::PurgePosts;
use serde_json::{Value, json};

use crate::harness::laws::posts_are_counted;
use crate::harness::{Client, Reply, TestApp};

/// The id of a new post.
pub(crate) async fn posted(who: &Client, body: Value) -> String {
    let post = who.post("/posts", body).await.data(201);
    post["id"].as_str().unwrap().to_owned()
}

pub(crate) async fn said(who: &Client, caption: &str) -> String {
    posted(who, json!({"caption": caption})).await
}

/// What somebody answers to a verb about a post.
pub(crate) async fn act(who: &Client, verb: &str, post: &str) -> Reply {
    who.post(&format!("/posts/{post}/{verb}"), json!({})).await
}

pub(crate) async fn undo(who: &Client, verb: &str, post: &str) -> Reply {
    who.delete(&format!("/posts/{post}/{verb}")).await
}

async fn see(who: &Client, post: &str) -> Value {
    who.get(&format!("/posts/{post}")).await.data(200)
}

/// One field of each in a list.
pub(crate) fn each(reply: &Reply, field: &str) -> Vec<String> {
    let data = reply.data(200);
    let rows = data.as_array().unwrap().iter();
    rows.map(|row| row[field].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// A file of somebody's that is ready, past the upload.
pub(crate) async fn file(app: &TestApp, owner: &str, kind: &str, state: &str) -> String {
    let failure = (state == "failed").then_some("decode");
    let id: uuid::Uuid = sqlx::query_scalar(
        "insert into media (id, owner_id, kind, content_type, state, failure, size, created_at, updated_at)
         select gen_random_uuid(), id, $2, 'image/png', $3, $4, 1, now(), now() from users where username = $1
         returning id",
    )
    .bind(owner)
    .bind(kind)
    .bind(state)
    .bind(failure)
    .fetch_one(app.platform.db.pool())
    .await
    .unwrap();
    id.to_string()
}

#[tokio::test]
async fn a_like_counts_once_however_often_it_is_said() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    let post = said(&alice, "Sunset").await;
    for _ in 0..2 {
        let liked = act(&bob, "like", &post).await.data(200);
        assert_eq!(
            liked,
            json!({"post_id": post, "like_count": 1, "is_liked": true})
        );
    }
    let seen = see(&bob, &post).await;
    assert_eq!(
        (&seen["is_liked"], &seen["like_count"]),
        (&json!(true), &json!(1))
    );
    let likers = alice.get(&format!("/posts/{post}/likes")).await;
    assert_eq!(each(&likers, "username"), ["bob"]);
    for _ in 0..2 {
        let liked = undo(&bob, "like", &post).await.data(200);
        assert_eq!(
            liked,
            json!({"post_id": post, "like_count": 0, "is_liked": false})
        );
    }
    let nothing = "01932c5e-6d80-7b1a-9f3b-2a1c4e5d6f70";
    assert_eq!(act(&bob, "like", nothing).await.problem(404), "not_found");
    posts_are_counted(&app).await;
}

#[tokio::test]
async fn likers_are_paged_and_whoever_is_hidden_is_left_out() {
    let app = TestApp::start().await;
    let [alice, viewer] = app.given(["alice", "viewer"]).await;
    let crowd = app.crowd(5).await;
    let post = said(&alice, "Sunset").await;
    for one in &crowd {
        act(one, "like", &post).await.data(200);
    }
    crowd[2]
        .post("/users/viewer/block", Value::Null)
        .await
        .data(200);
    let path = format!("/posts/{post}/likes?limit=2");
    let first = viewer.get(&path).await;
    assert_eq!(each(&first, "username"), ["crowd5", "crowd4"]);
    let page = first.json()["pagination"].clone();
    let next = page["next_cursor"].as_str().unwrap();
    let second = viewer.get(&format!("{path}&cursor={next}")).await;
    assert_eq!(each(&second, "username"), ["crowd2", "crowd1"]);
    assert_eq!(second.json()["pagination"]["has_more"], false);
}

#[tokio::test]
async fn what_is_saved_is_listed_for_oneself_as_long_as_it_is_seen() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    let (one, other) = (said(&alice, "One").await, said(&alice, "Other").await);
    for post in [&one, &one, &other] {
        let saved = act(&bob, "save", post).await.data(200);
        assert_eq!(saved, json!({"post_id": post, "is_saved": true}));
    }
    assert_eq!(each(&bob.get("/posts/saved").await, "id"), [&*other, &*one]);
    assert!(each(&alice.get("/posts/saved").await, "id").is_empty());
    let hidden = json!({"visibility": "private"});
    alice
        .put(&format!("/posts/{other}"), hidden)
        .await
        .data(200);
    assert_eq!(each(&bob.get("/posts/saved").await, "id"), [&*one]);
    undo(&bob, "save", &one).await.data(200);
    assert!(each(&bob.get("/posts/saved").await, "id").is_empty());
    posts_are_counted(&app).await;
}

#[tokio::test]
async fn a_post_shows_files_and_its_kind_follows_from_them() {
    let app = TestApp::start().await;
    let [alice, _bob] = app.given(["alice", "bob"]).await;
    let image = file(&app, "alice", "image", "ready").await;
    let video = file(&app, "alice", "video", "processing").await;
    let both = json!({"media_ids": [video, image]});
    let post = alice.post("/posts", both).await.data(201);
    assert_eq!(post["post_type"], "carousel");
    assert_eq!(
        (&post["media"][0]["id"], &post["media"][1]["id"]),
        (&json!(video), &json!(image))
    );
    let reel = json!({"media_ids": [video], "post_type": "reel"});
    assert_eq!(
        alice.post("/posts", reel).await.data(201)["post_type"],
        "reel"
    );
    assert_eq!(app.count("select max(uses)::bigint from media").await, 2);

    let (theirs, broken) = (
        file(&app, "bob", "image", "ready").await,
        file(&app, "alice", "image", "failed").await,
    );
    let sound = file(&app, "alice", "audio", "ready").await;
    for (body, field, code) in [
        (json!({"media_ids": [theirs]}), "media_ids.0", "unknown"),
        (json!({"media_ids": [broken]}), "media_ids.0", "unusable"),
        (json!({"media_ids": [sound]}), "media_ids", "wrong_kind"),
        (json!({"media_ids": [image, image]}), "media_ids", "twice"),
        (
            json!({"media_ids": [image], "post_type": "video"}),
            "post_type",
            "mismatch",
        ),
        (
            json!({"media_ids": vec![image.clone(); 11]}),
            "media_ids",
            "too_many",
        ),
        (json!({}), "caption", "required"),
    ] {
        let refused = alice.post("/posts", body).await;
        assert_eq!(refused.problem(400), "validation_failed");
        let wrong = refused.json()["errors"][0].clone();
        assert_eq!(
            (&wrong["field"], &wrong["code"]),
            (&json!(field), &json!(code))
        );
    }
    assert_eq!(app.count("select max(uses)::bigint from media").await, 2);
    posts_are_counted(&app).await;
}

#[tokio::test]
async fn a_deleted_post_is_gone_at_once_and_its_rows_after_the_time_of_grace() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    let image = file(&app, "alice", "image", "ready").await;
    let post = posted(&alice, json!({"caption": "Gone", "media_ids": [image]})).await;
    act(&bob, "like", &post).await.data(200);
    act(&bob, "share", &post).await.data(200);
    let comment = json!({"content": "Oh"});
    bob.post(&format!("/posts/{post}/comments"), comment)
        .await
        .data(201);
    let path = format!("/posts/{post}");
    assert_eq!(bob.delete(&path).await.problem(403), "not_yours");
    alice.delete(&path).await.data(200);
    for who in [&alice, &bob] {
        assert_eq!(who.get(&path).await.problem(404), "not_found");
        assert_eq!(who.delete(&path).await.problem(404), "not_found");
    }
    assert!(each(&bob.get("/users/bob/posts").await, "id").is_empty());
    posts_are_counted(&app).await;

    app.enqueue(PurgePosts {}).await;
    app.drain().await;
    assert_eq!(app.count("select count(*) from posts").await, 2);
    app.clock.advance(Duration::from_secs(31 * 24 * 3600));
    app.enqueue(PurgePosts {}).await;
    app.drain().await;
    assert_eq!(app.count("select count(*) from posts").await, 0);
    assert_eq!(app.count("select count(*) from comments").await, 0);
    assert_eq!(
        app.count("select count(*) from media where uses = 0 and unused_since is not null")
            .await,
        1
    );
    posts_are_counted(&app).await;
}

#[tokio::test]
async fn an_administrator_deletes_what_others_posted() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    let admin = app.admin().await;
    let post = posted(&alice, json!({"caption": "Mine", "visibility": "private"})).await;
    let comments = format!("/posts/{}/comments", said(&alice, "Theirs").await);
    let comment = json!({"content": "Mine, too"});
    let comment = alice.post(&comments, comment).await.data(201);
    let comment = format!("/comments/{}", comment["id"].as_str().unwrap());
    for path in [format!("/posts/{post}"), comment] {
        admin.delete(&path).await.data(200);
        assert_eq!(alice.get(&path).await.problem(404), "not_found");
    }
    let acts = "select count(*) from admin_audit where action in ('post.delete', 'comment.delete')";
    assert_eq!(app.count(acts).await, 2);
    posts_are_counted(&app).await;
    app.drain().await;
}

#[tokio::test]
async fn hashtags_that_grow_when_they_are_folded_are_refused_in_words() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    let long = "İ".repeat(60);
    for (tag, code) in [
        (&*long, "too_long"),
        ("\u{200d}", "invalid"),
        ("42", "invalid"),
    ] {
        let refused = alice
            .post("/posts", json!({"caption": "x", "hashtags": [tag]}))
            .await;
        assert_eq!(refused.problem(400), "validation_failed");
        assert_eq!(refused.json()["errors"][0]["code"], code, "{tag}");
    }
    let post = said(&alice, &format!("#{long} #ﷺ #İstanbul")).await;
    assert_eq!(see(&alice, &post).await["hashtags"], json!(["İstanbul"]));
    let many: Vec<String> = (0..31).map(|number| format!("tag{number}")).collect();
    let refused = alice
        .post("/posts", json!({"caption": "x", "hashtags": many}))
        .await;
    assert_eq!(refused.json()["errors"][0]["code"], "too_many");
}

#[tokio::test]
async fn an_application_posts_and_comments_by_its_own_names() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    let theirs = json!({"content": "Hello", "tags": ["campus"], "visibility": "friends"});
    let post = alice.post("//api/posts", theirs.clone()).await.data(201);
    assert_eq!(
        (&post["caption"], &post["visibility"]),
        (&json!("Hello"), &json!("followers"))
    );
    let ours = alice.post("/posts", json!({"visibility": "friends"})).await;
    assert_eq!(ours.json()["errors"][0]["field"], "visibility");
    assert_eq!(post["hashtags"], json!(["campus"]));
    let path = format!("//api/posts/{}", post["id"].as_str().unwrap());
    let said = alice
        .post(&format!("{path}/comment"), json!({"text": "Hi"}))
        .await;
    assert_eq!(said.data(201)["content"], "Hi");
    let seen = alice.get(&path).await.data(200);
    assert_eq!(seen["comments"][0]["content"], "Hi");
    alice
        .post(&format!("{path}/like"), Value::Null)
        .await
        .data(200);
    alice.delete(&path).await.data(200);
}
