//! Mails about notifications, by a mail server of our own.

use std::time::Duration;

use serde_json::json;

use super::providers::{HANGS_UP, SAYS_NOTHING, Smtp};
use super::{is_proved, later, outcome, standing, tells, wants};
use crate::harness::{Somebody, TestApp};

const JOB: &str = "delivery.send_notification_mail";

async fn start(answers: &[&'static str]) -> (TestApp, Smtp, [Somebody; 2]) {
    let smtp = Smtp::start(answers).await;
    let app = TestApp::with(&[
        ("SMTP_URL", &smtp.url()),
        ("SEND_TIMEOUT", "2s"),
        ("APP_URL", "https://campus.example/"),
        ("PUBLIC_URL", "https://api.campus.example"),
    ])
    .await;
    let people = app.given(["alice", "ben"]).await;
    is_proved(&app, &people[0]).await;
    wants(&people[0], json!({"types": {"follow": {"email": true}}})).await;
    (app, smtp, people)
}

#[tokio::test]
async fn a_mail_says_it_in_two_ways_leads_to_the_application_and_is_ended_by_one_click() {
    let (app, smtp, [alice, ben]) = start(&[]).await;
    tells(&app, &alice, "follow", None, &[&ben]).await;
    let mail = smtp.mails.lock().unwrap().remove(0);
    let (head, body) = mail.split_once("\r\n\r\n").unwrap();
    let line = head
        .lines()
        .find(|line| line.starts_with("List-Unsubscribe:"));
    let link = line.unwrap().trim_start_matches("List-Unsubscribe: ");
    let start = "<https://api.campus.example/api/v1/unsubscribe?token=follow.";
    assert!(link.starts_with(start) && link.ends_with('>'), "{head}");
    assert!(
        head.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"),
        "{head}"
    );
    assert!(head.contains("Subject: ben follows you"), "{head}");
    let body = body.replace("=\r\n", "").replace("=3D", "=");
    for part in [
        "text/plain",
        "text/html",
        "https://campus.example\"",
        &link[1..link.len() - 1],
    ] {
        assert!(body.contains(part), "{part}: {body}");
    }
}

#[tokio::test]
async fn a_mail_server_that_is_busy_or_hangs_up_is_asked_again_with_the_same_mail() {
    let (app, smtp, [alice, ben]) = start(&["451 later", HANGS_UP, "421 closing"]).await;
    tells(&app, &alice, "follow", None, &[&ben]).await;
    for attempt in 1..=3 {
        let (state, counted, error) = standing(&app, JOB).await;
        assert_eq!((state.as_str(), counted), ("scheduled", attempt), "{error}");
        later(&app, Duration::from_secs(600)).await;
    }
    assert_eq!(
        (smtp.taken(), outcome(&app, JOB).await.as_str()),
        (1, "done")
    );
    app.replay().await;
    app.drain().await;
    assert_eq!(smtp.taken(), 1);
}

#[tokio::test]
async fn a_mail_server_that_says_nothing_is_not_waited_for_and_asked_again() {
    let (app, smtp, [alice, ben]) = start(&[SAYS_NOTHING]).await;
    tells(&app, &alice, "follow", None, &[&ben]).await;
    let (state, attempt, error) = standing(&app, JOB).await;
    assert_eq!((state.as_str(), attempt, smtp.taken()), ("scheduled", 1, 0));
    assert!(error.contains("the mail was not delivered"), "{error}");
    later(&app, Duration::from_secs(600)).await;
    assert_eq!(
        (smtp.taken(), outcome(&app, JOB).await.as_str()),
        (1, "done")
    );
}

#[tokio::test]
async fn what_a_mail_server_says_too_late_is_not_taken_for_its_answer_to_the_next_mail() {
    let (app, smtp, [alice, ben]) = start(&[SAYS_NOTHING, "550 no such mailbox"]).await;
    tells(&app, &alice, "follow", None, &[&ben]).await;
    assert_eq!(standing(&app, JOB).await.0, "scheduled");
    smtp.speaks();
    later(&app, Duration::from_secs(600)).await;
    let (state, attempt, error) = standing(&app, JOB).await;
    assert_eq!((state.as_str(), attempt), ("dead", 2), "{error}");
}

#[tokio::test]
async fn a_mail_that_is_refused_for_good_is_not_tried_again() {
    let (app, smtp, [alice, ben]) = start(&["550 no such mailbox"]).await;
    tells(&app, &alice, "follow", None, &[&ben]).await;
    let (state, attempt, error) = standing(&app, JOB).await;
    assert_eq!(
        (state.as_str(), attempt, smtp.taken()),
        ("dead", 1, 0),
        "{error}"
    );
}

#[tokio::test]
async fn a_mail_server_that_is_not_there_is_asked_again() {
    let app = TestApp::with(&[("SMTP_URL", "smtp://127.0.0.1:1")]).await;
    let [alice, ben] = app.given(["alice", "ben"]).await;
    is_proved(&app, &alice).await;
    wants(&alice, json!({"types": {"follow": {"email": true}}})).await;
    tells(&app, &alice, "follow", None, &[&ben]).await;
    assert_eq!(standing(&app, JOB).await.0, "scheduled");
}

#[tokio::test]
async fn what_is_read_while_the_server_is_away_is_not_sent_any_more() {
    let (app, smtp, [alice, ben]) = start(&["451 later"]).await;
    tells(&app, &alice, "follow", None, &[&ben]).await;
    app.run("update notifications set read_at = now()").await;
    later(&app, Duration::from_secs(600)).await;
    assert_eq!(
        (smtp.taken(), outcome(&app, JOB).await.as_str()),
        (0, "discarded")
    );
}
