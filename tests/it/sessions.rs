//! The list of devices, ending them, and the keys that sign their tokens.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Client, PASSWORD, TestApp};

const MINUTE: Duration = Duration::from_secs(60);

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0";

async fn sign_in(app: &TestApp, agent: &str) -> Value {
    let body = json!({"username": "alice", "password": PASSWORD});
    let device = app.anonymous().header("user-agent", agent);
    device.post("/auth/login", body).await.data(200)
}

fn by(app: &TestApp, signed_in: &Value) -> Client {
    app.anonymous().bearer(signed_in["token"].as_str().unwrap())
}

async fn ids(client: &Client) -> Vec<String> {
    let listed = client.get("/auth/sessions").await.data(200);
    let listed = listed.as_array().unwrap().iter();
    listed
        .map(|session| session["id"].as_str().unwrap().to_owned())
        .collect()
}

/// The id of the session a client asks by.
async fn own(client: &Client) -> String {
    let listed = client.get("/auth/sessions").await.data(200);
    let mut listed = listed.as_array().unwrap().iter();
    let own = listed
        .find(|session| session["is_current"] == true)
        .unwrap();
    own["id"].as_str().unwrap().to_owned()
}

async fn is_over(client: &Client) -> bool {
    let reply = client.get("/users/me").await;
    reply.status == 401 && reply.problem(401) == "token_revoked"
}

#[tokio::test]
async fn a_person_sees_where_they_are_signed_in_the_last_used_first() {
    let app = TestApp::start().await.leaving_jobs();
    let phone = app.register("alice").await.data(201);
    app.register("bob").await.data(201);
    app.clock.advance(MINUTE);
    let laptop = by(&app, &sign_in(&app, FIREFOX).await);
    app.clock.advance(MINUTE);
    let tokens = json!({"refresh_token": phone["refresh_token"]});
    app.anonymous()
        .post("/auth/refresh", tokens)
        .await
        .data(200);

    let listed = laptop.get("/auth/sessions").await;
    assert_eq!(listed.json()["pagination"]["total"], 2);
    let listed = listed.data(200);
    let (first, second) = (&listed[0], &listed[1]);
    assert_eq!(first["device"], "Unknown device");
    assert_eq!(first["is_current"], false);
    assert!(first["seen_at"].as_str() > first["created_at"].as_str());
    assert_eq!(second["device"], "Firefox on Linux");
    assert_eq!(
        (&second["user_agent"], &second["is_current"]),
        (&json!(FIREFOX), &json!(true))
    );
    assert!(second["ip"].is_string() && second["expires_at"].is_string());
    assert_eq!(listed.as_array().unwrap().len(), 2, "nobody else's");

    app.clock.advance(Duration::from_secs(8 * 24 * 3600));
    let later = by(&app, &sign_in(&app, FIREFOX).await);
    assert_eq!(ids(&later).await.len(), 1, "what has expired is over");
}

#[tokio::test]
async fn the_list_is_read_page_by_page() {
    let app = TestApp::start().await.leaving_jobs();
    app.register("alice").await.data(201);
    for _ in 0..4 {
        sign_in(&app, FIREFOX).await;
    }
    let alice = by(&app, &sign_in(&app, FIREFOX).await);
    let whole = ids(&alice).await;
    let (mut read, mut path) = (Vec::new(), "/auth/sessions?limit=2".to_owned());
    loop {
        let page = alice.get(&path).await.json();
        let sessions = page["data"].as_array().unwrap().iter();
        read.extend(sessions.map(|session| session["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["pagination"]["next_cursor"].as_str() else {
            break;
        };
        path = format!("/auth/sessions?limit=2&cursor={next}");
    }
    assert_eq!((read.len(), read), (6, whole));
    let bad = alice.get("/auth/sessions?cursor=nonsense").await;
    assert_eq!(bad.problem(400), "validation_failed");
}

#[tokio::test]
async fn a_session_that_is_ended_is_over_at_the_next_request_whatever_redis_holds() {
    let app = TestApp::start().await.leaving_jobs();
    app.register("alice").await.data(201);
    let laptop = by(&app, &sign_in(&app, FIREFOX).await);
    for wiped in [false, true] {
        let tokens = sign_in(&app, "curl/8.5.0").await;
        let phone = by(&app, &tokens);
        let id = own(&phone).await;
        phone.get("/users/me").await.data(200);
        if wiped {
            app.platform.redis.wipe().await.unwrap();
        }
        laptop
            .delete(&format!("/auth/sessions/{id}"))
            .await
            .data(200);
        assert!(is_over(&phone).await, "wiped: {wiped}");
        let tokens = json!({"refresh_token": tokens["refresh_token"]});
        let refused = app.anonymous().post("/auth/refresh", tokens).await;
        assert_eq!(refused.problem(401), "session_revoked");
        let again = laptop.delete(&format!("/auth/sessions/{id}")).await;
        assert_eq!(again.problem(404), "not_found");
    }
    laptop.get("/users/me").await.data(200);
}

#[tokio::test]
async fn a_copy_wiped_after_the_end_does_not_come_back() {
    let app = TestApp::start().await.leaving_jobs();
    app.register("alice").await.data(201);
    let laptop = by(&app, &sign_in(&app, FIREFOX).await);
    let phone = by(&app, &sign_in(&app, FIREFOX).await);
    let id = own(&phone).await;
    laptop
        .delete(&format!("/auth/sessions/{id}"))
        .await
        .data(200);
    app.platform.redis.wipe().await.unwrap();
    assert!(is_over(&phone).await);
    assert!(is_over(&phone).await);
}

#[tokio::test]
async fn where_redis_is_away_postgres_decides_and_a_job_closes_the_copies() {
    let app = TestApp::start().await;
    app.register("alice").await.data(201);
    let away = app.beside(&[("REDIS_URL", "redis://127.0.0.1:1")]);
    let laptop = sign_in(&app, FIREFOX).await;
    let tokens = sign_in(&app, FIREFOX).await;
    let phone = by(&app, &tokens);
    let id = own(&phone).await;
    let path = format!("/auth/sessions/{id}");
    by(&away, &laptop).delete(&path).await.data(200);
    assert!(is_over(&by(&away, &tokens)).await);
    app.sweep().await;
    app.drain().await;
    assert!(is_over(&phone).await);
    by(&app, &laptop).get("/users/me").await.data(200);
}

#[tokio::test]
async fn all_others_are_ended_at_once_or_all() {
    let app = TestApp::start().await.leaving_jobs();
    app.register("alice").await.data(201);
    let bob = app.person("bob").await;
    let laptop = by(&app, &sign_in(&app, FIREFOX).await);
    let phone = by(&app, &sign_in(&app, FIREFOX).await);
    phone.get("/users/me").await.data(200);
    let ended = laptop.delete("/auth/sessions").await.data(200);
    assert_eq!(ended, json!({"ended": 2}));
    assert!(is_over(&phone).await);
    assert_eq!(ids(&laptop).await.len(), 1);
    let ended = laptop.delete("/auth/sessions?all=true").await.data(200);
    assert_eq!(ended, json!({"ended": 1}));
    assert!(is_over(&laptop).await);
    bob.get("/users/me").await.data(200);
}

#[tokio::test]
async fn nobody_ends_the_session_of_another() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, bob) = (app.person("alice").await, app.person("bob").await);
    let id = own(&alice).await;
    let refused = bob.delete(&format!("/auth/sessions/{id}")).await;
    assert_eq!(refused.problem(404), "not_found");
    let refused = bob.delete("/auth/sessions/nonsense").await;
    assert_eq!(refused.problem(400), "parameter_invalid");
    alice.get("/users/me").await.data(200);
}

#[tokio::test]
async fn a_key_is_changed_while_people_stay_signed_in() {
    const OLD: &str = "old:0123456789abcdef0123456789abcdef";
    const NEW: &str = "new:fedcba9876543210fedcba9876543210";
    let app = TestApp::with(&[("AUTH_KEYS", OLD)]).await.leaving_jobs();
    let both = app.beside(&[("AUTH_KEYS", &format!("{NEW},{OLD}"))]);
    let new = app.beside(&[("AUTH_KEYS", NEW)]);
    let before = app.register("alice").await.data(201);
    by(&both, &before).get("/users/me").await.data(200);
    let refused = by(&new, &before).get("/users/me").await;
    assert_eq!(refused.problem(401), "token_malformed");

    let tokens = json!({"refresh_token": before["refresh_token"]});
    let after = both
        .anonymous()
        .post("/auth/refresh", tokens)
        .await
        .data(200);
    by(&new, &after).get("/users/me").await.data(200);
    let refused = by(&app, &after).get("/users/me").await;
    assert_eq!(refused.problem(401), "token_malformed");
}

#[tokio::test]
async fn a_token_is_for_those_it_was_made_for() {
    let app = TestApp::with(&[("AUTH_AUDIENCE", "https://api.example")])
        .await
        .leaving_jobs();
    let others = app.beside(&[("AUTH_AUDIENCE", "https://others.example")]);
    let alice = app.register("alice").await.data(201);
    by(&app, &alice).get("/users/me").await.data(200);
    let refused = by(&others, &alice).get("/users/me").await;
    assert_eq!(refused.problem(401), "token_malformed");
}
