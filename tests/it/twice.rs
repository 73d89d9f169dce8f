//! Every job there is, run twice: the second run does no harm.

use std::collections::BTreeSet;

use domain::housekeeping::jobs::{KeepJobTables, PurgeDeadJobs};
use domain::idempotency::jobs::PurgeIdempotencyKeys;
use domain::identity::jobs::PurgeExpiredTokens;
use domain::lifecycle::jobs::{PurgeDue, PurgeExports};
use domain::people::jobs::ForgetCopies;

use serde_json::{Value, json};

use crate::harness::{PASSWORD, TestApp};

#[tokio::test]
async fn every_job_is_harmless_when_it_runs_twice() {
    let app = TestApp::start().await;
    app.register("alice").await.data(201);
    leaving(&app).await;
    app.enqueue(PurgeExports {}).await;
    app.enqueue(KeepJobTables {}).await;
    app.enqueue(PurgeDeadJobs {}).await;
    app.enqueue(PurgeIdempotencyKeys {}).await;
    app.enqueue(PurgeExpiredTokens {}).await;
    app.enqueue(ForgetCopies {
        keys: vec!["user:7".to_owned()],
    })
    .await;
    app.drain().await;
    let names: Vec<String> = sqlx::query_scalar(
        "select distinct name from finished_jobs where outcome = 'done' order by name",
    )
    .fetch_all(app.platform.db.pool())
    .await
    .unwrap();
    assert_eq!(names, workers::registry().names(), "a new job belongs here");
    let (before, mails, told) = (world(&app).await, app.mails().len(), links(&app));

    app.replay().await;
    app.drain().await;
    assert_eq!(app.count("select count(*) from jobs").await, 0);
    assert_eq!(world(&app).await, before);
    assert!(app.mails().len() > mails);
    assert_eq!(links(&app), told, "a mail sent twice holds the same link");
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
async fn world(app: &TestApp) -> [i64; 7] {
    [
        app.count("select count(*) from data_exports where state = 'ready'")
            .await,
        app.count("select count(*) from users where deleted_at is not null")
            .await,
        app.count("select count(*) from users where delete_at is not null")
            .await,
        app.count("select count(*) from users").await,
        app.count("select count(*) from sessions").await,
        app.count("select count(*) from email_verifications").await,
        app.count("select count(*) from pg_inherits where inhparent = 'finished_jobs'::regclass")
            .await,
    ]
}

fn links(app: &TestApp) -> BTreeSet<String> {
    let mails = app.mails();
    mails.iter().filter_map(|mail| link(mail)).collect()
}

fn link(mail: &str) -> Option<String> {
    let unfolded = mail.replace("=\r\n", "");
    let start = ["verify-email?token=", "/files/"]
        .iter()
        .find_map(|path| unfolded.find(path))?;
    let link = unfolded[start..]
        .split(|c: char| c.is_whitespace() || c == '"')
        .next()?;
    Some(link.to_owned())
}
