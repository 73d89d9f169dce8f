//! Ways in: registering, signing in, staying in, leaving, proving an e-mail address.

use std::time::Duration;

use domain::identity::jobs::{PurgeExpiredTokens, SendVerificationMail};
use serde_json::{Value, json};

use crate::harness::{Client, Reply, TestApp};

const PASSWORD: &str = "Correct-horse-7";
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_default().to_owned()
}

/// The link in a mail, as the reader's mail program shows it.
fn link(mail: &str) -> String {
    let readable = mail.replace("=\r\n", "").replace("=3D", "=");
    let (_, rest) = readable.split_once("/api/v1").unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

fn token(mail: &str) -> String {
    link(mail).split_once("token=").unwrap().1.to_owned()
}

/// What a reader does: opens the link, and clicks.
async fn click(app: &TestApp, mail: &str) -> Reply {
    let page = app.anonymous().get(&link(mail)).await;
    assert_eq!(page.status, 200);
    let form = format!("token={}", token(mail));
    let kind = "application/x-www-form-urlencoded";
    let anonymous = app.anonymous();
    anonymous.post_raw("/auth/verify-email", kind, form).await
}

async fn login(app: &TestApp, username: &str) -> Value {
    let body = json!({"username": username, "password": PASSWORD});
    app.anonymous().post("/auth/login", body).await.data(200)
}

async fn refresh(app: &TestApp, token: &str) -> Reply {
    let body = json!({"refresh_token": token});
    app.anonymous().post("/auth/refresh", body).await
}

async fn is_verified(person: &Client) -> bool {
    person.get("/users/me").await.data(200)["email_verified"] == true
}

#[tokio::test]
async fn registering_signs_in_and_sends_a_mail_whose_link_proves_the_address() {
    let app = TestApp::start().await;
    let registered = app.register("alice").await.data(201);
    assert_eq!(text(&registered, "username"), "alice");
    assert_eq!(text(&registered, "token_type"), "Bearer");
    assert_eq!(registered["expires_in"], 900);
    assert_eq!(text(&registered, "role"), "member");
    let alice = app.anonymous().bearer(&text(&registered, "token"));
    assert!(!is_verified(&alice).await);

    app.drain().await;
    let mails = app.mails();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains("To: alice@example.com"));
    let page = app.anonymous().get(&link(&mails[0])).await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(!is_verified(&alice).await, "programs open links too");
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("form-action 'self'"));
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    let page = click(&app, &mails[0]).await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(is_verified(&alice).await);

    let again = json!({"token": token(&mails[0])});
    let again = app.anonymous().post("/auth/verify-email", again).await;
    assert_eq!(again.data(200)["already_verified"], true);
}

#[tokio::test]
async fn a_verification_mail_sent_twice_holds_the_same_link_and_none_is_sent_once_it_has_worked() {
    let app = TestApp::start().await;
    app.register("alice").await.data(201);
    let job = app.enqueued::<SendVerificationMail>().await.remove(0);
    let again = || SendVerificationMail {
        verification_id: job.verification_id,
    };
    app.enqueue(again()).await;
    app.drain().await;
    let mails = app.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(link(&mails[0]), link(&mails[1]));

    click(&app, &mails[0]).await;
    app.enqueue(again()).await;
    app.drain().await;
    assert_eq!(app.mails().len(), 2);
}

#[tokio::test]
async fn of_two_registrations_at_once_with_the_same_name_one_succeeds_and_the_other_names_the_field()
 {
    let app = TestApp::start().await.leaving_jobs();
    let register = |username: &str, email: &str| {
        let body = json!({"username": username, "email": email, "password": PASSWORD});
        let anonymous = app.anonymous();
        async move { anonymous.post("/auth/register", body).await }
    };
    for (one, other, code, field) in [
        (
            ("alice", "a@example.com"),
            ("ALICE", "b@example.com"),
            "username_taken",
            "username",
        ),
        (
            ("bob", "bob@example.com"),
            ("robert", "BOB@Example.com"),
            "email_taken",
            "email",
        ),
    ] {
        let both = tokio::join!(register(one.0, one.1), register(other.0, other.1));
        let (winner, loser) = match both.0.status.as_u16() {
            201 => both,
            _ => (both.1, both.0),
        };
        winner.data(201);
        assert_eq!(loser.problem(409), code);
        assert_eq!(loser.json()["errors"][0]["field"], field);
    }
    assert_eq!(app.count("select count(*) from users").await, 2);
}

#[tokio::test]
async fn an_administrator_is_not_made_by_registering() {
    let app = TestApp::start().await;
    let body = json!({"username": "eve", "email": "eve@example.com", "password": PASSWORD, "role": "admin"});
    let refused = app.anonymous().post("/auth/register", body).await;
    assert_eq!(refused.problem(400), "validation_failed");
    assert_eq!(
        refused.json()["errors"],
        json!([{"field": "role", "code": "invalid", "detail": "must be one of member, woman, sponsor"}])
    );
    let me = app.admin().await.get("/users/me").await.data(200);
    assert_eq!(
        (text(&me, "role"), &me["email_verified"]),
        ("admin".to_owned(), &json!(true))
    );
}

#[tokio::test]
async fn passwords_that_are_short_plain_common_or_hold_the_username_are_refused() {
    let app = TestApp::start().await;
    for (password, code) in [
        ("Ab1!", "too_short"),
        ("alllowercase", "too_weak"),
        ("Password123!", "too_common"),
        ("My-Alice-99", "contains_username"),
    ] {
        let body = json!({"username": "alice", "email": "alice@example.com", "password": password});
        let refused = app.anonymous().post("/auth/register", body).await;
        assert_eq!(refused.problem(400), "validation_failed");
        let errors = &refused.json()["errors"];
        assert_eq!(
            (&errors[0]["field"], &errors[0]["code"]),
            (&json!("password"), &json!(code))
        );
    }
    assert_eq!(app.count("select count(*) from users").await, 0);
}

#[tokio::test]
async fn people_sign_in_by_name_or_address_and_strangers_learn_nothing() {
    let app = TestApp::start().await.leaving_jobs();
    app.register("alice").await.data(201);
    for body in [
        json!({"username": "Alice", "password": PASSWORD}),
        json!({"email": " ALICE@example.com", "password": PASSWORD}),
    ] {
        let signed_in = app.anonymous().post("/auth/login", body).await.data(200);
        assert_eq!(text(&signed_in, "email"), "alice@example.com");
    }
    let mut answers = Vec::new();
    for name in ["alice", "nobody"] {
        let body = json!({"username": name, "password": "wrong"});
        let refused = app.anonymous().post("/auth/login", body).await;
        assert_eq!(refused.problem(401), "credentials_wrong");
        let mut answer = refused.json();
        answer["request_id"].take();
        answers.push(answer);
    }
    assert_eq!(answers[0], answers[1]);
    for (body, code) in [
        (json!({"password": "x"}), "required"),
        (
            json!({"password": "x", "username": "a", "email": "b"}),
            "ambiguous",
        ),
    ] {
        let refused = app.anonymous().post("/auth/login", body).await;
        assert_eq!(refused.problem(400), "validation_failed");
        assert_eq!(refused.json()["errors"][0]["code"], code);
    }
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_showing_it_again_ends_the_session() {
    let app = TestApp::start().await.leaving_jobs();
    let first = app.register("alice").await.data(201);
    let second = refresh(&app, &text(&first, "refresh_token"))
        .await
        .data(200);
    let alice = app.anonymous().bearer(&text(&second, "token"));
    alice.get("/users/me").await.data(200);

    let reused = refresh(&app, &text(&first, "refresh_token")).await;
    assert_eq!(reused.problem(401), "refresh_reused");
    assert_eq!(alice.get("/users/me").await.problem(401), "token_revoked");
    let third = refresh(&app, &text(&second, "refresh_token")).await;
    assert_eq!(third.problem(401), "session_revoked");
    assert_eq!(
        refresh(&app, "nonsense").await.problem(401),
        "refresh_invalid"
    );
}

#[tokio::test]
async fn of_two_uses_of_a_refresh_token_at_once_one_wins_and_the_session_is_over() {
    let app = TestApp::start().await.leaving_jobs();
    let registered = app.register("alice").await.data(201);
    let token = text(&registered, "refresh_token");
    let (one, other) = tokio::join!(refresh(&app, &token), refresh(&app, &token));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
    let winner = if one.status == 200 { one } else { other };
    let alice = app.anonymous().bearer(&text(&winner.data(200), "token"));
    assert_eq!(alice.get("/users/me").await.problem(401), "token_revoked");
}

#[tokio::test]
async fn tokens_expire_by_the_clock() {
    let app = TestApp::start().await.leaving_jobs();
    let registered = app.register("alice").await.data(201);
    let alice = app.anonymous().bearer(&text(&registered, "token"));
    app.clock.advance(15 * MINUTE);
    assert_eq!(alice.get("/users/me").await.problem(401), "token_expired");
    app.clock.advance(7 * 24 * HOUR);
    let late = refresh(&app, &text(&registered, "refresh_token")).await;
    assert_eq!(late.problem(401), "refresh_expired");
}

#[tokio::test]
async fn leaving_ends_this_session_alone_and_may_be_said_twice() {
    let app = TestApp::start().await.leaving_jobs();
    app.register("alice").await.data(201);
    let (phone, laptop) = (login(&app, "alice").await, login(&app, "alice").await);
    let on_phone = app.anonymous().bearer(&text(&phone, "token"));
    for _ in 0..2 {
        on_phone.post("/auth/logout", Value::Null).await.data(200);
    }
    assert_eq!(
        on_phone.get("/users/me").await.problem(401),
        "token_revoked"
    );
    let back = refresh(&app, &text(&phone, "refresh_token")).await;
    assert_eq!(back.problem(401), "session_revoked");
    let on_laptop = app.anonymous().bearer(&text(&laptop, "token"));
    on_laptop.get("/users/me").await.data(200);
}

#[tokio::test]
async fn another_mail_can_be_had_once_a_minute_until_the_address_is_proved() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let resend = || alice.post("/auth/resend-verification", Value::Null);
    let soon = resend().await;
    assert_eq!(
        (soon.problem(429), soon.header("retry-after")),
        ("rate_limited".to_owned(), "60")
    );
    app.clock.advance(MINUTE);
    let (one, other) = tokio::join!(resend(), resend());
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [202, 429]);

    app.drain().await;
    let mails = app.mails();
    assert_eq!(mails.len(), 2);
    click(&app, &mails[0]).await;
    assert!(is_verified(&alice).await, "the first link stays good");
    app.clock.advance(MINUTE);
    assert_eq!(resend().await.problem(409), "already_verified");
}

#[tokio::test]
async fn a_link_that_is_late_or_forged_proves_nothing_and_says_so_to_people_and_programs() {
    let app = TestApp::start().await;
    app.register("alice").await.data(201);
    app.drain().await;
    let good = link(&app.mails()[0]);
    let forged = format!("{}AAAA", &good[..good.len() - 4]);
    let program = app.anonymous().get(&forged).await;
    assert_eq!(program.problem(400), "validation_failed");
    assert_eq!(program.json()["errors"][0]["code"], "token_invalid");
    let browser = app.anonymous().header("accept", "text/html,*/*");
    let page = browser.get(&forged).await;
    assert_eq!(page.status, 400);
    assert!(page.header("content-type").starts_with("text/html"));

    app.clock.advance(25 * HOUR);
    let late = app.anonymous().get(&good).await;
    assert_eq!(late.json()["errors"][0]["code"], "token_expired");
    assert_eq!(
        app.count("select count(*) from users where email_verified_at is not null")
            .await,
        0
    );
}

#[tokio::test]
async fn what_has_expired_is_purged_and_what_stands_is_kept() {
    let app = TestApp::start().await;
    app.register("alice").await.data(201);
    app.drain().await;
    app.clock.advance(8 * 24 * HOUR);
    login(&app, "alice").await;
    for _ in 0..2 {
        app.enqueue(PurgeExpiredTokens {}).await;
        app.drain().await;
        assert_eq!(app.count("select count(*) from sessions").await, 1);
        assert_eq!(app.count("select count(*) from refresh_tokens").await, 1);
        assert_eq!(
            app.count("select count(*) from email_verifications").await,
            0
        );
    }
}
