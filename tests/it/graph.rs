//! Who follows, asks to follow, blocks and mutes whom.

mod lists;
mod quiet;
mod races;
mod suggestions;

use domain::UserId;
use domain::graph::{self, jobs::AcceptRequests};
use serde_json::{Value, json};

use crate::harness::laws::counts_are_exact;
use crate::harness::{Reply, Somebody, TestApp};

/// What somebody answers to a verb about somebody else.
async fn act(who: &Somebody, verb: &str, whom: &Somebody) -> Reply {
    let path = format!("/users/{}/{verb}", whom.id);
    who.post(&path, json!({})).await
}

async fn undo(who: &Somebody, verb: &str, whom: &Somebody) -> Reply {
    who.delete(&format!("/users/{}/{verb}", whom.id)).await
}

async fn answer(who: &Somebody, verb: &str, whom: &Somebody) -> Reply {
    let path = format!("/follow-requests/{}/{verb}", whom.id);
    who.post(&path, Value::Null).await
}

async fn make_private(app: &TestApp, who: &Somebody) {
    app.about(who, "update users set is_private = true where id = $1")
        .await;
}

/// As the door does that makes an account public.
async fn make_public(app: &TestApp, who: UserId) {
    let mut tx = app.platform.db.begin().await.unwrap();
    sqlx::query("update users set is_private = false where id = $1")
        .bind(who.0)
        .execute(tx.connection())
        .await
        .unwrap();
    graph::accept_all(&mut tx, who).await.unwrap();
    tx.commit().await.unwrap();
}

/// The usernames of a list.
fn names(reply: &Reply) -> Vec<String> {
    let data = reply.data(200);
    let people = data.as_array().unwrap().iter();
    people
        .map(|person| person["username"].as_str().unwrap().to_owned())
        .collect()
}

fn state(following: bool, requested: bool, followers: i64) -> Value {
    json!({"is_following": following, "is_requested": requested, "follower_count": followers})
}

/// An answer without the id of whom it is about.
fn told(reply: &Reply) -> Value {
    let mut data = reply.data(200);
    assert!(data.as_object_mut().unwrap().remove("user_id").is_some());
    data
}

#[tokio::test]
async fn following_and_unfollowing_count_once_however_often_they_are_said() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    for _ in 0..2 {
        let followed = act(&alice, "follow", &bob).await;
        assert_eq!(followed.data(200)["user_id"], bob.id.to_string());
        assert_eq!(told(&followed), state(true, false, 1));
        counts_are_exact(&app).await;
    }
    for _ in 0..2 {
        assert_eq!(
            told(&undo(&alice, "follow", &bob).await),
            state(false, false, 0)
        );
        counts_are_exact(&app).await;
    }
}

#[tokio::test]
async fn a_person_is_named_by_id_by_username_in_any_case_or_as_oneself() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    let followed = alice.post("/users/BOB/follow", Value::Null).await;
    assert_eq!(followed.data(200)["user_id"], bob.id.to_string());
    assert_eq!(names(&alice.get("/users/me/following").await), ["bob"]);
    assert_eq!(names(&alice.get("/users/alice/following").await), ["bob"]);
    for (path, status, code) in [
        ("/users/nobody/follow", 404, "not_found"),
        ("/users/admin/follow", 404, "not_found"),
        (
            "/users/01932c5e-6d80-7b1a-9f3b-2a1c4e5d6f70/follow",
            404,
            "not_found",
        ),
        ("/users/not-a-uuid/follow", 400, "parameter_invalid"),
        ("/users/me/follow", 409, "self_follow"),
        ("/users/me/block", 409, "self_block"),
        ("/users/me/mute", 409, "self_mute"),
    ] {
        let refused = alice.post(path, json!({})).await;
        assert_eq!(refused.problem(status), code, "{path}");
    }
    assert_eq!(
        app.anonymous()
            .post("/users/bob/follow", Value::Null)
            .await
            .problem(401),
        "token_missing"
    );
}

#[tokio::test]
async fn a_private_account_is_asked_and_its_owner_accepts_or_rejects() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.given(["alice", "bob", "carol"]).await;
    make_private(&app, &carol).await;
    for asking in [&alice, &bob, &bob] {
        assert_eq!(
            told(&act(asking, "follow", &carol).await),
            state(false, true, 0)
        );
    }
    assert_eq!(
        names(&carol.get("/follow-requests").await),
        ["bob", "alice"]
    );
    assert_eq!(names(&alice.get("/follow-requests/sent").await), ["carol"]);
    let card = &alice.get("/follow-requests/sent").await.data(200)[0];
    assert_eq!(
        (&card["is_requested"], card["requested_at"].is_string()),
        (&json!(true), true)
    );

    let accepted = answer(&carol, "accept", &alice).await;
    assert_eq!(
        told(&accepted),
        json!({"is_followed_by": true, "follower_count": 1})
    );
    let rejected = answer(&carol, "reject", &bob).await;
    assert_eq!(
        told(&rejected),
        json!({"is_followed_by": false, "follower_count": 1})
    );
    for (verb, whom) in [("accept", &alice), ("reject", &alice), ("accept", &bob)] {
        let late = answer(&carol, verb, whom).await;
        assert_eq!(late.problem(404), "not_found");
        assert_eq!(late.json()["detail"], "There is no such follow request.");
    }
    assert_eq!(
        told(&act(&alice, "follow", &carol).await),
        state(true, false, 1)
    );
    assert_eq!(
        told(&act(&bob, "follow", &carol).await),
        state(false, true, 1)
    );
    counts_are_exact(&app).await;
}

#[tokio::test]
async fn a_request_is_withdrawn_by_unfollowing_and_a_follower_can_be_removed() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    make_private(&app, &bob).await;
    act(&alice, "follow", &bob).await.data(200);
    assert_eq!(
        told(&undo(&alice, "follow", &bob).await),
        state(false, false, 0)
    );
    assert!(names(&bob.get("/follow-requests").await).is_empty());

    act(&alice, "follow", &bob).await.data(200);
    answer(&bob, "accept", &alice).await.data(200);
    for _ in 0..2 {
        let removed = bob.delete("/users/me/followers/alice").await;
        assert_eq!(
            told(&removed),
            json!({"is_followed_by": false, "follower_count": 0})
        );
        counts_are_exact(&app).await;
    }
    assert_eq!(
        told(&act(&alice, "follow", &bob).await),
        state(false, true, 0)
    );
}

#[tokio::test]
async fn an_account_that_goes_public_is_followed_by_all_who_asked() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.given(["alice", "bob", "carol"]).await;
    make_private(&app, &carol).await;
    act(&alice, "follow", &carol).await.data(200);
    act(&bob, "follow", &carol).await.data(200);
    make_public(&app, carol.id).await;
    assert_eq!(app.count("select count(*) from follow_requests").await, 0);
    let followers = carol.get("/users/me/followers").await;
    assert_eq!(names(&followers), ["bob", "alice"], "the latest first");
    counts_are_exact(&app).await;
}

#[tokio::test]
async fn thousands_who_asked_are_accepted_by_a_job_while_the_account_is_public() {
    let app = TestApp::start().await;
    let [star] = app.given(["star"]).await;
    make_private(&app, &star).await;
    app.about(
        &star,
        "with crowd as (
             insert into users (id, username, created_at, updated_at)
             select gen_random_uuid(), 'fan' || n, now(), now() from generate_series(1, 2500) as n returning id),
         counted as (insert into user_counts (user_id, created_at) select id, now() from crowd)
         insert into follow_requests (follower_id, following_id, id, created_at)
         select id, $1, gen_random_uuid(), now() from crowd",
    )
    .await;
    make_public(&app, star.id).await;
    assert_eq!(
        app.count("select count(*) from follow_requests").await,
        1500
    );
    assert_eq!(app.enqueued::<AcceptRequests>().await.len(), 1);
    counts_are_exact(&app).await;

    make_private(&app, &star).await;
    app.drain().await;
    assert_eq!(
        app.count("select count(*) from follow_requests").await,
        1500
    );
    make_public(&app, star.id).await;
    app.drain().await;
    assert_eq!(app.count("select count(*) from follow_requests").await, 0);
    assert_eq!(
        app.count("select follower_count from user_counts order by follower_count desc limit 1")
            .await,
        2500
    );
    counts_are_exact(&app).await;
}

#[tokio::test]
async fn a_relation_says_all_that_is_between_two_people_at_once() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    let relation = async || {
        let mut connection = app.platform.db.acquire().await.unwrap();
        let now = app.clock.now();
        graph::relation(&mut connection, alice.id, bob.id, now)
            .await
            .unwrap()
    };
    make_private(&app, &bob).await;
    act(&alice, "follow", &bob).await.data(200);
    act(&bob, "follow", &alice).await.data(200);
    let until = app.clock.now() + chrono::TimeDelta::minutes(10);
    let muted = alice.post("/users/bob/mute", json!({"until": until})).await;
    muted.data(200);
    let found = relation().await;
    assert!(found.is_requested && found.is_followed_by && found.is_muted);
    assert!(!found.is_following && !found.is_asked_by && !found.is_blocked && !found.is_blocked_by);
    assert_eq!(
        found.muted_until.unwrap().timestamp_millis(),
        until.timestamp_millis()
    );

    answer(&bob, "accept", &alice).await.data(200);
    app.clock.advance(std::time::Duration::from_secs(600));
    let found = relation().await;
    assert!(found.is_following && !found.is_requested && !found.is_muted);
    assert_eq!(found.muted_until, None);

    let mut connection = app.platform.db.acquire().await.unwrap();
    let now = app.clock.now();
    act(&bob, "block", &alice).await.data(200);
    let found = graph::relation(&mut connection, alice.id, bob.id, now).await;
    let found = found.unwrap();
    assert!(found.is_blocked_by && !found.is_blocked && !found.is_following);
}
