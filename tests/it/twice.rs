//! Every job there is, run twice: the second run does no harm.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::delivery::jobs::{Deliver, FindDigests, PurgeDigests, SendDigest};
use domain::feed::jobs::RankExplore;
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
use domain::media::jobs::{ScanMedia, SweepMedia};
use domain::notifications::Cause;
use domain::notifications::jobs::{Gather, PurgeNotifications};
use domain::office::jobs::{LiftOverdue, LiftSuspension};
use domain::people::jobs::ForgetCopies;
use domain::posts::jobs::{PublishOverdue, PublishPost, PurgePosts};
use domain::trends::jobs::RecomputeTrends;
use domain::wire::WireText;
use domain::{MediaId, NotificationId, PostId, UserId};
use platform::jobs::NewJob;
use uuid::Uuid;

use poem::http::Method;
use serde_json::{Value, json};

use crate::harness::{PASSWORD, TestApp};
use crate::processing::samples;

#[tokio::test]
async fn every_job_is_harmless_when_it_runs_twice() {
    let app = TestApp::start().await;
    every_job(&app).await;
    app.drain().await;
    // What waits until somebody has had the time to look by themselves.
    app.clock.advance(Duration::from_secs(60));
    app.relay().await;
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
    let left: Vec<String> = sqlx::query_scalar("select name from jobs")
        .fetch_all(app.platform.db.pool())
        .await
        .unwrap();
    assert_eq!(left, Vec::<String>::new());
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
        (3, 2),
        "a text sent twice holds the same code"
    );
}

/// Enqueues every job there is, by what people do and by itself.
async fn every_job(app: &TestApp) {
    coming_in(app).await;
    leaving(app).await;
    telling(app).await;
    reading(app).await;
    files(app).await;
    let [alf] = app.given(["alf"]).await;
    app.given_file(&alf, MediaKind::Image, "image/png", samples::png(300, 200))
        .await;
    app.enqueue(AcceptRequests {
        user_id: UserId(Uuid::from_u128(7)),
    })
    .await;
    app.enqueue(PurgeMutes {}).await;
    app.enqueue(RefreshPopular {}).await;
    app.enqueue(RankExplore {}).await;
    app.enqueue(PurgeExports {}).await;
    app.enqueue(RecomputeTrends {}).await;
    app.enqueue(KeepJobTables {}).await;
    app.enqueue(PurgeDeadJobs {}).await;
    app.enqueue(PurgeIdempotencyKeys {}).await;
    app.enqueue(PurgeExpiredTokens {}).await;
    app.enqueue(PurgeNotifications {}).await;
    told(app).await;
    app.enqueue(LiftOverdue {}).await;
    app.enqueue(LiftSuspension {
        user_id: UserId(Uuid::from_u128(7)),
    })
    .await;
    posting(app).await;
    app.enqueue(ForgetCopies {
        keys: vec!["user:7".to_owned()],
    })
    .await;
}

/// Somebody who is followed, and told of it.
async fn told(app: &TestApp) {
    let [fan, star] = app.given(["fan", "star"]).await;
    let path = format!("/users/{}/follow", star.id);
    fan.post(&path, Value::Null).await.data(200);
    let gather = Gather {
        user_id: star.id,
        cause: Cause::Follow,
        since: app.clock.now(),
    };
    let mut tx = app.platform.db.begin().await.unwrap();
    sqlx::query("delete from jobs where name = 'notifications.gather'")
        .execute(tx.connection())
        .await
        .unwrap();
    let new = NewJob {
        unique: None,
        ..NewJob::new(&gather).unwrap()
    };
    tx.enqueue_new(new).await.unwrap();
    tx.commit().await.unwrap();
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

/// Somebody who is told of something by every way there is, and of their week.
async fn telling(app: &TestApp) {
    let [lou] = app.given(["lou"]).await;
    let device = json!({"platform": "web", "token": "t"});
    lou.post("/devices", device).await.data(201);
    let by_text = json!({"notifications": {"types": {"system": {"sms": true}}}});
    lou.put("/settings", by_text).await.data(200);
    let proved = "update users set email_verified_at = created_at, phone = '+4915199887766',
                      phone_verified_at = created_at where id = $1";
    app.about(&lou, proved).await;
    let id = Uuid::from_u128(70);
    app.about(
        &lou,
        "insert into notifications (id, user_id, kind, bucket, place, created_at, updated_at)
         values ('00000000-0000-0000-0000-000000000046', $1, 'system', now(), gen_random_uuid(), now(), now())",
    )
    .await;
    let mut tx = app.platform.db.begin().await.unwrap();
    let job = Deliver {
        notification_id: NotificationId(id),
    };
    let job = platform::jobs::NewJob {
        unique: None,
        ..platform::jobs::NewJob::new(&job).unwrap()
    };
    tx.enqueue_new(job).await.unwrap();
    tx.commit().await.unwrap();
    let (due, week) = (app.clock.now(), app.clock.now().date_naive());
    app.enqueue(FindDigests { due }).await;
    let digest = "insert into digests (user_id, week, created_at) values ($1, (now() at time zone 'utc')::date, now())";
    app.about(&lou, digest).await;
    let user_id = lou.id;
    app.enqueue(SendDigest { user_id, week }).await;
    app.enqueue(PurgeDigests {}).await;
}

/// Somebody who reads what another publishes.
async fn reading(app: &TestApp) {
    let [reader, writer] = app.given(["reader", "writer"]).await;
    let path = format!("/users/{}/follow", writer.id);
    reader.post(&path, Value::Null).await.data(200);
    reader.get("/posts/feed").await.data(200);
    let post = json!({"caption": "hello"});
    writer.post("/posts", post).await.data(201);
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

/// Somebody whose post is published by itself, and whose other one was deleted long ago.
async fn posting(app: &TestApp) {
    let gina = app.person("gina").await;
    let tagged = json!({"caption": "#tagged"});
    gina.post("/posts", tagged).await.data(201);
    let private = json!({"is_private": true});
    gina.put("/users/me", private).await.data(200);
    let later = json!({"caption": "Later", "state": "draft"});
    let later = gina.post("/posts", later).await.data(201);
    app.run("update posts set state = 'scheduled', publish_at = created_at where state = 'draft'")
        .await;
    app.enqueue(PublishPost {
        post_id: PostId::read(later["id"].as_str().unwrap()).unwrap(),
    })
    .await;
    let gone = gina
        .post("/posts", json!({"caption": "Gone"}))
        .await
        .data(201);
    let gone = format!("/posts/{}", gone["id"].as_str().unwrap());
    gina.delete(&gone).await.data(200);
    app.run("update posts set deleted_at = deleted_at - interval '31 days' where deleted_at is not null")
        .await;
    app.enqueue(PublishOverdue {}).await;
    app.enqueue(PurgePosts {}).await;
}

/// Somebody who uploads three documents past the API: one is scanned, one is deleted, and one nobody shows.
async fn files(app: &TestApp) {
    let grace = app.person("grace").await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let new = json!({"content_type": "application/pdf", "size": 8});
        let upload = grace.post("/media/uploads", new).await.data(201);
        let url = upload["parts"][0]["url"].as_str().unwrap();
        let (_, path) = url.split_once("localhost:8080").unwrap();
        let part = ("application/pdf", b"%PDF-1.7".to_vec());
        let (anonymous, path) = (app.anonymous(), format!("/{path}"));
        let put = anonymous.send(Method::PUT, &path, Some(part)).await;
        assert_eq!(put.status, 204);
        let id = upload["media_id"].as_str().unwrap().to_owned();
        let done = format!("/media/uploads/{id}/complete");
        grace.post(&done, Value::Null).await.data(202);
        ids.push(id);
    }
    app.drain().await;
    app.run(
        "update media set state = 'uploaded' where id = (select min(id::text)::uuid from media)",
    )
    .await;
    ids.sort();
    let media_id = MediaId::read(&ids[0]).unwrap();
    app.enqueue(ScanMedia { media_id }).await;
    grace.delete(&format!("/media/{}", ids[1])).await.data(200);
    app.run("update media set unused_since = created_at - interval '2 days' where state = 'ready'")
        .await;
    app.enqueue(SweepMedia {}).await;
}

/// What the jobs could have changed.
async fn world(app: &TestApp) -> [i64; 14] {
    [
        app.count("select sum(use_count)::bigint from hashtag_counts")
            .await,
        app.count("select sum(actor_count)::bigint from notifications")
            .await,
        app.count("select count(*) from media").await,
        app.count("select count(*) from posts").await,
        app.count("select post_count from user_counts order by post_count desc limit 1")
            .await,
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
