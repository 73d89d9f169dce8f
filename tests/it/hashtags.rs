//! How often hashtags are used: counts follow posts at once, and accounts by a job.

use std::time::Duration;

use domain::hashtags::jobs::CountUses;
use serde_json::{Value, json};

use crate::harness::{Client, PASSWORD, TestApp};
use crate::posts::{posted, said};

async fn use_count(who: &Client, tag: &str) -> Value {
    who.get(&format!("/hashtags/{tag}")).await.json()["data"]["use_count"].clone()
}

#[tokio::test]
async fn uses_count_as_long_as_everybody_sees_them() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let [bob] = app.given(["bob"]).await;
    let admin = app.admin().await;
    said(&alice, "#topic").await;
    let followers = json!({"caption": "#topic", "visibility": "followers"});
    let later = posted(&alice, followers).await;
    app.drain().await;
    let counted = async |expected: i64| {
        app.drain().await;
        // Of one that nobody sees there is nothing to tell.
        let told = if expected > 0 {
            json!(expected)
        } else {
            Value::Null
        };
        assert_eq!(use_count(&bob, "topic").await, told);
    };
    counted(1).await;
    let on_request = json!({"privacy": {"who_may_follow": "on_request"}});
    alice.put("/settings", on_request).await.data(200);
    counted(0).await;
    let public = json!({"is_private": false});
    alice.put("/users/me", public).await.data(200);
    counted(1).await;
    let open = json!({"visibility": "public"});
    alice.put(&format!("/posts/{later}"), open).await.data(200);
    counted(2).await;
    let path = "/admin/users/alice/suspension";
    admin.put(path, json!({"reason": "Spam"})).await.data(200);
    counted(0).await;
    admin.delete(path).await.data(200);
    counted(2).await;
    let password = json!({"password": PASSWORD});
    let alice = app.login("alice").await;
    alice
        .post("/users/me/deactivate", password.clone())
        .await
        .data(200);
    counted(0).await;
    let alice = app.login("alice").await;
    counted(2).await;
    alice.delete_saying("/users/me", password).await.data(202);
    counted(0).await;
    let alice = app.login("alice").await;
    counted(2).await;
    alice.delete(&format!("/posts/{later}")).await.data(200);
    counted(1).await;
}

#[tokio::test]
async fn whoever_posts_while_their_account_goes_private_is_counted_right() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    said(&alice, "#topic").await;
    for round in 0..6 {
        let is_private = round % 2 == 0;
        let (_, changed) = tokio::join!(
            said(&alice, "#topic"),
            alice.put("/users/me", json!({"is_private": is_private}))
        );
        changed.data(200);
        app.drain().await;
        let wrong = "select count(*) from hashtag_uses u join posts p on p.id = u.post_id
                     join users a on a.id = p.author_id where u.is_public <> is_for_everybody(p, a)";
        assert_eq!(app.count(wrong).await, 0);
        let off = "select count(*) from hashtag_counts c where use_count <> (
                       select count(*) from hashtag_uses u where u.hashtag_id = c.hashtag_id and u.is_public)";
        assert_eq!(app.count(off).await, 0);
    }
}

#[tokio::test]
async fn somebody_with_very_many_uses_is_counted_anew_in_slices() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    said(&alice, "#one #two #three").await;
    app.run(
        "with made as (
             insert into posts (id, author_id, kind, caption, state, published_at, place, created_at, updated_at)
             select one, author_id, kind, caption, state, published_at, one, created_at, updated_at
             from posts, lateral (select posts.id as of, gen_random_uuid() as one from generate_series(1, 800)) as more
             returning id, author_id, published_at)
         insert into hashtag_uses (hashtag_id, place, post_id, author_id, is_public, created_at)
         select h.id, made.id, made.id, made.author_id, true, made.published_at from made cross join hashtags h",
    )
    .await;
    let counts = "select min(use_count) from hashtag_counts";
    assert_eq!(app.count(counts).await, 801);
    let slices = async |is_private: bool, expected: i64| {
        let body = json!({"is_private": is_private});
        alice.put("/users/me", body).await.data(200);
        let waiting = app.enqueued::<CountUses>().await;
        assert_eq!(waiting.len(), 1);
        app.drain().await;
        assert_eq!(app.count(counts).await, expected);
        assert_eq!(
            app.count("select max(use_count) from hashtag_counts").await,
            expected
        );
    };
    slices(true, 0).await;
    slices(false, 801).await;
    app.clock.advance(Duration::from_secs(1));
    app.replay().await;
    app.drain().await;
    assert_eq!(app.count(counts).await, 801);
}
