//! Blocking and muting.

use std::time::Duration;

use chrono::TimeDelta;
use domain::graph::jobs::PurgeMutes;

use super::*;
use crate::harness::laws::blocks_part;

#[tokio::test]
async fn a_block_ends_follows_both_ways_and_may_be_said_twice() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    act(&alice, "follow", &bob).await.data(200);
    act(&bob, "follow", &alice).await.data(200);
    for _ in 0..2 {
        let blocked = act(&alice, "block", &bob).await;
        assert_eq!(told(&blocked), json!({"is_blocked": true}));
        counts_are_exact(&app).await;
        blocks_part(&app).await;
    }
    assert_eq!(app.count("select count(*) from follows").await, 0);
    assert_eq!(act(&bob, "follow", &alice).await.problem(404), "not_found");
    assert_eq!(act(&alice, "follow", &bob).await.problem(404), "not_found");
    assert_eq!(
        act(&bob, "block", &alice).await.problem(404),
        "not_found",
        "who is blocked does not learn of it"
    );
    assert_eq!(undo(&bob, "block", &alice).await.problem(404), "not_found");

    let listed = alice.get("/blocks").await;
    assert_eq!(names(&listed), ["bob"]);
    assert!(listed.data(200)[0]["blocked_at"].is_string());
    for _ in 0..2 {
        let lifted = alice.delete("/users/bob/block").await;
        assert_eq!(told(&lifted), json!({"is_blocked": false}));
    }
    assert!(names(&alice.get("/blocks").await).is_empty());
    assert_eq!(
        told(&act(&bob, "follow", &alice).await),
        state(true, false, 1)
    );
}

#[tokio::test]
async fn a_block_ends_requests_both_ways() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    make_private(&app, &alice).await;
    make_private(&app, &bob).await;
    act(&alice, "follow", &bob).await.data(200);
    act(&bob, "follow", &alice).await.data(200);
    act(&alice, "block", &bob).await.data(200);
    assert_eq!(app.count("select count(*) from follow_requests").await, 0);
    assert_eq!(
        answer(&bob, "accept", &alice).await.problem(404),
        "not_found"
    );
    counts_are_exact(&app).await;
}

#[tokio::test]
async fn blocks_are_listed_page_by_page_without_accounts_that_are_away() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    let crowd = app.crowd(4).await;
    for one in &crowd {
        act(&alice, "block", one).await.data(200);
    }
    app.about(
        &crowd[2],
        "update users set deactivated_at = now() where id = $1",
    )
    .await;
    let page = alice.get("/blocks?limit=2").await;
    assert_eq!(names(&page), ["crowd4", "crowd2"]);
    let pagination = page.json()["pagination"].clone();
    assert_eq!(pagination["total"], 3);
    let next = pagination["next_cursor"].as_str().unwrap();
    let page = alice.get(&format!("/blocks?limit=2&cursor={next}")).await;
    assert_eq!(names(&page), ["crowd1"]);
}

#[tokio::test]
async fn a_mute_holds_until_its_time_and_the_muted_learn_nothing() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    let strip = |mut card: Value| {
        card.as_object_mut().unwrap().remove("is_followed_by");
        card
    };
    act(&bob, "follow", &alice).await.data(200);
    let before = bob.get("/users/me/following").await.data(200)[0].clone();
    let until = app.clock.now() + TimeDelta::minutes(10);
    let muted = alice.post("/users/bob/mute", json!({"until": until})).await;
    assert_eq!(told(&muted)["is_muted"], true);
    let after = bob.get("/users/me/following").await.data(200)[0].clone();
    assert_eq!(strip(before), strip(after));

    let listed = alice.get("/mutes").await;
    assert_eq!(names(&listed), ["bob"]);
    assert!(listed.data(200)[0]["until"].is_string());
    app.clock.advance(Duration::from_secs(600));
    assert!(names(&alice.get("/mutes").await).is_empty());

    for _ in 0..2 {
        assert_eq!(
            told(&act(&alice, "mute", &bob).await),
            json!({"is_muted": true})
        );
    }
    let listed = alice.get("/mutes").await;
    assert_eq!(names(&listed), ["bob"]);
    assert!(listed.data(200)[0]["until"].is_null());
    for _ in 0..2 {
        assert_eq!(
            told(&undo(&alice, "mute", &bob).await),
            json!({"is_muted": false})
        );
    }
    assert!(names(&alice.get("/mutes").await).is_empty());
}

#[tokio::test]
async fn a_mute_until_the_past_is_refused() {
    let app = TestApp::start().await;
    let [alice, _bob] = app.given(["alice", "bob"]).await;
    for (until, code) in [
        (json!(app.clock.now()), "passed"),
        (json!("tomorrow"), "invalid"),
    ] {
        let refused = alice.post("/users/bob/mute", json!({"until": until})).await;
        assert_eq!(refused.problem(400), "validation_failed");
        let error = &refused.json()["errors"][0];
        assert_eq!(
            (&error["field"], &error["code"]),
            (&json!("until"), &json!(code))
        );
    }
}

#[tokio::test]
async fn mutes_whose_time_has_passed_are_purged_and_the_others_kept() {
    let app = TestApp::start().await;
    let [alice, _bob, _carol, _dave] = app.given(["alice", "bob", "carol", "dave"]).await;
    let soon = app.clock.now() + TimeDelta::hours(1);
    let later = app.clock.now() + TimeDelta::hours(3);
    for (name, body) in [
        ("bob", json!({"until": soon})),
        ("carol", json!({"until": later})),
        ("dave", json!({})),
    ] {
        let muted = alice.post(&format!("/users/{name}/mute"), body).await;
        muted.data(200);
    }
    app.clock.advance(Duration::from_secs(2 * 3600));
    for _ in 0..2 {
        app.enqueue(PurgeMutes {}).await;
        app.drain().await;
        assert_eq!(app.count("select count(*) from mutes").await, 2);
    }
}
