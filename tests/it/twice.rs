//! Every job there is, run twice: the second run does no harm.

use std::collections::BTreeSet;

use domain::UserId;
use domain::graph::jobs::{AcceptRequests, PurgeMutes, RefreshPopular};
use domain::housekeeping::jobs::{KeepJobTables, PurgeDeadJobs};
use domain::idempotency::jobs::PurgeIdempotencyKeys;
use domain::identity::jobs::{
    PurgeExpiredTokens, ResealSecrets, SendAccessChangedMail, SendAddressKnownMail,
    SendSecondFactorMail,
};
use domain::identity::{AccessChange, Notice};
use domain::lifecycle::jobs::{PurgeDue, PurgeExports};
use domain::media::MediaKind;
use domain::office::jobs::LiftSuspension;
use domain::people::jobs::ForgetCopies;
use domain::wire::WireText;
use uuid::Uuid;

use serde_json::{Value, json};

use crate::harness::{PASSWORD, TestApp};
use crate::processing::samples;

#[tokio::test]
async fn every_job_is_harmless_when_it_runs_twice() {
    let app = TestApp::start().await;
    every_job(&app).await;
    app.drain().await;
    let names: Vec<String> = sqlx::query_scalar(
        "select distinct name from finished_jobs where outcome = 'done' order by name",
    )
    .fetch_all(app.platform.db.pool())
    .await
    .unwrap();
    assert_eq!(names, workers::registry().names(), "a new job belongs here");
    let before = world(&app).await;

    let (sent, links_sent) = (app.mails().len(), links(&app));

    assert!(app.replay().await >= names.len() as u64);
    app.drain().await;
    assert_eq!(app.count("select count(*) from jobs").await, 0);
    assert_eq!(world(&app).await, before);
    assert!(app.mails().len() > sent);
    assert_eq!(
        links(&app),
        links_sent,
        "a mail sent twice holds the same link"
    );
    let texts: BTreeSet<String> = app.texts().into_iter().collect();
    assert_eq!(
        (app.texts().len(), texts.len()),
        (2, 1),
        "a text sent twice holds the same code"
    );
}

/// Enqueues every job there is, by what people do and by itself.
async fn every_job(app: &TestApp) {
    coming_in(app).await;
    leaving(app).await;
    let [alf] = app.given(["alf"]).await;
    app.given_file(&alf, MediaKind::Image, "image/png", samples::png(300, 200))
        .await;
    app.enqueue(AcceptRequests {
        user_id: UserId(Uuid::from_u128(7)),
    })
    .await;
    app.enqueue(PurgeMutes {}).await;
    app.enqueue(RefreshPopular {}).await;
    app.enqueue(PurgeExports {}).await;
    app.enqueue(KeepJobTables {}).await;
    app.enqueue(PurgeDeadJobs {}).await;
    app.enqueue(PurgeIdempotencyKeys {}).await;
    app.enqueue(PurgeExpiredTokens {}).await;
    app.enqueue(LiftSuspension {
        user_id: UserId(Uuid::from_u128(7)),
    })
    .await;
    app.enqueue(ForgetCopies {
        keys: vec!["user:7".to_owned()],
    })
    .await;
}

/// Somebody who registers, forgets their password, moves to another address, and has a second factor.
async fn coming_in(app: &TestApp) {
    let phone = serde_json::json!({"phone": "+4915123456789"});
    app.anonymous()
        .post("/auth/otp/send", phone)
        .await
        .data(202);
    let told = app.admin().await.get("/users/me").await.data(200);
    app.enqueue(SendSecondFactorMail {
        user_id: UserId(told["id"].as_str().unwrap().parse().unwrap()),
        notice: Notice::On,
        at: app.clock.now(),
    })
    .await;
    app.enqueue(ResealSecrets {}).await;
    let alice = app.register("alice").await.data(201);
    let user_id = UserId::read(alice["id"].as_str().unwrap()).unwrap();
    let anonymous = app.anonymous();
    let forgotten = json!({"email": "alice@example.com"});
    let forgotten = anonymous.post("/auth/forgot-password", forgotten).await;
    forgotten.data(202);
    let alice = app.anonymous().bearer(alice["token"].as_str().unwrap());
    let email = json!({"email": "new@example.com", "password": "Correct-horse-7"});
    alice.put("/auth/email", email).await.data(202);
    let change = AccessChange::Linked;
    app.enqueue(SendAccessChangedMail { user_id, change }).await;
    app.enqueue(SendAddressKnownMail { user_id }).await;
}

/// Somebody who takes their data along, somebody who is about to leave, somebody who is back, and somebody who is gone.
async fn leaving(app: &TestApp) {
    let carol = app.person("carol").await;
    let proved = "update users set email_verified_at = created_at where username = 'carol'";
    app.run(proved).await;
    carol.post("/users/me/export", Value::Null).await.data(202);
    for name in ["dora", "erin", "frank"] {
        let leaving = app.person(name).await;
        let said = json!({"password": PASSWORD});
        leaving.delete_saying("/users/me", said).await.data(202);
        app.drain().await;
    }
    let back = json!({"username": "erin", "password": PASSWORD});
    app.anonymous().post("/auth/login", back).await.data(200);
    app.run("update users set delete_at = created_at where username = 'frank'")
        .await;
    app.enqueue(PurgeDue {}).await;
}

/// What the jobs could have changed.
async fn world(app: &TestApp) -> [i64; 9] {
    [
        app.count("select count(*) from data_exports where state = 'ready'")
            .await,
        app.count("select count(*) from users where deleted_at is not null")
            .await,
        app.count("select count(*) from users where delete_at is not null")
            .await,
        app.count("select count(*) from password_resets").await,
        app.count("select count(*) from users").await,
        app.count("select count(*) from sessions").await,
        app.count("select count(*) from email_verifications").await,
        app.count("select count(*) from phone_codes where used_at is null")
            .await,
        app.count("select count(*) from pg_inherits where inhparent = 'finished_jobs'::regclass")
            .await,
    ]
}

fn links(app: &TestApp) -> BTreeSet<String> {
    app.mails().iter().filter_map(|mail| link(mail)).collect()
}

fn link(mail: &str) -> Option<String> {
    let unfolded = mail.replace("=\r\n", "");
    let start = ["?token=", "/files/"]
        .iter()
        .find_map(|path| unfolded.find(path))?;
    let link = unfolded[start..]
        .split(|c: char| c.is_whitespace() || c == '"')
        .next()?;
    Some(link.to_owned())
}
