//! Pushes by FCM, against an FCM of our own.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::providers::{Answer, Fcm, fault};
use super::{A_MOMENT, happened, has_device, later, outcome, standing, tells, told};
use crate::harness::{Somebody, TestApp};

const JOB: &str = "delivery.send_push";

async fn start(answers: &[Answer]) -> (TestApp, Arc<Fcm>, [Somebody; 2]) {
    let fcm = Fcm::start(answers).await;
    let own = fcm.settings();
    let mut settings: Vec<(&str, &str)> = own
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    settings.push(("SEND_TIMEOUT", "2s"));
    let app = TestApp::with(&settings).await;
    let people = app.given(["alice", "ben"]).await;
    has_device(&people[0], "dead-phone").await;
    (app, fcm, people)
}

async fn devices(app: &TestApp) -> i64 {
    app.count("select count(*) from devices").await
}

#[tokio::test]
async fn a_push_goes_out_as_fcm_takes_it_and_one_token_serves_for_an_hour() {
    let (app, fcm, [alice, ben]) = start(&[]).await;
    let id = tells(&app, &alice, "follow", None, &[&ben]).await;
    let push = fcm.pushes.lock().unwrap()[0]["message"].clone();
    assert_eq!(push["token"], "dead-phone");
    assert_eq!(
        push["notification"],
        json!({"title": "ben", "body": "follows you"})
    );
    assert_eq!(push["data"]["notification_id"], id.to_string());
    assert_eq!(push["apns"]["headers"]["apns-collapse-id"], id.to_string());
    assert!(app.pushes().is_empty(), "nothing is kept where FCM is");
    assert_eq!(outcome(&app, JOB).await, "done");

    tells(&app, &alice, "message", None, &[&ben]).await;
    assert_eq!((fcm.asked(), *fcm.grants.lock().unwrap()), (2, 1));
    later(&app, Duration::from_secs(3600)).await;
    tells(&app, &alice, "mention", None, &[&ben]).await;
    assert_eq!((fcm.asked(), *fcm.grants.lock().unwrap()), (3, 2));
    let bearers = fcm.bearers.lock().unwrap().clone();
    assert_eq!(
        bearers,
        ["Bearer access-1", "Bearer access-1", "Bearer access-2"]
    );
}

#[tokio::test]
async fn a_device_that_fcm_does_not_know_is_removed_and_nothing_is_sent_there_again() {
    let about_the_token = json!({"error": {"status": "INVALID_ARGUMENT", "details": [
        {"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": "INVALID_ARGUMENT"},
        {"@type": "type.googleapis.com/google.rpc.BadRequest",
         "fieldViolations": [{"field": "message.token", "description": "Invalid registration token"}]},
    ]}});
    for answer in [
        (404, None, fault("NOT_FOUND", "UNREGISTERED")),
        (403, None, fault("PERMISSION_DENIED", "SENDER_ID_MISMATCH")),
        (400, None, about_the_token),
    ] {
        let (app, fcm, [alice, ben]) = start(&[answer]).await;
        tells(&app, &alice, "follow", None, &[&ben]).await;
        assert_eq!(devices(&app).await, 0);
        assert_eq!(outcome(&app, JOB).await, "done");
        tells(&app, &alice, "message", None, &[&ben]).await;
        assert_eq!(fcm.asked(), 1);
    }
}

#[tokio::test]
async fn a_refusal_that_is_ours_to_mend_waits_for_an_operator_and_costs_nobody_their_device() {
    for answer in [
        (400, None, fault("INVALID_ARGUMENT", "INVALID_ARGUMENT")),
        (
            401,
            None,
            fault("UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR"),
        ),
        (403, None, json!({"error": {"status": "PERMISSION_DENIED"}})),
        (404, None, json!("what?")),
    ] {
        let (app, fcm, [alice, ben]) = start(&[answer]).await;
        tells(&app, &alice, "follow", None, &[&ben]).await;
        assert_eq!((fcm.asked(), devices(&app).await), (1, 1));
        let (state, attempt, error) = standing(&app, JOB).await;
        assert_eq!((state.as_str(), attempt), ("dead", 1), "{error}");
        assert!(!error.contains("dead-phone"), "{error} holds the token");
    }
}

#[tokio::test]
async fn a_token_that_google_took_back_is_fetched_anew_once() {
    let refused = || (401, None, fault("UNAUTHENTICATED", "UNAUTHENTICATED"));
    let (app, fcm, [alice, ben]) = start(&[refused()]).await;
    tells(&app, &alice, "follow", None, &[&ben]).await;
    assert_eq!(outcome(&app, JOB).await, "done");
    let bearers = fcm.bearers.lock().unwrap().clone();
    assert_eq!(bearers, ["Bearer access-1", "Bearer access-2"]);

    fcm.answers.lock().unwrap().extend([refused(), refused()]);
    tells(&app, &alice, "message", None, &[&ben]).await;
    let (state, _, error) = standing(&app, JOB).await;
    assert_eq!(state, "dead");
    assert!(error.contains("does not let us in"), "{error}");
}

#[tokio::test]
async fn an_fcm_that_is_busy_or_away_is_asked_again_when_it_says() {
    let busy = (
        429,
        Some("17"),
        fault("RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"),
    );
    let slower = (429, None, fault("RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"));
    let away = (503, None, json!({}));
    let broken = (500, None, json!({}));
    let (app, fcm, [alice, ben]) = start(&[busy, slower, away, broken]).await;
    tells(&app, &alice, "follow", None, &[&ben]).await;
    let wait = "select round(extract(epoch from due_at))::bigint from jobs where name = 'delivery.send_push'";
    let now = app.clock.now().timestamp();
    // The clock stands between two seconds.
    assert!((17..=18).contains(&(app.count(wait).await - now)));
    for (asked, least) in [(2, 17), (3, 60), (4, 300), (5, 300)] {
        // The wait began when the job was settled, a moment after it ran.
        later(&app, Duration::from_millis(least * 1_000 + 500)).await;
        assert_eq!(fcm.asked(), asked);
    }
    assert_eq!(outcome(&app, JOB).await, "done");
    assert_eq!(app.count("select count(*) from jobs").await, 0);
}

#[tokio::test]
async fn an_fcm_that_says_nothing_is_not_waited_for_and_asked_again() {
    let (app, fcm, [alice, ben]) = start(&[(0, None, json!({}))]).await;
    tells(&app, &alice, "follow", None, &[&ben]).await;
    let (state, _, error) = standing(&app, JOB).await;
    assert_eq!(state, "scheduled");
    assert!(error.contains("timeout"), "{error}");
    later(&app, Duration::from_secs(300)).await;
    assert_eq!(
        (fcm.asked(), outcome(&app, JOB).await.as_str()),
        (2, "done")
    );
}

#[tokio::test]
async fn where_no_token_is_handed_out_nothing_is_sent_and_the_reason_decides() {
    let (app, fcm, [alice, ben]) = start(&[]).await;
    fcm.grant_answers.lock().unwrap().extend([503, 400]);
    tells(&app, &alice, "follow", None, &[&ben]).await;
    assert_eq!(standing(&app, JOB).await.0, "scheduled");
    later(&app, Duration::from_secs(300)).await;
    let (state, _, error) = standing(&app, JOB).await;
    assert_eq!((state.as_str(), fcm.asked()), ("dead", 0), "{error}");
}

#[tokio::test]
async fn of_two_runs_at_once_one_sends_and_what_a_dead_worker_left_is_taken_up() {
    let (app, fcm, [alice, ben]) = start(&[]).await;
    let id = happened(&app, &alice, "follow", None, &[&ben]).await;
    told(&app, id).await;
    later(&app, A_MOMENT).await;
    assert_eq!(fcm.asked(), 1);
    // As if two workers had it, and another had died in the middle of it a minute ago.
    app.run("update deliveries set sent_at = null, begun_at = null")
        .await;
    app.replay().await;
    app.replay().await;
    app.drain().await;
    assert_eq!(fcm.asked(), 2);
    app.run("update deliveries set sent_at = null").await;
    app.replay().await;
    app.drain().await;
    assert_eq!(fcm.asked(), 2, "another run is at it");
    later(&app, Duration::from_secs(121)).await;
    assert_eq!(fcm.asked(), 3);
}

#[tokio::test]
async fn a_device_that_changed_hands_gets_nothing_of_who_had_it_before() {
    let (app, fcm, [alice, ben]) = start(&[(503, None, json!({}))]).await;
    tells(&app, &alice, "follow", None, &[&ben]).await;
    has_device(&ben, "dead-phone").await;
    later(&app, Duration::from_secs(300)).await;
    assert_eq!(
        (fcm.asked(), outcome(&app, JOB).await.as_str()),
        (1, "discarded")
    );
}
