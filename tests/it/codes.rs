//! Ways in by phone: a code in a text message.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::CodeId;
use domain::identity::jobs::{PurgeExpiredTokens, SendCodeText};
use futures::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Client, Reply, TestApp};

pub(crate) const PHONE: &str = "+4915123456789";
const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// Tries at one number or from one address are slowed down elsewhere; here they are counted by the code alone.
const UNSLOWED: [(&str, &str); 2] = [
    ("GUESSES_PER_ACCOUNT", "1000"),
    ("GUESSES_PER_ADDRESS", "1000"),
];

async fn send(client: &Client, phone: &str) -> Reply {
    client.post("/auth/otp/send", json!({"phone": phone})).await
}

pub(crate) async fn verify(app: &TestApp, phone: &str, code: &str) -> Reply {
    let body = json!({"phone": phone, "code": code});
    app.anonymous().post("/auth/otp/verify", body).await
}

/// Has a code sent and reads it from the text.
pub(crate) async fn code(app: &TestApp, phone: &str) -> String {
    send(&app.anonymous(), phone).await.data(202);
    app.drain().await;
    let texts = app.texts();
    let text = texts.last().unwrap();
    assert!(text.starts_with(&format!("To: {phone}\n\n")), "{text}");
    text.lines().nth(2).unwrap()[..6].to_owned()
}

/// Another code than `code`.
pub(crate) fn other_than(code: &str) -> String {
    let number: u32 = code.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}

pub(crate) fn bearer(app: &TestApp, signed_in: &Value) -> Client {
    app.anonymous().bearer(signed_in["token"].as_str().unwrap())
}

/// An answer without what names the request.
fn anonymised(reply: &Reply) -> Value {
    let mut answer = reply.json();
    answer["request_id"].take();
    answer
}

#[tokio::test]
async fn a_code_makes_an_account_once_and_signs_in_to_it_afterwards() {
    let app = TestApp::start().await;
    let sent = send(&app.anonymous(), "0049 (151) 2345-6789").await;
    assert_eq!(
        sent.data(202),
        json!({"expires_in": 300, "resend_after": 60})
    );
    app.drain().await;
    let text = app.texts().remove(0);
    let typed = text.lines().nth(2).unwrap()[..6].to_owned();
    assert_eq!(
        text,
        format!(
            "To: {PHONE}\n\n{typed} is your Commons code. Never share it: nobody from Commons will ask for it.\n"
        )
    );
    let body = json!({"phone": PHONE, "code": typed, "full_name": "Jane Doe", "role": "woman"});
    let made = app.anonymous().post("/auth/otp/verify", body).await;
    let made = made.data(200);
    assert_eq!(
        (&made["phone"], &made["role"], &made["full_name"]),
        (&json!(PHONE), &json!("woman"), &json!("Jane Doe"))
    );
    assert!(made["email"].is_null());
    assert!(made["username"].as_str().unwrap().starts_with("jane.doe"));
    bearer(&app, &made).get("/users/me").await.data(200);

    let used = verify(&app, PHONE, &typed).await;
    assert_eq!(used.problem(401), "code_wrong");
    app.clock.advance(MINUTE);
    let next = code(&app, PHONE).await;
    let body = json!({"phone": PHONE, "code": next, "username": "ignored", "role": "sponsor"});
    let again = app.anonymous().post("/auth/otp/verify", body).await;
    let again = again.data(200);
    assert_eq!(
        (&again["id"], &again["username"], &again["role"]),
        (&made["id"], &made["username"], &made["role"])
    );
    assert_eq!(app.count("select count(*) from users").await, 1);
}

#[tokio::test]
async fn a_refused_account_leaves_the_code_good() {
    let app = TestApp::start().await;
    app.register("alice").await.data(201);
    let typed = code(&app, PHONE).await;
    let ask = async |username: &str| {
        let body = json!({"phone": PHONE, "code": typed, "username": username});
        app.anonymous().post("/auth/otp/verify", body).await
    };
    assert_eq!(ask("Alice").await.problem(409), "username_taken");
    assert_eq!(ask("bob").await.data(200)["username"], "bob");
}

#[tokio::test]
async fn strangers_learn_nothing_from_sending_or_guessing() {
    let app = TestApp::start().await.leaving_jobs();
    let typed = code(&app, PHONE).await;
    verify(&app, PHONE, &typed).await.data(200);
    app.clock.advance(MINUTE);
    let (known, unknown) = (PHONE, "+4915123456780");

    let mut sent = Vec::new();
    for phone in [known, unknown] {
        let before = app.enqueued::<SendCodeText>().await.len();
        let reply = send(&app.anonymous(), phone).await;
        let jobs = app.enqueued::<SendCodeText>().await.len() - before;
        sent.push((reply.status, reply.json(), jobs));
    }
    assert_eq!(sent[0], sent[1]);
    assert_eq!(sent[0].2, 1);
    assert_eq!(app.count("select count(*) from phone_codes").await, 2);

    let mut guessed = BTreeSet::new();
    for phone in [known, unknown, "+4915123456000"] {
        let wrong = verify(&app, phone, "000000").await;
        assert_eq!(wrong.problem(401), "code_wrong");
        guessed.insert(anonymised(&wrong).to_string());
    }
    app.clock.advance(5 * MINUTE);
    let expired = verify(&app, known, "000000").await;
    guessed.insert(anonymised(&expired).to_string());
    assert_eq!(guessed.len(), 1, "{guessed:?}");
}

#[tokio::test]
async fn a_number_is_sent_one_code_a_minute_whoever_asks_and_two_at_once_are_one() {
    let app = TestApp::start().await;
    let two = || async {
        let (one, other) = (app.anonymous(), app.anonymous());
        let (one, other) = tokio::join!(send(&one, PHONE), send(&other, PHONE));
        match one.status.as_u16() {
            202 => (one, other),
            _ => (other, one),
        }
    };
    let (sent, refused) = two().await;
    sent.data(202);
    assert_eq!(refused.problem(429), "rate_limited");
    assert_eq!(refused.header("retry-after"), "60");
    app.clock.advance(59 * SECOND);
    let early = send(&app.anonymous(), PHONE).await;
    assert_eq!(
        (early.problem(429), early.header("retry-after")),
        ("rate_limited".to_owned(), "1")
    );
    app.clock.advance(SECOND);
    let (sent, refused) = two().await;
    sent.data(202);
    assert_eq!(refused.problem(429), "rate_limited");
    app.drain().await;
    // The first job found that another code had taken the place of its own.
    assert_eq!(app.texts().len(), 1);
}

#[tokio::test]
async fn a_code_is_good_until_it_expires_or_another_takes_its_place() {
    let app = TestApp::with(&UNSLOWED).await;
    let first = code(&app, PHONE).await;
    app.clock.advance(MINUTE);
    let second = code(&app, PHONE).await;
    if first != second {
        assert_eq!(verify(&app, PHONE, &first).await.problem(401), "code_wrong");
    }
    app.clock.advance(4 * MINUTE + 59 * SECOND);
    verify(&app, PHONE, &second).await.data(200);

    let third = code(&app, PHONE).await;
    app.clock.advance(5 * MINUTE);
    assert_eq!(verify(&app, PHONE, &third).await.problem(401), "code_wrong");
}

#[tokio::test]
async fn of_twenty_wrong_codes_at_once_five_count_and_then_the_right_one_is_wrong_too() {
    let app = TestApp::with(&UNSLOWED).await;
    let right = code(&app, PHONE).await;
    let wrong = other_than(&right);
    let guesses = join_all((0..20).map(|_| verify(&app, PHONE, &wrong))).await;
    for guess in &guesses {
        assert_eq!(guess.problem(401), "code_wrong");
    }
    let tries = "select tries::bigint from phone_codes";
    assert_eq!(app.count(tries).await, 5);
    assert_eq!(verify(&app, PHONE, &right).await.problem(401), "code_wrong");
    assert_eq!(app.count("select count(*) from users").await, 0);

    app.clock.advance(MINUTE);
    let next = code(&app, PHONE).await;
    verify(&app, PHONE, &next).await.data(200);
}

#[tokio::test]
async fn four_wrong_codes_leave_the_right_one_good() {
    let app = TestApp::with(&UNSLOWED).await;
    let right = code(&app, PHONE).await;
    for _ in 0..4 {
        let wrong = verify(&app, PHONE, &other_than(&right)).await;
        assert_eq!(wrong.problem(401), "code_wrong");
    }
    let spaced = format!("{} {}", &right[..3], &right[3..]);
    verify(&app, PHONE, &spaced).await.data(200);
}

#[tokio::test]
async fn of_two_verifications_at_once_one_wins_and_one_account_is_made() {
    let app = TestApp::start().await;
    let typed = code(&app, PHONE).await;
    let (one, other) = tokio::join!(verify(&app, PHONE, &typed), verify(&app, PHONE, &typed));
    let (winner, loser) = match one.status.as_u16() {
        200 => (one, other),
        _ => (other, one),
    };
    winner.data(200);
    assert_eq!(loser.problem(401), "code_wrong");
    assert_eq!(app.count("select count(*) from users").await, 1);
    assert_eq!(app.count("select count(*) from sessions").await, 1);
}

#[tokio::test]
async fn codes_are_capped_by_number_address_and_range_and_what_is_refused_counts_for_nothing() {
    let app = TestApp::with(&[
        ("TRUSTED_PROXIES", "0.0.0.0"),
        ("CODE_LIMIT_NUMBER", "2/86400s"),
        ("CODE_LIMIT_ADDRESS", "3/86400s"),
        ("CODE_LIMIT_RANGE", "4/86400s"),
    ])
    .await
    .leaving_jobs();
    let from = |address: &str| app.anonymous().header("x-forwarded-for", address);
    let (here, there) = (from("198.51.100.1"), from("198.51.100.2"));
    let number = |last: u32| format!("+49151234{last:04}");

    for _ in 0..2 {
        send(&here, &number(1)).await.data(202);
        app.clock.advance(MINUTE);
    }
    let by_number = send(&there, &number(1)).await;
    assert_eq!(by_number.problem(429), "rate_limited");
    assert_eq!(by_number.header("retry-after"), "86280");

    send(&here, &number(2)).await.data(202);
    let by_address = send(&here, "+33612345678").await;
    assert_eq!(by_address.problem(429), "rate_limited");
    assert_eq!(by_address.header("retry-after"), "86280");

    send(&there, &number(3)).await.data(202);
    let by_range = send(&there, &number(4)).await;
    assert_eq!(by_range.problem(429), "rate_limited");
    send(&there, "+33612345678").await.data(202);

    let sent = "select coalesce(sum(sent), 0)::bigint from code_quotas where word like 'number %'";
    assert_eq!(app.count(sent).await, 5);
    assert_eq!(app.enqueued::<SendCodeText>().await.len(), 5);

    app.clock.advance(24 * HOUR);
    send(&here, &number(1)).await.data(202);
    send(&here, &number(4)).await.data(202);
}

#[tokio::test]
async fn of_many_numbers_of_a_range_at_once_no_more_are_sent_a_code_than_the_range_may() {
    let app = TestApp::with(&[("CODE_LIMIT_RANGE", "3/86400s")])
        .await
        .leaving_jobs();
    let numbers: Vec<String> = (0..9).map(|last| format!("+49151234{last:04}")).collect();
    let anonymous = app.anonymous();
    let replies = join_all(numbers.iter().map(|number| send(&anonymous, number))).await;
    let sent = replies.iter().filter(|reply| reply.status == 202).count();
    let refused = replies.iter().filter(|reply| reply.status == 429).count();
    assert_eq!((sent, refused), (3, 6));
    assert_eq!(app.enqueued::<SendCodeText>().await.len(), 3);
}

#[tokio::test]
async fn a_code_signs_in_at_the_login_but_never_makes_an_account_there() {
    let app = TestApp::with(&UNSLOWED).await;
    let login = async |code: &str| {
        let body = json!({"phone": PHONE, "code": code});
        app.anonymous().post("/auth/login", body).await
    };
    let right = code(&app, PHONE).await;
    let mut told = BTreeSet::new();
    for code in [&right, &other_than(&right)] {
        let refused = login(code).await;
        assert_eq!(refused.problem(401), "credentials_wrong");
        told.insert(anonymised(&refused).to_string());
    }
    assert_eq!(told.len(), 1);
    assert_eq!(app.count("select count(*) from users").await, 0);

    let made = verify(&app, PHONE, &right).await.data(200);
    app.clock.advance(MINUTE);
    let next = code(&app, PHONE).await;
    assert_eq!(login(&next).await.data(200)["id"], made["id"]);
    assert_eq!(login(&next).await.problem(401), "credentials_wrong");
}

#[tokio::test]
async fn a_login_shows_a_password_or_a_code_and_a_code_goes_with_a_phone() {
    let app = TestApp::start().await;
    for (body, field, code) in [
        (json!({"phone": PHONE}), "password", "required"),
        (
            json!({"phone": PHONE, "password": "x", "code": "123456"}),
            "code",
            "ambiguous",
        ),
        (
            json!({"username": "alice", "code": "123456"}),
            "code",
            "ambiguous",
        ),
        (json!({"phone": PHONE, "code": "12345"}), "code", "invalid"),
        (
            json!({"phone": "0151", "code": "123456"}),
            "phone",
            "invalid",
        ),
    ] {
        let refused = app.anonymous().post("/auth/login", body).await;
        assert_eq!(refused.problem(400), "validation_failed");
        let error = &refused.json()["errors"][0];
        assert_eq!(
            (&error["field"], &error["code"]),
            (&json!(field), &json!(code))
        );
    }
}

#[tokio::test]
async fn a_suspended_person_with_the_right_code_is_told_so_and_does_not_come_in() {
    let app = TestApp::start().await;
    let typed = code(&app, PHONE).await;
    verify(&app, PHONE, &typed).await.data(200);
    sqlx::query("update users set suspended_at = now(), suspended_why = 'spam'")
        .execute(app.platform.db.pool())
        .await
        .unwrap();
    app.clock.advance(MINUTE);
    let next = code(&app, PHONE).await;
    let wrong = verify(&app, PHONE, &other_than(&next)).await;
    assert_eq!(wrong.problem(401), "code_wrong");
    let suspended = verify(&app, PHONE, &next).await;
    assert_eq!(suspended.problem(403), "account_suspended");
}

#[tokio::test]
async fn a_text_sent_twice_holds_the_same_code_and_none_is_sent_once_it_is_worth_nothing() {
    let app = TestApp::start().await;
    let again = async |id: CodeId| {
        app.enqueue(SendCodeText { code_id: id }).await;
        app.drain().await;
    };
    send(&app.anonymous(), PHONE).await.data(202);
    let id = app.enqueued::<SendCodeText>().await[0].code_id;
    again(id).await;
    let texts = app.texts();
    assert_eq!(texts.len(), 2);
    assert_eq!(texts[0], texts[1]);

    let typed = &texts[0].lines().nth(2).unwrap()[..6];
    verify(&app, PHONE, typed).await.data(200);
    again(id).await;
    assert_eq!(app.texts().len(), 2, "it was used");
    app.clock.advance(MINUTE);
    send(&app.anonymous(), PHONE).await.data(202);
    let next = app.enqueued::<SendCodeText>().await[0].code_id;
    app.clock.advance(5 * MINUTE);
    again(next).await;
    assert_eq!(app.texts().len(), 2, "it had expired");
}

#[tokio::test]
async fn a_code_sent_before_a_new_key_came_first_is_good_after_it() {
    let app = TestApp::start().await;
    let typed = code(&app, PHONE).await;
    let new_key = "new:fedcba9876543210fedcba9876543210";
    let keys = format!("{new_key},{}", app.settings["AUTH_KEYS"]);
    let settings: Vec<(&str, &str)> = ["DATABASE_URL", "REDIS_PREFIX", "MAIL_DIR"]
        .iter()
        .map(|name| (*name, app.settings[*name].as_str()))
        .chain([("AUTH_KEYS", keys.as_str())])
        .collect();
    let rotated = TestApp::with(&settings).await.leaving_jobs();
    verify(&rotated, PHONE, &typed).await.data(200);
}

#[tokio::test]
async fn codes_and_counts_past_their_time_are_purged_and_those_that_still_count_are_kept() {
    let app = TestApp::start().await;
    code(&app, PHONE).await;
    let left = async || {
        app.enqueue(PurgeExpiredTokens {}).await;
        app.drain().await;
        (
            app.count("select count(*) from phone_codes").await,
            app.count("select count(*) from code_quotas").await,
        )
    };
    assert_eq!(left().await, (1, 3));
    app.clock.advance(5 * MINUTE);
    assert_eq!(left().await, (0, 3));
    app.clock.advance(24 * HOUR);
    assert_eq!(left().await, (0, 0));
    assert_eq!(left().await, (0, 0));
}

#[tokio::test]
async fn texts_that_were_not_sent_stand_among_the_mails_of_the_console() {
    let app = TestApp::start().await;
    app.register("alice").await.data(201);
    let typed = code(&app, PHONE).await;
    let admin = app.admin().await;
    let kept = admin.get("/admin/mails").await.data(200);
    let sources: Vec<&str> = kept["mails"]
        .as_array()
        .unwrap()
        .iter()
        .map(|mail| mail["source"].as_str().unwrap())
        .collect();
    assert_eq!(sources.len(), 2);
    assert!(
        sources.iter().any(|source| source.contains(&typed)),
        "{sources:?}"
    );
}
