//! E-mail addresses after registration: another one, and accounts that wait for theirs to be proved.

use std::time::Duration;

use serde_json::json;

use crate::harness::letters::{token, wrong};
use crate::harness::{Reply, TestApp};

const PASSWORD: &str = "Correct-horse-7";
const OTHER: &str = "Battery-staple-8";
const MINUTE: Duration = Duration::from_secs(60);
const FORM: &str = "application/x-www-form-urlencoded";

async fn verify(app: &TestApp, token: &str) -> Reply {
    let body = json!({ "token": token });
    app.anonymous().post("/auth/verify-email", body).await
}

async fn try_login(app: &TestApp, name: &str, password: &str) -> Reply {
    let body = json!({"username": name, "password": password});
    app.anonymous().post("/auth/login", body).await
}

#[tokio::test]
async fn an_address_changes_when_its_link_is_followed_and_the_old_one_is_told() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let change = |email: &str| json!({"email": email, "password": PASSWORD});
    let refused = json!({"email": "new@example.com", "password": "Wrong-1234"});
    let refused = alice.put("/auth/email", refused).await;
    assert_eq!(refused.fault(), wrong("password", "wrong"));

    alice
        .put("/auth/email", change("new@example.com"))
        .await
        .data(202);
    app.drain().await;
    let me = alice.get("/users/me").await.data(200);
    assert_eq!(me["email"], "alice@example.com");
    assert_eq!(app.letters("alice@example.com", "Another address").len(), 1);
    let link = token(&app.letters("new@example.com", "verify-email?")[0]);
    let done = verify(&app, &link).await.data(200);
    assert_eq!(
        (&done["email"], &done["already_verified"]),
        (&json!("new@example.com"), &json!(false))
    );
    let me = alice.get("/users/me").await.data(200);
    assert_eq!(
        (&me["email"], &me["email_verified"]),
        (&json!("new@example.com"), &json!(true))
    );
    assert_eq!(
        verify(&app, &link).await.data(200)["already_verified"],
        true
    );

    let soon = alice.put("/auth/email", change("third@example.com")).await;
    assert_eq!(
        (soon.problem(429), soon.header("retry-after")),
        ("rate_limited".to_owned(), "60")
    );
}

#[tokio::test]
async fn asking_for_another_address_again_or_changing_the_password_makes_the_link_worthless() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let change = |email: &str| json!({"email": email, "password": PASSWORD});
    alice
        .put("/auth/email", change("typo@example.com"))
        .await
        .data(202);
    app.drain().await;
    app.clock.advance(MINUTE);
    alice
        .put("/auth/email", change("new@example.com"))
        .await
        .data(202);
    app.drain().await;
    let typo = token(&app.letters("typo@example.com", "verify-email?")[0]);
    assert_eq!(
        verify(&app, &typo).await.fault(),
        wrong("token", "token_expired")
    );

    let password = json!({"current_password": PASSWORD, "password": OTHER});
    alice.put("/auth/password", password).await.data(200);
    let new = token(&app.letters("new@example.com", "verify-email?")[0]);
    assert_eq!(
        verify(&app, &new).await.fault(),
        wrong("token", "token_expired")
    );
    app.drain().await;
}

#[tokio::test]
async fn whether_another_address_is_taken_shows_to_its_reader_alone() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.person("alice").await, app.person("bob").await);
    app.drain().await;
    let change = |email: &str| json!({"email": email, "password": PASSWORD});
    let mut answers = Vec::new();
    for (who, email) in [(&alice, "bob@example.com"), (&bob, "free@example.com")] {
        let reply = who.put("/auth/email", change(email)).await;
        answers.push((reply.status, reply.json(), app.unfinished().await));
        app.drain().await;
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(
        app.letters("bob@example.com", "You have an account already")
            .len(),
        1
    );
    assert_eq!(app.letters("free@example.com", "verify-email?").len(), 1);
}

#[tokio::test]
async fn of_two_accounts_that_want_one_address_at_once_one_gets_it() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.person("alice").await, app.person("bob").await);
    for person in [&alice, &bob] {
        let body = json!({"email": "shared@example.com", "password": PASSWORD});
        person.put("/auth/email", body).await.data(202);
    }
    app.drain().await;
    let sent = app.letters("shared@example.com", "verify-email?");
    let (one, other) = (token(&sent[0]), token(&sent[1]));
    let (one, other) = tokio::join!(verify(&app, &one), verify(&app, &other));
    let (winner, loser) = match one.status.as_u16() {
        200 => (one, other),
        _ => (other, one),
    };
    winner.data(200);
    assert_eq!(loser.problem(409), "email_taken");
    let shared = "select count(*) from users where email = 'shared@example.com'";
    assert_eq!(app.count(shared).await, 1);
}

async fn strict() -> TestApp {
    TestApp::with(&[("AUTH_REQUIRE_VERIFIED_EMAIL", "true")]).await
}

async fn register(app: &TestApp, username: &str, email: &str) -> Reply {
    let body = json!({"username": username, "email": email, "password": PASSWORD});
    app.anonymous().post("/auth/register", body).await
}

#[tokio::test]
async fn where_addresses_are_proved_first_nobody_learns_which_have_an_account() {
    let app = strict().await;
    let new = register(&app, "alice", "alice@example.com").await;
    assert_eq!(new.data(202)["verification_required"], true);
    app.drain().await;
    let link = token(&app.letters("alice@example.com", "verify-email?")[0]);
    verify(&app, &link).await.data(200);
    app.clock.advance(MINUTE);

    let mut answers = Vec::new();
    for (name, email) in [("mallory", "Alice@example.com"), ("bob", "bob@example.com")] {
        let reply = register(&app, name, email).await;
        let mut body = reply.json();
        body["data"]["email"].take();
        answers.push((reply.status, body, app.unfinished().await));
        app.drain().await;
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(app.count("select count(*) from users").await, 2);
    assert_eq!(app.count("select count(*) from sessions").await, 0);
    let known = || {
        app.letters("alice@example.com", "You have an account already")
            .len()
    };
    assert_eq!(known(), 1);
    register(&app, "mallory", "alice@example.com")
        .await
        .data(202);
    app.drain().await;
    assert_eq!(known(), 1, "once a minute");
    for email in ["alice@example.com", "new@example.com"] {
        let taken = register(&app, "ALICE", email).await;
        assert_eq!(taken.problem(409), "username_taken");
    }
}

#[tokio::test]
async fn of_two_registrations_of_one_address_at_once_where_it_is_proved_first_neither_learns_of_the_other()
 {
    let app = strict().await;
    let (one, other) = tokio::join!(
        register(&app, "alice", "a@example.com"),
        register(&app, "alicia", "A@example.com")
    );
    one.data(202);
    other.data(202);
    assert_eq!(app.count("select count(*) from users").await, 1);
    app.drain().await;
}

#[tokio::test]
async fn an_unproved_address_is_told_after_the_right_password_and_reminded_once_a_minute() {
    let app = strict().await;
    register(&app, "alice", "alice@example.com").await.data(202);
    app.drain().await;
    let guess = try_login(&app, "alice", "Wrong-1234").await;
    assert_eq!(guess.problem(401), "credentials_wrong");
    let links = || app.letters("alice@example.com", "verify-email?");
    for (wait, sent) in [(Duration::ZERO, 1), (MINUTE, 2), (Duration::ZERO, 2)] {
        app.clock.advance(wait);
        let refused = try_login(&app, "alice", PASSWORD).await;
        assert_eq!(refused.problem(403), "email_unverified");
        app.drain().await;
        assert_eq!(links().len(), sent);
    }
    assert_eq!(app.count("select count(*) from sessions").await, 0);
    verify(&app, &token(&links()[1])).await.data(200);
    try_login(&app, "alice", PASSWORD).await.data(200);
}

#[tokio::test]
async fn a_page_says_when_an_address_was_taken_meanwhile() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let body = json!({"email": "shared@example.com", "password": PASSWORD});
    alice.put("/auth/email", body).await.data(202);
    app.drain().await;
    let link = token(&app.letters("shared@example.com", "verify-email?")[0]);
    register(&app, "bob", "shared@example.com").await.data(201);
    let anonymous = app.anonymous();
    let form = format!("token={link}");
    let page = anonymous.post_raw("/auth/verify-email", FORM, form).await;
    assert_eq!(page.status, 400);
    assert!(String::from_utf8_lossy(&page.bytes).contains("has an account"));
    app.drain().await;
}
