//! Every job there is, run twice: the second run does no harm.

use std::collections::BTreeSet;

use domain::UserId;
use domain::graph::jobs::{AcceptRequests, PurgeMutes, RefreshPopular};
use domain::housekeeping::jobs::{KeepJobTables, PurgeDeadJobs};
use domain::idempotency::jobs::PurgeIdempotencyKeys;
use domain::identity::Notice;
use domain::identity::jobs::{PurgeExpiredTokens, ResealSecrets, SendSecondFactorMail};
use domain::office::jobs::LiftSuspension;
use domain::people::jobs::ForgetCopies;

use uuid::Uuid;

use crate::harness::TestApp;

#[tokio::test]
async fn every_job_is_harmless_when_it_runs_twice() {
    let app = TestApp::start().await;
    app.register("alice").await.data(201);
    let phone = serde_json::json!({"phone": "+4915123456789"});
    app.anonymous()
        .post("/auth/otp/send", phone)
        .await
        .data(202);
    app.enqueue(AcceptRequests {
        user_id: UserId(Uuid::from_u128(7)),
    })
    .await;
    app.enqueue(PurgeMutes {}).await;
    app.enqueue(RefreshPopular {}).await;
    let told = app.admin().await.get("/users/me").await.data(200);
    app.enqueue(SendSecondFactorMail {
        user_id: UserId(told["id"].as_str().unwrap().parse().unwrap()),
        notice: Notice::On,
        at: app.clock.now(),
    })
    .await;
    app.enqueue(ResealSecrets {}).await;
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
    app.drain().await;
    let names: Vec<String> =
        sqlx::query_scalar("select name from finished_jobs where outcome = 'done' order by name")
            .fetch_all(app.platform.db.pool())
            .await
            .unwrap();
    assert_eq!(names, workers::registry().names(), "a new job belongs here");
    let before = world(&app).await;

    assert_eq!(app.replay().await, names.len() as u64);
    app.drain().await;
    assert_eq!(app.count("select count(*) from jobs").await, 0);
    assert_eq!(world(&app).await, before);
    let links: BTreeSet<String> = app.mails().iter().filter_map(|mail| link(mail)).collect();
    assert_eq!(
        (app.mails().len(), links.len()),
        (4, 1),
        "a mail sent twice holds the same link"
    );
    let texts: BTreeSet<String> = app.texts().into_iter().collect();
    assert_eq!(
        (app.texts().len(), texts.len()),
        (2, 1),
        "a text sent twice holds the same code"
    );
}

/// What the jobs could have changed.
async fn world(app: &TestApp) -> [i64; 5] {
    [
        app.count("select count(*) from users").await,
        app.count("select count(*) from sessions").await,
        app.count("select count(*) from email_verifications").await,
        app.count("select count(*) from phone_codes where used_at is null")
            .await,
        app.count("select count(*) from pg_inherits where inhparent = 'finished_jobs'::regclass")
            .await,
    ]
}

fn link(mail: &str) -> Option<String> {
    let unfolded = mail.replace("=\r\n", "");
    let start = unfolded.find("verify-email?token=")?;
    let link = unfolded[start..]
        .split(|c: char| c.is_whitespace() || c == '"')
        .next()?;
    Some(link.to_owned())
}
