//! Installations that get pushes.

use poem::http::Method;
use serde_json::{Value, json};

use crate::harness::letters::wrong;
use crate::harness::{Client, TestApp};

async fn register(client: &Client, token: &str) -> Value {
    let body = json!({"platform": "android", "token": token});
    client.post("/devices", body).await.data(201)
}

async fn devices(client: &Client) -> Vec<Value> {
    let list = client.get("/devices").await.data(200);
    list.as_array().unwrap().clone()
}

async fn rows(app: &TestApp) -> i64 {
    app.count("select count(*) from devices").await
}

#[tokio::test]
async fn a_device_is_registered_listed_without_its_token_and_removed_by_its_owner_alone() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    let device = register(&alice, "token-1").await;
    assert_eq!(device["platform"], "android");
    assert_eq!(device["is_current"], true);
    assert_eq!(register(&alice, "token-1").await["id"], device["id"]);
    assert_eq!(devices(&alice).await, std::slice::from_ref(&device));
    let shown = alice.get("/devices").await.json().to_string();
    assert!(!shown.contains("token-1"), "{shown}");
    assert_eq!(devices(&bob).await, Vec::<Value>::new());

    let path = format!("/devices/{}", device["id"].as_str().unwrap());
    assert_eq!(bob.delete(&path).await.problem(404), "not_found");
    alice.delete(&path).await.data(200);
    assert_eq!(alice.delete(&path).await.problem(404), "not_found");
    assert_eq!(rows(&app).await, 0);
    for (method, path) in [
        (Method::GET, "/devices"),
        (Method::POST, "/devices"),
        (
            Method::DELETE,
            "/devices/01932c5e-6d80-7b1a-9f3b-2a1c4e5d6f70",
        ),
    ] {
        let body = Some(("application/json", b"{}".to_vec()));
        let body = body.filter(|_| method == Method::POST);
        let refused = app.anonymous().send(method, path, body).await;
        assert_eq!(refused.status.as_u16(), 401, "{path}");
    }
}

#[tokio::test]
async fn what_is_no_token_is_refused_and_not_repeated() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    for (token, code) in [
        (String::new(), "too_short"),
        ("with space".to_owned(), "invalid"),
        ("x".repeat(4_097), "too_long"),
    ] {
        let body = json!({"platform": "ios", "token": token});
        let refused = alice.post("/devices", body).await;
        assert_eq!(refused.fault(), wrong("token", code));
        assert!(token.is_empty() || !refused.json().to_string().contains(&token));
    }
    let body = json!({"platform": "toaster", "token": "t"});
    let refused = alice.post("/devices", body).await;
    assert_eq!(refused.fault().0, "platform");
}

#[tokio::test]
async fn an_installation_belongs_to_whoever_signed_in_on_it_last() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    let hers = register(&alice, "token-1").await;
    let his = register(&bob, "token-1").await;
    assert_ne!(hers["id"], his["id"]);
    assert_eq!(devices(&alice).await, Vec::<Value>::new());
    assert_eq!(devices(&bob).await.len(), 1);
    assert_eq!(rows(&app).await, 1);
}

#[tokio::test]
async fn of_two_who_register_at_once_one_token_has_one_owner_and_one_session_one_token() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    for round in 0..10 {
        let token = format!("token-{round}");
        tokio::join!(register(&alice, &token), register(&bob, &token));
        let owners = "select count(distinct user_id) from devices where token = (select max(token) from devices)";
        assert_eq!(app.count(owners).await, 1);
    }
    let (one, other) = (register(&alice, "a"), register(&alice, "b"));
    tokio::join!(one, other);
    assert_eq!(devices(&alice).await.len(), 1);
}

#[tokio::test]
async fn a_device_is_gone_with_its_session_however_that_ends() {
    let app = TestApp::start().await.leaving_jobs();
    let [alice] = app.given(["alice"]).await;
    for ends in ["logout", "one", "all"] {
        let phone = app.again(&alice).await;
        register(&phone, "phone").await;
        register(&alice, "laptop").await;
        assert_eq!(rows(&app).await, 2, "{ends}");
        match ends {
            "logout" => {
                phone.post("/auth/logout", json!({})).await.data(200);
            }
            "one" => {
                let sessions = phone.get("/auth/sessions").await.data(200);
                let mut sessions = sessions.as_array().unwrap().iter();
                let current = sessions.find(|one| one["is_current"] == true).unwrap();
                let path = format!("/auth/sessions/{}", current["id"].as_str().unwrap());
                alice.delete(&path).await.data(200);
            }
            _ => {
                alice.delete("/auth/sessions").await.data(200);
            }
        }
        assert_eq!(devices(&alice).await.len(), 1, "{ends}");
        assert_eq!(rows(&app).await, 1, "{ends}");
    }
    app.about(
        &alice,
        "update sessions set expires_at = created_at where user_id = $1",
    )
    .await;
    let phone = app.again(&alice).await;
    assert_eq!(
        devices(&phone).await,
        Vec::<Value>::new(),
        "its session is over"
    );
}

#[tokio::test]
async fn a_device_that_registers_while_its_session_ends_does_not_stay() {
    let app = TestApp::start().await.leaving_jobs();
    let [alice] = app.given(["alice"]).await;
    for _ in 0..10 {
        let phone = app.again(&alice).await;
        let body = json!({"platform": "web", "token": "phone"});
        let (_, out) = tokio::join!(
            phone.post("/devices", body),
            phone.post("/auth/logout", json!({}))
        );
        out.data(200);
        assert_eq!(rows(&app).await, 0);
    }
}
