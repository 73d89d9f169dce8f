//! Putting an account away, and having it deleted.

use std::time::Duration;

use serde_json::{Value, json};

use super::world::id;
use crate::harness::{Client, PASSWORD, Reply, TestApp};

const MINUTE: Duration = Duration::from_secs(60);

async fn login(app: &TestApp, username: &str) -> Reply {
    let body = json!({"username": username, "password": PASSWORD});
    app.anonymous().post("/auth/login", body).await
}

async fn is_hidden(app: &TestApp, from: &str, person: &str) -> bool {
    sqlx::query_scalar("select is_hidden_from($1, $2)")
        .bind(id(app, from).await)
        .bind(id(app, person).await)
        .fetch_one(app.platform.db.pool())
        .await
        .unwrap()
}

async fn delete(person: &Client, path: &str) -> Reply {
    person
        .delete_saying(path, json!({"password": PASSWORD}))
        .await
}

#[tokio::test]
async fn an_account_that_is_put_away_is_hidden_until_its_owner_signs_in() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, _) = (app.person("alice").await, app.person("bob").await);
    let phone = login(&app, "alice").await.data(200);
    let said = json!({"password": PASSWORD});
    let away = alice.post("/users/me/deactivate", said).await.data(200);
    assert!(away["deactivated_at"].is_string());
    assert!(is_hidden(&app, "bob", "alice").await);
    assert_eq!(alice.get("/users/me").await.problem(401), "token_revoked");
    let token = json!({"refresh_token": phone["refresh_token"]});
    let refused = app.anonymous().post("/auth/refresh", token).await;
    assert_eq!(refused.problem(401), "session_revoked");

    login(&app, "alice").await.data(200);
    assert!(!is_hidden(&app, "bob", "alice").await);
}

#[tokio::test]
async fn what_cannot_be_undone_takes_the_password_or_a_session_that_is_minutes_old() {
    let app = TestApp::start().await.leaving_jobs();
    let alice = app.person("alice").await;
    for (said, code) in [
        (json!({}), "required"),
        (json!({"password": "guess"}), "wrong"),
    ] {
        let away = alice.post("/users/me/deactivate", said.clone()).await;
        let gone = alice.delete_saying("/users/me", said).await;
        for refused in [away, gone] {
            assert_eq!(refused.problem(400), "validation_failed");
            assert_eq!(refused.json()["errors"][0]["code"], code);
        }
    }
    let unsaid = alice.delete("/users/me").await;
    assert_eq!(unsaid.problem(400), "validation_failed");
    let odd = alice.delete_saying("/users/me", json!({"why": "x"})).await;
    assert_eq!(odd.problem(400), "validation_failed");
    alice.get("/users/me").await.data(200);

    app.run("update users set password_hash = null").await;
    app.clock.advance(6 * MINUTE);
    let late = alice.delete("/users/me").await;
    assert_eq!(late.problem(403), "reauthentication_required");
    let bob = app.person("bob").await;
    app.run("update users set password_hash = null").await;
    bob.delete("/users/me").await.data(202);
}

#[tokio::test]
async fn guessing_at_the_password_from_a_stolen_session_is_stopped() {
    let app = TestApp::with(&[("GUESSES_PER_ACCOUNT", "3")])
        .await
        .leaving_jobs();
    let alice = app.person("alice").await;
    let guess = async || {
        let said = json!({"password": "guess"});
        alice.delete_saying("/users/me", said).await
    };
    for _ in 0..3 {
        assert_eq!(guess().await.problem(400), "validation_failed");
    }
    assert_eq!(guess().await.problem(429), "rate_limited");
}

#[tokio::test]
async fn signing_in_within_the_grace_calls_a_deletion_off() {
    let app = TestApp::start().await;
    let (alice, _) = (app.person("alice").await, app.person("bob").await);
    app.drain().await;
    let leaving = delete(&alice, "/users/me").await.data(202);
    let until = app.clock.now() + Duration::from_secs(30 * 24 * 3600);
    let told: chrono::DateTime<chrono::Utc> =
        leaving["delete_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(told, until);
    assert!(is_hidden(&app, "bob", "alice").await);
    assert_eq!(alice.get("/users/me").await.problem(401), "token_revoked");
    app.drain().await;
    let mail = app.mails().pop().unwrap();
    assert!(mail.contains("Subject: Your account will be deleted"));
    let date = until.format("%-d %B %Y").to_string();
    assert!(mail.replace("=\r\n", "").contains(&date), "{mail}");

    login(&app, "alice").await.data(200);
    app.drain().await;
    assert!(
        app.mails()
            .pop()
            .unwrap()
            .contains("Subject: Your account stays")
    );
    assert!(!is_hidden(&app, "bob", "alice").await);
    let leaving = "select count(*) from users where delete_at is not null";
    assert_eq!(app.count(leaving).await, 0);
    // Another entry has nothing to call off.
    let mails = app.mails().len();
    login(&app, "alice").await.data(200);
    app.drain().await;
    assert_eq!(app.mails().len(), mails);
}

#[tokio::test]
async fn ones_own_account_goes_by_any_of_its_names_and_anothers_takes_a_right() {
    let app = TestApp::start().await.leaving_jobs();
    for name in ["alice", "bob", "carol"] {
        let person = app.person(name).await;
        let said = match name {
            "alice" => "ALICE".to_owned(),
            "bob" => id(&app, "bob").await.to_string(),
            _ => "me".to_owned(),
        };
        delete(&person, &format!("/users/{said}")).await.data(202);
    }
    let eve = app.person("eve").await;
    let alice_id = id(&app, "alice").await.to_string();
    for gone in ["alice", "nobody", alice_id.as_str()] {
        let refused = delete(&eve, &format!("/users/{gone}")).await;
        assert_eq!(refused.problem(404), "not_found", "{gone}");
    }
    app.register("dave").await.data(201);
    let refused = delete(&eve, "/users/dave").await;
    assert_eq!(refused.problem(403), "not_yours");
}

#[tokio::test]
async fn an_account_that_an_administrator_deletes_is_suspended_too_and_the_act_is_kept() {
    let app = TestApp::start().await;
    let (alice, root) = (app.person("alice").await, app.admin().await);
    app.drain().await;
    let nobody = root.delete("/users/nobody").await;
    assert_eq!(nobody.problem(404), "not_found");
    let leaving = root.delete("/users/alice").await.data(202);
    let again = root.delete("/users/alice").await.data(202);
    assert_eq!(leaving["delete_at"], again["delete_at"]);
    assert_eq!(alice.get("/users/me").await.problem(401), "token_revoked");
    assert_eq!(login(&app, "alice").await.problem(403), "account_suspended");
    let act = &root.get("/admin/audit").await.data(200)[0];
    let alice_id = id(&app, "alice").await.to_string();
    assert_eq!(
        (&act["action"], &act["target"]),
        (&Value::from("user.delete"), &Value::from(alice_id))
    );
    app.drain().await;
    let mails = app.mails();
    let told = mails
        .iter()
        .filter(|mail| mail.contains("Your account will be deleted"));
    assert_eq!(told.count(), 1);
    assert!(mails.last().unwrap().contains("An administrator"));
}
