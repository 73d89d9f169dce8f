//! `Idempotency-Key`: a POST sent again is answered as it was the first time, and done once.

use std::time::Duration;

use domain::idempotency::jobs::PurgeIdempotencyKeys;
use serde_json::{Value, json};

use crate::harness::{Reply, TestApp};

const HOUR: Duration = Duration::from_secs(3600);
const REGISTER: &str = "/auth/register";

fn somebody(username: &str) -> Value {
    let email = format!("{username}@example.com");
    json!({"username": username, "email": email, "password": "Correct-horse-7"})
}

#[tokio::test]
async fn a_post_sent_again_is_answered_again_and_done_once() {
    let app = TestApp::start().await.leaving_jobs();
    let client = app.anonymous().header("idempotency-key", "k1");
    let first = client.post(REGISTER, somebody("alice")).await;
    let again = client.post(REGISTER, somebody("alice")).await;
    assert_eq!((first.status, &first.bytes), (again.status, &again.bytes));
    assert_eq!(first.header("content-type"), again.header("content-type"));
    assert_eq!(
        (
            first.header("idempotent-replayed"),
            again.header("idempotent-replayed")
        ),
        ("", "true")
    );
    assert_eq!(
        client.post(REGISTER, somebody("bob")).await.problem(422),
        "idempotency_key_reused"
    );
    assert_eq!(app.count("select count(*) from users").await, 1);
    assert_eq!(app.count("select count(*) from jobs").await, 1);

    let token = first.json()["data"]["refresh_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let kept: Vec<u8> = sqlx::query_scalar("select body from idempotency_keys")
        .fetch_one(app.platform.db.pool())
        .await
        .unwrap();
    assert!(
        !String::from_utf8_lossy(&kept).contains(&token),
        "tokens are nowhere kept in the clear"
    );

    app.clock.advance(25 * HOUR);
    assert_eq!(
        client.post(REGISTER, somebody("alice")).await.problem(409),
        "username_taken"
    );
}

#[tokio::test]
async fn of_many_posts_with_one_key_at_once_one_runs() {
    let app = TestApp::start().await.leaving_jobs();
    let client = app.anonymous().header("idempotency-key", "k1");
    let replies = at_once((0..8).map(|_| {
        let client = client.clone();
        async move { client.post(REGISTER, somebody("alice")).await }
    }))
    .await;
    let firsts = replies
        .iter()
        .filter(|reply| reply.status == 201 && reply.header("idempotent-replayed").is_empty());
    assert_eq!(firsts.count(), 1);
    for reply in replies.iter().filter(|reply| reply.status != 201) {
        assert_eq!(reply.problem(409), "idempotency_in_progress");
        assert_eq!(reply.header("retry-after"), "1");
    }
    assert_eq!(app.count("select count(*) from users").await, 1);
}

#[tokio::test]
async fn many_different_keys_at_once_all_come_through() {
    let app = TestApp::with(&[("DATABASE_POOL", "4")])
        .await
        .leaving_jobs();
    let replies = at_once((0..20).map(|count| {
        let client = app
            .anonymous()
            .header("idempotency-key", &format!("k{count}"));
        async move {
            client
                .post(REGISTER, somebody(&format!("person{count}")))
                .await
        }
    }))
    .await;
    assert!(replies.iter().all(|reply| reply.status == 201));
}

#[tokio::test]
async fn a_key_is_its_senders_own_and_a_refusal_leaves_it_free() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, bob) = (app.person("alice").await, app.person("bob").await);
    app.clock.advance(Duration::from_secs(60));
    for person in [&alice, &bob] {
        let person = person.clone().header("idempotency-key", "mine");
        let reply = person.post("/auth/resend-verification", Value::Null).await;
        assert_eq!(
            (reply.status.as_u16(), reply.header("idempotent-replayed")),
            (202, "")
        );
    }
    let client = app.anonymous().header("idempotency-key", "k2");
    assert_eq!(
        client.post(REGISTER, somebody("alice")).await.problem(409),
        "username_taken"
    );
    client.post(REGISTER, somebody("carol")).await.data(201);
    for key in ["", "two words", &"x".repeat(256)] {
        let client = app.anonymous().header("idempotency-key", key);
        assert_eq!(
            client.post(REGISTER, somebody("dave")).await.problem(400),
            "idempotency_key_invalid"
        );
    }
}

#[tokio::test]
async fn a_theft_noticed_under_a_key_stays_noticed() {
    let app = TestApp::start().await.leaving_jobs();
    let registered = app.register("alice").await.data(201);
    let body = json!({"refresh_token": registered["refresh_token"]});
    let fresh = app
        .anonymous()
        .post("/auth/refresh", body.clone())
        .await
        .data(200);
    let thief = app.anonymous().header("idempotency-key", "k1");
    for replayed in ["", "true"] {
        let reply = thief.post("/auth/refresh", body.clone()).await;
        assert_eq!(reply.problem(401), "refresh_reused");
        assert_eq!(reply.header("idempotent-replayed"), replayed);
    }
    let alice = app.anonymous().bearer(fresh["token"].as_str().unwrap());
    assert_eq!(alice.get("/users/me").await.problem(401), "token_revoked");
}

#[tokio::test]
async fn kept_answers_are_purged_when_their_time_is_over() {
    let app = TestApp::start().await;
    let client = app.anonymous().header("idempotency-key", "k1");
    client.post(REGISTER, somebody("alice")).await.data(201);
    for (wait, left) in [(23 * HOUR, 1), (2 * HOUR, 0), (HOUR, 0)] {
        app.clock.advance(wait);
        app.enqueue(PurgeIdempotencyKeys {}).await;
        app.drain().await;
        assert_eq!(
            app.count("select count(*) from idempotency_keys").await,
            left
        );
    }
}

/// Requests that run at once.
async fn at_once<F>(requests: impl IntoIterator<Item = F>) -> Vec<Reply>
where
    F: Future<Output = Reply> + Send + 'static,
{
    let running: tokio::task::JoinSet<Reply> = requests.into_iter().collect();
    running.join_all().await
}
