//! How people hear of what happened while they are not looking.

mod digest;
mod mail;
mod out;
mod providers;
mod push;
mod unsubscribe;

use std::time::Duration;

use domain::NotificationId;
use domain::delivery::jobs::Deliver;
use serde_json::json;
use uuid::Uuid;

use crate::harness::{Client, Somebody, TestApp};

/// Longer than a delivery waits for more of the same.
const A_MOMENT: Duration = Duration::from_secs(61);

/// What somebody did to somebody, as the notifications of the house write it.
async fn happened(
    app: &TestApp,
    reader: &Somebody,
    kind: &str,
    target: Option<(&str, Uuid)>,
    actors: &[&Somebody],
) -> Uuid {
    let now = app.clock.now();
    let actor_ids: Vec<Uuid> = actors.iter().map(|actor| actor.id.0).collect();
    sqlx::query_scalar(
        "insert into notifications as n (id, user_id, kind, target_type, target_id, bucket, actor_count, actor_ids, place,
                                         created_at, updated_at)
         values ($1, $2, $3, $4, $5, date_trunc('day', $9), $6, $7, $8, $9, $9)
         on conflict on constraint notifications_grouped do update
         set actor_count = excluded.actor_count, actor_ids = excluded.actor_ids, place = excluded.place,
             read_at = null, updated_at = excluded.updated_at
         returning id",
    )
    .bind(platform::id_at(now))
    .bind(reader.id.0)
    .bind(kind)
    .bind(target.map(|(kind, _)| kind))
    .bind(target.map(|(_, id)| id))
    .bind(i32::try_from(actors.len()).unwrap())
    .bind(&actor_ids)
    .bind(platform::id_at(now))
    .bind(now)
    .fetch_one(app.platform.db.pool())
    .await
    .unwrap()
}

async fn told(app: &TestApp, notification: Uuid) {
    app.enqueue(Deliver {
        notification_id: NotificationId(notification),
    })
    .await;
}

/// Lets time pass, and the work be done.
async fn later(app: &TestApp, by: Duration) {
    app.clock.advance(by);
    app.relay().await;
    app.drain().await;
}

/// Something happened, and the house tells of it.
async fn tells(
    app: &TestApp,
    reader: &Somebody,
    kind: &str,
    target: Option<(&str, Uuid)>,
    actors: &[&Somebody],
) -> Uuid {
    let notification = happened(app, reader, kind, target, actors).await;
    told(app, notification).await;
    later(app, A_MOMENT).await;
    notification
}

async fn has_device(client: &Client, token: &str) {
    let body = json!({"platform": "android", "token": token});
    client.post("/devices", body).await.data(201);
}

async fn is_proved(app: &TestApp, somebody: &Somebody) {
    app.about(
        somebody,
        "update users set email_verified_at = created_at, phone = '+4915123456789', phone_verified_at = created_at
         where id = $1",
    )
    .await;
}

async fn wants(client: &Client, notifications: serde_json::Value) {
    client
        .put("/settings", json!({ "notifications": notifications }))
        .await
        .data(200);
}

async fn post_of(app: &TestApp, author: &Somebody) -> Uuid {
    let post = author
        .post(
            "/posts",
            json!({"caption": format!("Snow at {}'s", author.name)}),
        )
        .await
        .data(201);
    app.drain().await;
    post["id"].as_str().unwrap().parse().unwrap()
}

/// How the last run of a job ended.
async fn outcome(app: &TestApp, job: &str) -> String {
    sqlx::query_scalar(
        "select outcome from finished_jobs where name = $1 order by finished_at desc limit 1",
    )
    .bind(job)
    .fetch_one(app.platform.db.pool())
    .await
    .unwrap()
}

/// State, attempts and last error of the one job of this name that has not ended.
async fn standing(app: &TestApp, job: &str) -> (String, i16, String) {
    sqlx::query_as("select state, attempt, coalesce(errors::text, '') from jobs where name = $1")
        .bind(job)
        .fetch_one(app.platform.db.pool())
        .await
        .unwrap()
}
