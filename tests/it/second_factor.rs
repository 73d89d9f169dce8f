//! A second thing to show on the way in: codes of an authenticator, and codes on paper for when it is lost.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::identity::jobs::{PurgeExpiredTokens, ResealSecrets};
use poem::http::Method;
use serde_json::{Value, json};

use crate::harness::{Authenticator, PASSWORD, Reply, TestApp, owner, sheet, start, verify};

const STEP: Duration = Duration::from_secs(30);
const MINUTE: Duration = Duration::from_secs(60);

async fn set(app: &TestApp, statement: &'static str) {
    sqlx::query(statement)
        .execute(app.platform.db.pool())
        .await
        .unwrap();
}

fn statuses(replies: &[&Reply]) -> Vec<u16> {
    let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status.as_u16()).collect();
    statuses.sort_unstable();
    statuses
}

async fn sessions(app: &TestApp) -> i64 {
    app.count("select count(*) from sessions").await
}

#[tokio::test]
async fn with_a_second_factor_signing_in_takes_a_code_and_a_mail_tells_of_it() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    app.prove_addresses().await;
    app.drain().await;
    let before = alice.get("/auth/two-factor").await.data(200);
    assert_eq!(before, json!({"enabled": false, "recovery_codes_left": 0}));

    let started = start(&alice).await;
    let secret = started["secret"].as_str().unwrap();
    assert_eq!(secret.len(), 32);
    assert_eq!(
        started["otpauth_url"],
        format!(
            "otpauth://totp/Commons:alice?secret={secret}&issuer=Commons&algorithm=SHA1&digits=6&period=30"
        )
    );
    let body = json!({"username": "alice", "password": PASSWORD});
    app.anonymous()
        .post("/auth/login", body.clone())
        .await
        .data(200);

    let authenticator = Authenticator::with(secret, &app.clock);
    let code = json!({"code": authenticator.code()});
    let confirmed = alice.post("/auth/two-factor/confirm", code).await.data(200);
    let codes: BTreeSet<String> = sheet(&confirmed).into_iter().collect();
    assert_eq!(codes.len(), 10);
    let after = alice.get("/auth/two-factor").await.data(200);
    assert_eq!(
        (&after["enabled"], &after["recovery_codes_left"]),
        (&json!(true), &json!(10))
    );
    app.clock.advance(STEP);
    let asked = app.anonymous().post("/auth/login", body).await.data(202);
    assert_eq!(asked["expires_in"], 300);
    let challenge = asked["challenge"].as_str().unwrap();
    let entered = verify(&app, challenge, "code", &authenticator.code())
        .await
        .data(200);
    let token = entered["token"].as_str().unwrap();
    let me = app
        .anonymous()
        .bearer(token)
        .get("/users/me")
        .await
        .data(200);
    assert_eq!(me["username"], "alice");
    alice.get("/users/me").await.data(200);

    app.drain().await;
    let mails = app.mails();
    assert!(
        mails
            .last()
            .unwrap()
            .contains("Subject: Two-factor sign-in is on")
    );
    assert!(!mails.join("").contains(secret));
}

#[tokio::test]
async fn the_secret_is_nowhere_kept_in_the_clear_and_recovery_codes_are_hashes() {
    let app = TestApp::start().await.leaving_jobs();
    let alice = app.person("alice").await;
    let started = start(&alice).await;
    let secret = started["secret"].as_str().unwrap().to_owned();
    let authenticator = Authenticator::with(&secret, &app.clock);
    let code = json!({"code": authenticator.code()});
    let codes = sheet(&alice.post("/auth/two-factor/confirm", code).await.data(200));
    let kept: String = sqlx::query_scalar(
        "select encode(secret, 'hex') || (select string_agg(encode(hash, 'hex'), ' ') from recovery_codes)
         from second_factors",
    )
    .fetch_one(app.platform.db.pool())
    .await
    .unwrap();
    let hex = |text: &str| {
        text.bytes()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    assert!(!kept.contains(&authenticator.hex()) && !kept.contains(&hex(&secret)));
    let plain = codes[0].replace('-', "");
    assert!(!kept.contains(&hex(&plain)) && !kept.contains(&hex(&plain.to_uppercase())));
}

#[tokio::test]
async fn it_is_set_up_with_the_password_and_counts_once_a_code_has_confirmed_it() {
    let app = TestApp::start().await.leaving_jobs();
    let alice = app.person("alice").await;
    for (body, code) in [
        (json!({}), "required"),
        (json!({"password": "wrong"}), "wrong"),
    ] {
        let refused = alice.post("/auth/two-factor", body).await;
        assert_eq!(refused.problem(400), "validation_failed");
        assert_eq!(refused.json()["errors"][0]["field"], "password");
        assert_eq!(refused.json()["errors"][0]["code"], code);
    }
    let confirm = async |code: String| {
        let body = json!({"code": code});
        alice.post("/auth/two-factor/confirm", body).await
    };
    assert_eq!(
        confirm("000000".to_owned()).await.problem(409),
        "two_factor_off"
    );
    let clock = &app.clock;
    let first = Authenticator::with(start(&alice).await["secret"].as_str().unwrap(), clock);
    let second = Authenticator::with(start(&alice).await["secret"].as_str().unwrap(), clock);
    let replaced = confirm(first.code()).await;
    assert_eq!(replaced.json()["errors"][0]["code"], "second_factor_wrong");
    let (one, other) = tokio::join!(confirm(second.code()), confirm(second.code()));
    assert_eq!(statuses(&[&one, &other]), [200, 409]);
    assert_eq!(app.count("select count(*) from recovery_codes").await, 10);
    let again = alice
        .post("/auth/two-factor", json!({"password": PASSWORD}))
        .await;
    assert_eq!(again.problem(409), "two_factor_on");
}

#[tokio::test]
async fn guessing_the_password_of_an_open_session_is_stopped() {
    let app = TestApp::with(&[("GUESSES_PER_ACCOUNT", "3")])
        .await
        .leaving_jobs();
    let alice = app.person("alice").await;
    for _ in 0..3 {
        let guess = alice
            .post("/auth/two-factor", json!({"password": "x"}))
            .await;
        assert_eq!(guess.problem(400), "validation_failed");
    }
    let right = alice
        .post("/auth/two-factor", json!({"password": PASSWORD}))
        .await;
    assert_eq!(right.problem(429), "rate_limited");
}

#[tokio::test]
async fn a_code_is_good_once_also_for_two_at_once() {
    let app = TestApp::start().await.leaving_jobs();
    let alice = owner(&app, "alice").await;
    let (first, second) = (alice.challenge(&app).await, alice.challenge(&app).await);
    let before = sessions(&app).await;
    let code = alice.authenticator.code();
    let (one, other) = tokio::join!(
        verify(&app, &first, "code", &code),
        verify(&app, &second, "code", &code)
    );
    assert_eq!(statuses(&[&one, &other]), [200, 401]);
    let loser = if one.status == 401 { one } else { other };
    assert_eq!(loser.problem(401), "second_factor_wrong");
    assert_eq!(sessions(&app).await, before + 1);
    let third = alice.challenge(&app).await;
    let late = verify(&app, &third, "code", &code).await;
    assert_eq!(late.problem(401), "second_factor_wrong");
    app.clock.advance(STEP);
    verify(&app, &third, "code", &alice.authenticator.code())
        .await
        .data(200);
}

#[tokio::test]
async fn a_challenge_is_good_once_for_a_few_minutes_and_for_nothing_else() {
    let app = TestApp::start().await.leaving_jobs();
    let alice = owner(&app, "alice").await;
    let challenge = alice.challenge(&app).await;
    let as_token = app.anonymous().bearer(&challenge).get("/users/me").await;
    assert_eq!(as_token.problem(401), "token_malformed");
    let as_refresh = json!({"refresh_token": challenge});
    let as_refresh = app.anonymous().post("/auth/refresh", as_refresh).await;
    assert_eq!(as_refresh.problem(401), "refresh_invalid");
    let as_link = json!({"token": challenge});
    let as_link = app.anonymous().post("/auth/verify-email", as_link).await;
    assert_eq!(as_link.json()["errors"][0]["code"], "token_invalid");

    let before = sessions(&app).await;
    let code = alice.authenticator.code();
    let (one, other) = tokio::join!(
        verify(&app, &challenge, "code", &code),
        verify(&app, &challenge, "recovery_code", &alice.sheet[0])
    );
    assert_eq!(statuses(&[&one, &other]), [200, 401]);
    let loser = if one.status == 401 { one } else { other };
    assert_eq!(loser.problem(401), "challenge_over");
    assert_eq!(sessions(&app).await, before + 1);

    app.clock.advance(STEP);
    let code = alice.authenticator.code();
    let mut forged = alice.challenge(&app).await;
    forged.replace_range(..4, "AAAA");
    for bad in [challenge.as_str(), forged.as_str(), "nonsense"] {
        let refused = verify(&app, bad, "code", &code).await;
        assert_eq!(refused.problem(401), "challenge_over");
    }
    let late = alice.challenge(&app).await;
    app.clock.advance(5 * MINUTE);
    let refused = verify(&app, &late, "code", &alice.authenticator.code()).await;
    assert_eq!(refused.problem(401), "challenge_over");
    for body in [
        json!({"challenge": late}),
        json!({"challenge": late, "code": "000000", "recovery_code": alice.sheet[1]}),
    ] {
        let refused = app.anonymous().post("/auth/two-factor/verify", body).await;
        assert_eq!(refused.problem(400), "validation_failed");
    }
}

#[tokio::test]
async fn a_challenge_of_one_person_takes_no_code_of_another() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, bob) = (owner(&app, "alice").await, owner(&app, "bob").await);
    let challenge = alice.challenge(&app).await;
    let foreign = verify(&app, &challenge, "code", &bob.authenticator.code()).await;
    assert_eq!(foreign.problem(401), "second_factor_wrong");
    let foreign = verify(&app, &challenge, "recovery_code", &bob.sheet[0]).await;
    assert_eq!(foreign.problem(401), "second_factor_wrong");
    assert_eq!(bob.left().await, 10);
}

#[tokio::test]
async fn five_wrong_codes_end_the_challenge_and_stop_the_person_until_five_minutes_are_over() {
    let app = TestApp::start().await.leaving_jobs();
    let alice = owner(&app, "alice").await;
    let (first, second) = (alice.challenge(&app).await, alice.challenge(&app).await);
    let before = sessions(&app).await;
    let wrong = alice.authenticator.wrong();
    for _ in 0..5 {
        let refused = verify(&app, &first, "code", &wrong).await;
        assert_eq!(refused.problem(401), "second_factor_wrong");
    }
    let right = alice.authenticator.code();
    let over = verify(&app, &first, "code", &right).await;
    assert_eq!(over.problem(401), "challenge_over");
    for (field, code) in [("code", &right), ("recovery_code", &alice.sheet[0])] {
        let stopped = verify(&app, &second, field, code).await;
        assert_eq!(stopped.problem(429), "rate_limited");
        assert_eq!(stopped.header("retry-after"), "300");
    }
    let body = json!({"code": right});
    let stopped = alice
        .client
        .post("/auth/two-factor/recovery-codes", body)
        .await;
    assert_eq!(stopped.problem(429), "rate_limited");
    assert_eq!(sessions(&app).await, before);

    app.clock.advance(5 * MINUTE);
    let third = alice.challenge(&app).await;
    let refused = verify(&app, &third, "code", &alice.authenticator.wrong()).await;
    assert_eq!(refused.problem(401), "second_factor_wrong");
    verify(&app, &third, "code", &alice.authenticator.code())
        .await
        .data(200);
}

#[tokio::test]
async fn a_person_is_told_of_guesses_once_a_day() {
    let app = TestApp::start().await;
    let alice = owner(&app, "alice").await;
    app.prove_addresses().await;
    let told = || async {
        app.drain().await;
        let mails = app.mails().into_iter();
        mails
            .filter(|mail| mail.contains("Somebody guesses"))
            .count()
    };
    let guess = async |times: usize| {
        let challenge = alice.challenge(&app).await;
        for _ in 0..times {
            verify(&app, &challenge, "code", &alice.authenticator.wrong()).await;
        }
        app.clock.advance(5 * MINUTE);
    };
    guess(4).await;
    assert_eq!(told().await, 0);
    guess(5).await;
    guess(5).await;
    assert_eq!(told().await, 1);
    app.clock.advance(24 * 60 * MINUTE);
    guess(5).await;
    assert_eq!(told().await, 2);
}

#[tokio::test]
async fn many_guesses_at_once_are_counted_one_by_one() {
    let app = TestApp::start().await.leaving_jobs();
    let alice = owner(&app, "alice").await;
    let challenge = alice.challenge(&app).await;
    let wrong = alice.authenticator.wrong();
    let three = async || {
        let guess = || verify(&app, &challenge, "code", &wrong);
        let (one, two, three) = tokio::join!(guess(), guess(), guess());
        [one, two, three].map(|reply| reply.json()["code"] == "second_factor_wrong")
    };
    let (one, two, three) = tokio::join!(three(), three(), three());
    let looked_at = [one, two, three].concat().into_iter().filter(|was| *was);
    assert_eq!(looked_at.count(), 5);
}

#[tokio::test]
async fn turning_it_off_takes_the_password_and_a_code_and_signing_in_is_plain_again() {
    let app = TestApp::start().await.leaving_jobs();
    let alice = owner(&app, "alice").await;
    let open = alice.challenge(&app).await;
    let turn_off = async |body: Value| {
        let body = Some(("application/json", body.to_string().into_bytes()));
        alice
            .client
            .send(Method::DELETE, "/auth/two-factor", body)
            .await
    };
    let code = alice.authenticator.code();
    for (body, field) in [
        (json!({"password": PASSWORD}), "code"),
        (json!({"code": code}), "password"),
        (json!({"code": code, "password": "wrong"}), "password"),
        (
            json!({"code": alice.authenticator.wrong(), "password": PASSWORD}),
            "code",
        ),
    ] {
        let refused = turn_off(body).await;
        assert_eq!(refused.problem(400), "validation_failed");
        assert_eq!(refused.json()["errors"][0]["field"], field);
    }
    alice.challenge(&app).await;
    turn_off(json!({"recovery_code": alice.sheet[3], "password": PASSWORD}))
        .await
        .data(200);
    let over = verify(&app, &open, "recovery_code", &alice.sheet[4]).await;
    assert_eq!(over.problem(401), "challenge_over");
    alice.sign_in(&app).await.data(200);
    let shown = alice.client.get("/auth/two-factor").await.data(200);
    assert_eq!(shown, json!({"enabled": false, "recovery_codes_left": 0}));
    let again = turn_off(json!({"code": code, "password": PASSWORD})).await;
    assert_eq!(again.problem(409), "two_factor_off");
}

#[tokio::test]
async fn who_may_not_come_in_does_not_with_the_right_code_either() {
    let app = TestApp::start().await.leaving_jobs();
    let alice = owner(&app, "alice").await;
    let challenge = alice.challenge(&app).await;
    let before = sessions(&app).await;
    set(
        &app,
        "update users set suspended_at = now(), suspended_why = 'test'",
    )
    .await;
    let code = alice.authenticator.code();
    let refused = verify(&app, &challenge, "code", &code).await;
    assert_eq!(refused.problem(403), "account_suspended");
    set(
        &app,
        "update users set suspended_at = null, suspended_why = null, deleted_at = now()",
    )
    .await;
    let refused = verify(&app, &challenge, "code", &code).await;
    assert_eq!(refused.problem(401), "credentials_wrong");
    assert_eq!(sessions(&app).await, before);
}

#[tokio::test]
async fn ending_all_sessions_ends_what_was_begun_too() {
    let app = TestApp::start().await.leaving_jobs();
    let alice = owner(&app, "alice").await;
    let challenge = alice.challenge(&app).await;
    alice.client.delete("/auth/sessions").await.data(200);
    let refused = verify(&app, &challenge, "code", &alice.authenticator.code()).await;
    assert_eq!(refused.problem(401), "challenge_over");
}

#[tokio::test]
async fn an_authenticator_outlives_the_key_its_secret_was_sealed_with() {
    const OLD: &str = "old:0123456789abcdef0123456789abcdef";
    const NEW: &str = "new:fedcba9876543210fedcba9876543210";
    let app = TestApp::with(&[("AUTH_KEYS", OLD)]).await;
    let alice = owner(&app, "alice").await;
    app.drain().await;
    let only_new = app.beside(&[("AUTH_KEYS", NEW)]);
    let challenge = alice.challenge(&only_new).await;
    let lost = verify(&only_new, &challenge, "code", &alice.authenticator.code()).await;
    assert_eq!(lost.problem(500), "internal");

    let both = app.beside(&[("AUTH_KEYS", &format!("{NEW},{OLD}"))]);
    let challenge = alice.challenge(&both).await;
    verify(&both, &challenge, "code", &alice.authenticator.code())
        .await
        .data(200);
    for _ in 0..2 {
        both.enqueue(ResealSecrets {}).await;
        both.drain().await;
    }
    app.clock.advance(STEP);
    let challenge = alice.challenge(&only_new).await;
    verify(&only_new, &challenge, "code", &alice.authenticator.code())
        .await
        .data(200);
}

#[tokio::test]
async fn challenges_past_their_time_are_purged() {
    let app = TestApp::start().await;
    let alice = owner(&app, "alice").await;
    alice.challenge(&app).await;
    app.clock.advance(5 * MINUTE);
    alice.challenge(&app).await;
    for _ in 0..2 {
        app.enqueue(PurgeExpiredTokens {}).await;
        app.drain().await;
        let left = app
            .count("select count(*) from second_factor_challenges")
            .await;
        assert_eq!(left, 1);
    }
}
