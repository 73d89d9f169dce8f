//! Guessing at passwords and codes gets slower with every failure.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::join_all;
use platform::backoff::Guess;
use serde_json::{Value, json};

use crate::harness::{Client, PASSWORD, Reply, TestApp};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

async fn guess(client: &Client, username: &str) -> Reply {
    let body = json!({"username": username, "password": "x"});
    client.post("/auth/login", body).await
}

async fn login(client: &Client, username: &str) -> Reply {
    let body = json!({"username": username, "password": PASSWORD});
    client.post("/auth/login", body).await
}

/// Seconds that a refused try is told to wait.
fn wait(reply: &Reply) -> u64 {
    assert_eq!(reply.problem(429), "rate_limited");
    reply.header("retry-after").parse().unwrap()
}

#[tokio::test]
async fn after_five_failures_the_wait_doubles_up_to_a_quarter_of_an_hour_and_knowing_the_password_does_not_shorten_it()
 {
    let app = TestApp::with(&[("GUESSES_PER_ADDRESS", "1000")])
        .await
        .leaving_jobs();
    app.register("alice").await.data(201);
    let anonymous = app.anonymous();
    for _ in 0..5 {
        assert_eq!(
            guess(&anonymous, "alice").await.problem(401),
            "credentials_wrong"
        );
    }
    for seconds in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
        // Refused tries are no failures: the wait does not grow by them.
        for _ in 0..3 {
            assert_eq!(wait(&guess(&anonymous, "alice").await), seconds);
        }
        assert_eq!(wait(&login(&anonymous, "alice").await), seconds);
        app.clock.advance(Duration::from_secs(seconds));
        assert_eq!(
            guess(&anonymous, "Alice").await.problem(401),
            "credentials_wrong"
        );
    }
    app.clock.advance(15 * MINUTE);
    login(&anonymous, "alice").await.data(200);
    for _ in 0..5 {
        assert_eq!(
            guess(&anonymous, "alice").await.problem(401),
            "credentials_wrong"
        );
    }
    assert_eq!(wait(&guess(&anonymous, "alice").await), 1);
}

#[tokio::test]
async fn an_account_that_does_not_exist_is_guessed_at_as_slowly_as_one_that_does() {
    let app = TestApp::start().await.leaving_jobs();
    app.register("alice").await.data(201);
    let anonymous = app.anonymous();
    let mut told = Vec::new();
    for name in ["alice", "nobody"] {
        let mut answers = Vec::new();
        for _ in 0..7 {
            let reply = guess(&anonymous, name).await;
            let mut answer: Value = reply.json();
            answer["request_id"].take();
            answers.push((reply.header("retry-after").to_owned(), answer));
        }
        told.push(answers);
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0][5].0, "1");
}

#[tokio::test]
async fn twenty_guesses_at_once_are_not_more_than_five() {
    let app = TestApp::start().await.leaving_jobs();
    app.register("alice").await.data(201);
    let anonymous = app.anonymous();
    let guesses = join_all((0..20).map(|_| guess(&anonymous, "alice"))).await;
    let made = guesses.iter().filter(|reply| reply.status == 401).count();
    let refused = guesses.iter().filter(|reply| reply.status == 429).count();
    assert_eq!((made, refused), (5, 15));
}

#[tokio::test]
async fn an_address_that_guesses_at_many_accounts_waits_too_and_no_other_does() {
    let app = TestApp::with(&[("TRUSTED_PROXIES", "0.0.0.0"), ("GUESSES_PER_ADDRESS", "8")])
        .await
        .leaving_jobs();
    app.register("alice").await.data(201);
    let from = |address: &str| app.anonymous().header("x-forwarded-for", address);
    let (here, there) = (from("2001:db8:1:2::1"), from("2001:db8:1:3::1"));
    let next_door = from("2001:db8:1:2::2");
    for number in 0..8 {
        // Signing in well from there counts for nothing, and takes nothing back.
        login(&here, "alice").await.data(200);
        let name = format!("nobody{number}");
        assert_eq!(guess(&here, &name).await.problem(401), "credentials_wrong");
    }
    assert_eq!(wait(&guess(&here, "somebody").await), 1);
    assert_eq!(wait(&login(&next_door, "alice").await), 1);
    login(&there, "alice").await.data(200);

    app.clock.advance(SECOND);
    login(&next_door, "alice").await.data(200);
    assert_eq!(
        guess(&here, "somebody").await.problem(401),
        "credentials_wrong"
    );
    assert_eq!(wait(&guess(&here, "somebody").await), 2);
}

#[tokio::test]
async fn guesses_at_codes_are_counted_by_number_wherever_they_are_tried() {
    let app = TestApp::start().await;
    let anonymous = app.anonymous();
    let code = json!({"phone": "+4915123456789", "code": "000000"});
    for path in ["verify", "login", "verify", "login", "verify"] {
        let path = match path {
            "login" => "/auth/login",
            _ => "/auth/otp/verify",
        };
        assert_eq!(anonymous.post(path, code.clone()).await.status, 401);
    }
    for path in ["/auth/otp/verify", "/auth/login"] {
        assert_eq!(wait(&anonymous.post(path, code.clone()).await), 1);
    }
    let password = json!({"phone": "+4915123456789", "password": "x"});
    let by_password = anonymous.post("/auth/login", password).await;
    assert_eq!(
        by_password.problem(401),
        "credentials_wrong",
        "passwords are counted apart"
    );
}

#[tokio::test]
async fn what_was_no_guess_does_not_count() {
    let app = TestApp::start().await;
    let anonymous = app.anonymous();
    for _ in 0..9 {
        let body = json!({"username": "alice"});
        let refused = anonymous.post("/auth/login", body).await;
        assert_eq!(refused.problem(400), "validation_failed");
    }
    assert_eq!(
        guess(&anonymous, "alice").await.problem(401),
        "credentials_wrong"
    );
}

#[tokio::test]
async fn the_counts_in_redis_tell_nobody_who_is_guessed_at() {
    let app = TestApp::start().await.leaving_jobs();
    app.register("alice").await.data(201);
    guess(&app.anonymous(), "alice").await;
    let mut connection = app.platform.redis.shared();
    let keys: BTreeSet<String> = redis::cmd("KEYS")
        .arg(app.platform.redis.key("guesses:*"))
        .query_async(&mut connection)
        .await
        .unwrap();
    assert_eq!(keys.len(), 2, "{keys:?}");
    for key in &keys {
        assert!(!key.contains("alice") && !key.contains("0.0.0.0"), "{key}");
        let expires: i64 = redis::cmd("TTL")
            .arg(key)
            .query_async(&mut connection)
            .await
            .unwrap();
        assert!(expires > 0, "{key} would stay for ever");
    }
}

#[tokio::test]
async fn without_redis_people_sign_in_and_wrong_passwords_stay_wrong() {
    let app = TestApp::start().await.leaving_jobs();
    app.register("alice").await.data(201);
    let mut settings: Vec<(&str, &str)> = vec![("REDIS_URL", "redis://127.0.0.1:1")];
    settings.push(("DATABASE_URL", app.settings["DATABASE_URL"].as_str()));
    let cut_off = TestApp::with(&settings).await.leaving_jobs();
    let anonymous = cut_off.anonymous();
    for _ in 0..6 {
        assert_eq!(
            guess(&anonymous, "alice").await.problem(401),
            "credentials_wrong"
        );
    }
    login(&anonymous, "alice").await.data(200);
}

#[tokio::test]
async fn a_guess_that_came_to_nothing_is_taken_back_and_one_that_is_dropped_has_failed() {
    let app = TestApp::start().await;
    let backoff = &app.platform.backoff;
    let at_alice = Guess {
        at: "login",
        account: "alice",
        line: "198.51.100.1",
    };
    for _ in 0..30 {
        let guessing = backoff.begin(at_alice).await.unwrap();
        backoff.did_not_count(guessing).await;
    }
    for _ in 0..5 {
        drop(backoff.begin(at_alice).await.unwrap());
    }
    assert_eq!(backoff.begin(at_alice).await.err(), Some(SECOND));
    // Another kind of secret, and another account, are counted apart.
    for other in [
        Guess {
            at: "code",
            ..at_alice
        },
        Guess {
            account: "bob",
            ..at_alice
        },
    ] {
        let guessing = backoff.begin(other).await.unwrap();
        backoff.was_right(guessing).await;
    }
}
