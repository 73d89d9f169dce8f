//! Passwords and addresses after registration: forgetting, changing, proving, and hashes from elsewhere.

use std::time::Duration;

use domain::identity::jobs::{PurgeExpiredTokens, SendResetMail};
use poem::http::Method;
use serde_json::{Value, json};

use crate::harness::letters::{token, wrong};
use crate::harness::{Client, Reply, TestApp};

const PASSWORD: &str = "Correct-horse-7";
const OTHER: &str = "Battery-staple-8";
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const FORM: &str = "application/x-www-form-urlencoded";

async fn forget(app: &TestApp, email: &str) -> Reply {
    let body = json!({ "email": email });
    app.anonymous().post("/auth/forgot-password", body).await
}

async fn reset(app: &TestApp, token: &str, password: &str) -> Reply {
    let body = json!({"token": token, "password": password});
    app.anonymous().post("/auth/reset-password", body).await
}

async fn try_login(app: &TestApp, name: &str, password: &str) -> Reply {
    let body = json!({"username": name, "password": password});
    app.anonymous().post("/auth/login", body).await
}

async fn signed_in(app: &TestApp, name: &str, password: &str) -> Client {
    let session = try_login(app, name, password).await.data(200);
    let token = session["token"].as_str().unwrap();
    app.anonymous().bearer(token)
}

/// The last reset link to an address.
async fn reset_token(app: &TestApp, email: &str) -> String {
    forget(app, email).await.data(202);
    app.drain().await;
    token(app.letters(email, "reset-password?").last().unwrap())
}

#[tokio::test]
async fn a_forgotten_password_is_reset_once_by_the_link_and_every_session_ends() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let link = reset_token(&app, "alice@example.com").await;

    reset(&app, &link, OTHER).await.data(200);
    assert_eq!(alice.get("/users/me").await.problem(401), "token_revoked");
    assert_eq!(
        try_login(&app, "alice", PASSWORD).await.problem(401),
        "credentials_wrong"
    );
    let alice = signed_in(&app, "alice", OTHER).await;
    let me = alice.get("/users/me").await.data(200);
    assert_eq!(me["email_verified"], true, "the link proved the address");

    let again = reset(&app, &link, "Another-one-99").await;
    assert_eq!(again.fault(), wrong("token", "token_used"));
    signed_in(&app, "alice", OTHER).await;
    app.drain().await;
    assert_eq!(app.letters("alice@example.com", "was changed").len(), 1);
}

#[tokio::test]
async fn of_two_uses_of_a_reset_link_at_once_one_wins() {
    let app = TestApp::start().await;
    app.register("alice").await.data(201);
    let link = reset_token(&app, "alice@example.com").await;
    let (one, other) = tokio::join!(
        reset(&app, &link, OTHER),
        reset(&app, &link, "Another-one-99")
    );
    let (winner, loser, password) = match one.status.as_u16() {
        200 => (one, other, OTHER),
        _ => (other, one, "Another-one-99"),
    };
    winner.data(200);
    assert_eq!(loser.fault(), wrong("token", "token_used"));
    signed_in(&app, "alice", password).await;
    app.drain().await;
    assert_eq!(app.letters("alice@example.com", "was changed").len(), 1);
}

#[tokio::test]
async fn using_one_link_makes_the_others_worthless_and_asking_for_more_does_not() {
    let app = TestApp::start().await;
    app.register("alice").await.data(201);
    let first = reset_token(&app, "alice@example.com").await;
    app.clock.advance(MINUTE);
    let second = reset_token(&app, "alice@example.com").await;
    assert_ne!(first, second);
    reset(&app, &first, OTHER).await.data(200);
    let late = reset(&app, &second, "Another-one-99").await;
    assert_eq!(late.fault(), wrong("token", "token_expired"));
    app.drain().await;
}

#[tokio::test]
async fn a_link_that_is_late_forged_or_for_something_else_resets_nothing() {
    let app = TestApp::start().await;
    app.register("alice").await.data(201);
    let link = reset_token(&app, "alice@example.com").await;
    let forged = format!("{}AAAA", &link[..link.len() - 4]);
    let other = token(&app.letters("alice@example.com", "verify-email?")[0]);
    for bad in [forged.as_str(), other.as_str(), "nonsense"] {
        let refused = reset(&app, bad, OTHER).await;
        assert_eq!(refused.fault(), wrong("token", "token_invalid"), "{bad}");
    }
    let named = reset(&app, &link, "My-alice-password-1").await;
    assert_eq!(named.fault(), wrong("password", "contains_username"));
    app.clock.advance(HOUR);
    let late = reset(&app, &link, OTHER).await;
    assert_eq!(late.fault(), wrong("token", "token_expired"));
    signed_in(&app, "alice", PASSWORD).await;
}

#[tokio::test]
async fn whether_an_address_has_an_account_shows_in_no_answer_row_or_job() {
    let app = TestApp::start().await;
    app.register("alice").await.data(201);
    app.drain().await;
    let mut seen = Vec::new();
    for email in ["alice@example.com", "nobody@example.com"] {
        let mut answers = Vec::new();
        for _ in 0..2 {
            let reply = forget(&app, email).await;
            answers.push((reply.status, reply.json()));
        }
        let rows = app.count("select count(*) from password_resets").await;
        let jobs = app.enqueued::<SendResetMail>().await.len();
        let counted = app.count("select count(*) from mail_allowances").await;
        seen.push((answers, rows, jobs));
        assert_eq!(counted, i64::try_from(seen.len()).unwrap());
        app.drain().await;
        sqlx::query("delete from password_resets")
            .execute(app.platform.db.pool())
            .await
            .unwrap();
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!((seen[0].1, seen[0].2), (1, 1), "a minute has one mail");
    assert!(app.letters("nobody@example.com", "").is_empty());
    assert_eq!(app.letters("alice@example.com", "reset-password?").len(), 1);
}

#[tokio::test]
async fn an_unknown_address_is_not_kept() {
    let app = TestApp::start().await;
    forget(&app, "nobody@example.com").await.data(202);
    app.drain().await;
    let addresses = "select count(*) from password_resets where email is not null";
    assert_eq!(app.count(addresses).await, 0);
    app.clock.advance(2 * HOUR);
    app.enqueue(PurgeExpiredTokens {}).await;
    app.drain().await;
    assert_eq!(app.count("select count(*) from mail_allowances").await, 0);
}

#[tokio::test]
async fn an_address_gets_one_mail_a_minute_and_five_an_hour() {
    let app = TestApp::start().await;
    app.register("alice").await.data(201);
    let both = tokio::join!(
        forget(&app, "alice@example.com"),
        forget(&app, "ALICE@example.com")
    );
    assert_eq!(
        (both.0.status, both.1.status),
        (both.1.status, both.0.status)
    );
    for _ in 0..10 {
        app.clock.advance(MINUTE);
        forget(&app, "alice@example.com").await.data(202);
    }
    app.drain().await;
    assert_eq!(app.letters("alice@example.com", "reset-password?").len(), 5);
    app.clock.advance(HOUR);
    forget(&app, "alice@example.com").await.data(202);
    app.drain().await;
    assert_eq!(app.letters("alice@example.com", "reset-password?").len(), 6);
}

#[tokio::test]
async fn a_reset_mail_sent_twice_holds_the_same_link_and_none_is_sent_once_it_is_used() {
    let app = TestApp::start().await;
    app.register("alice").await.data(201);
    forget(&app, "alice@example.com").await.data(202);
    let job = app.enqueued::<SendResetMail>().await.remove(0);
    let again = || SendResetMail {
        reset_id: job.reset_id,
    };
    app.enqueue(again()).await;
    app.drain().await;
    let sent = app.letters("alice@example.com", "reset-password?");
    assert_eq!(sent.len(), 2);
    assert_eq!(token(&sent[0]), token(&sent[1]));
    reset(&app, &token(&sent[0]), OTHER).await.data(200);
    app.enqueue(again()).await;
    app.drain().await;
    assert_eq!(app.letters("alice@example.com", "reset-password?").len(), 2);
}

#[tokio::test]
async fn people_reset_on_a_page_that_opening_does_not_use_up() {
    let app = TestApp::start().await;
    app.register("alice").await.data(201);
    let link = reset_token(&app, "alice@example.com").await;
    let path = format!("/auth/reset-password?token={link}");
    for _ in 0..2 {
        let page = app.anonymous().get(&path).await;
        assert_eq!(page.status, 200);
        assert!(String::from_utf8_lossy(&page.bytes).contains(&link));
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("form-action 'self'"));
        assert_eq!(page.header("referrer-policy"), "no-referrer");
    }
    let post = async |form: String| {
        let anonymous = app.anonymous();
        anonymous.post_raw("/auth/reset-password", FORM, form).await
    };
    for (password, why) in [("short", "at least 8"), ("My-Alice-99", "the username")] {
        let weak = post(format!("token={link}&password={password}")).await;
        assert_eq!(weak.status, 400);
        let page = String::from_utf8_lossy(&weak.bytes).into_owned();
        assert!(page.contains(why) && page.contains(&link), "{page}");
        assert!(!page.contains(password), "a password is shown nowhere");
    }
    assert_eq!(
        post(format!("token={link}&password={OTHER}")).await.status,
        200
    );
    let again = post(format!("token={link}&password={OTHER}")).await;
    assert_eq!(again.status, 400);
    assert!(again.header("content-type").starts_with("text/html"));
    signed_in(&app, "alice", OTHER).await;
    let browser = app.anonymous().header("accept", "text/html");
    assert_eq!(browser.get(&path).await.status, 400);
    app.drain().await;
}

#[tokio::test]
async fn the_link_leads_to_the_page_that_operators_name() {
    let app = TestApp::with(&[(
        "PASSWORD_RESET_URL",
        "https://app.example/new-password?from=mail",
    )])
    .await;
    app.register("alice").await.data(201);
    forget(&app, "alice@example.com").await.data(202);
    app.drain().await;
    let page = "https://app.example/new-password?from=mail&token=";
    let sent = app.letters("alice@example.com", page);
    reset(&app, &token(&sent[0]), OTHER).await.data(200);
    app.drain().await;
}

#[tokio::test]
async fn a_password_is_changed_with_the_one_before_and_other_sessions_end() {
    let app = TestApp::start().await;
    let phone = app.person("alice").await;
    let laptop = signed_in(&app, "alice", PASSWORD).await;
    let stale = reset_token(&app, "alice@example.com").await;
    let change = |current: &str| json!({"current_password": current, "password": OTHER});
    let refused = laptop.put("/auth/password", change("Wrong-1234")).await;
    assert_eq!(refused.fault(), wrong("current_password", "wrong"));
    let missing = laptop
        .put("/auth/password", json!({ "password": OTHER }))
        .await;
    assert_eq!(missing.fault(), wrong("current_password", "required"));

    laptop
        .put("/auth/password", change(PASSWORD))
        .await
        .data(200);
    laptop.get("/users/me").await.data(200);
    assert_eq!(phone.get("/users/me").await.problem(401), "token_revoked");
    signed_in(&app, "alice", OTHER).await;
    let voided = reset(&app, &stale, "Another-one-99").await;
    assert_eq!(voided.fault(), wrong("token", "token_expired"));
    app.drain().await;
    assert_eq!(app.letters("alice@example.com", "was changed").len(), 1);
}

#[tokio::test]
async fn guessing_the_current_password_is_stopped() {
    let app = TestApp::with(&[("GUESSES_PER_ACCOUNT", "3")])
        .await
        .leaving_jobs();
    let alice = app.person("alice").await;
    let guess = json!({"current_password": "Wrong-1234", "password": OTHER});
    for _ in 0..3 {
        let refused = alice.put("/auth/password", guess.clone()).await;
        assert_eq!(refused.fault(), wrong("current_password", "wrong"));
    }
    let stopped = alice.put("/auth/password", guess).await;
    assert_eq!(stopped.problem(429), "rate_limited");
    let email = json!({"email": "new@example.com", "password": PASSWORD});
    assert_eq!(
        alice.put("/auth/email", email).await.problem(429),
        "rate_limited"
    );
}

#[tokio::test]
async fn of_two_changes_of_a_password_at_once_one_wins() {
    let app = TestApp::start().await.leaving_jobs();
    let alice = app.person("alice").await;
    let change = |to: &str| {
        let body = json!({"current_password": PASSWORD, "password": to});
        let alice = alice.clone();
        async move { alice.put("/auth/password", body).await }
    };
    let (one, other) = tokio::join!(change(OTHER), change("Another-one-99"));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
}

#[tokio::test]
async fn an_account_without_a_password_sets_one_soon_after_signing_in() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    sqlx::query("update users set password_hash = null")
        .execute(app.platform.db.pool())
        .await
        .unwrap();
    app.clock.advance(5 * MINUTE);
    let set = json!({ "password": OTHER });
    let late = alice.put("/auth/password", set.clone()).await;
    assert_eq!(late.problem(403), "reauthentication_required");
    sqlx::query("update sessions set created_at = created_at + interval '1 second'")
        .execute(app.platform.db.pool())
        .await
        .unwrap();
    alice.put("/auth/password", set.clone()).await.data(200);
    signed_in(&app, "alice", OTHER).await;
    let again = alice.put("/auth/password", set).await;
    assert_eq!(again.fault(), wrong("current_password", "required"));
    app.drain().await;
}

/// `Correct-horse-7`, hashed by bcrypt.
const BCRYPT: &str = "$2b$10$abcdefghijklmnopqrstuuIhCoPVlXa9Jlk2eeHTbLyyiwtRAAZHm";

async fn keep_hash(app: &TestApp, hash: &str) {
    sqlx::query("update users set password_hash = $1")
        .bind(hash)
        .execute(app.platform.db.pool())
        .await
        .unwrap();
}

async fn hash(app: &TestApp) -> String {
    sqlx::query_scalar("select password_hash from users")
        .fetch_one(app.platform.db.pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_bcrypt_hash_is_made_anew_when_its_owner_signs_in() {
    let app = TestApp::start().await.leaving_jobs();
    app.register("alice").await.data(201);
    for kind in ["$2a$", "$2b$", "$2y$"] {
        keep_hash(&app, &BCRYPT.replace("$2b$", kind)).await;
        let refused = try_login(&app, "alice", "Wrong-1234").await;
        assert_eq!(refused.problem(401), "credentials_wrong");
        assert!(hash(&app).await.starts_with(kind));
        try_login(&app, "alice", PASSWORD).await.data(200);
        assert!(hash(&app).await.starts_with("$argon2id$"), "{kind}");
        try_login(&app, "alice", PASSWORD).await.data(200);
    }
}

#[tokio::test]
async fn two_who_sign_in_at_once_with_a_bcrypt_hash_both_come_in() {
    let app = TestApp::start().await.leaving_jobs();
    app.register("alice").await.data(201);
    for _ in 0..3 {
        keep_hash(&app, BCRYPT).await;
        let (one, other) = tokio::join!(
            try_login(&app, "alice", PASSWORD),
            try_login(&app, "alice", PASSWORD)
        );
        one.data(200);
        other.data(200);
        assert!(hash(&app).await.starts_with("$argon2id$"));
    }
}

#[tokio::test]
async fn a_suspended_account_keeps_its_bcrypt_hash_and_a_costly_one_is_never_tried() {
    let app = TestApp::start().await.leaving_jobs();
    app.register("alice").await.data(201);
    keep_hash(&app, BCRYPT).await;
    sqlx::query("update users set suspended_at = created_at, suspended_why = 'a test'")
        .execute(app.platform.db.pool())
        .await
        .unwrap();
    let refused = try_login(&app, "alice", PASSWORD).await;
    assert_eq!(refused.problem(403), "account_suspended");
    assert_eq!(hash(&app).await, BCRYPT);
    keep_hash(&app, &BCRYPT.replace("$2b$10$", "$2b$20$")).await;
    let refused = try_login(&app, "alice", PASSWORD).await;
    assert_eq!(refused.problem(401), "credentials_wrong");
}

#[tokio::test]
async fn bodies_that_are_neither_form_nor_json_are_refused() {
    let app = TestApp::start().await;
    let body = Some(("text/plain", b"token=x".to_vec()));
    let reply = app
        .anonymous()
        .send(Method::POST, "/auth/reset-password", body)
        .await;
    assert_eq!(reply.problem(415), "media_type_unsupported");
    let none: Value = reply.json()["data"].clone();
    assert_eq!(none, Value::Null);
}
