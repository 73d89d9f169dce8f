//! The weekly digest.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::delivery::jobs::{FindDigests, PurgeDigests};
use domain::delivery::{DigestPlace, find_digests};
use serde_json::{Value, json};

use super::{happened, is_proved, post_of, wants};
use crate::harness::letters::token;
use crate::harness::{Somebody, TestApp};

/// A Monday at seven, UTC.
async fn monday(app: &TestApp) -> DateTime<Utc> {
    let now = app.clock.now();
    let days = 7 - i64::from(chrono::Datelike::weekday(&now).num_days_from_monday());
    let monday = (now + TimeDelta::days(days)).date_naive();
    let seven = monday.and_hms_opt(7, 0, 0).unwrap().and_utc();
    app.clock.advance((seven - now).to_std().unwrap());
    seven
}

/// What the scheduler does from one time until another.
async fn hours(app: &TestApp, from: DateTime<Utc>, quarters: i32) {
    let due = (0..quarters).map(|quarter| from + TimeDelta::minutes(15) * quarter);
    app.enqueue_all(due.map(|due| FindDigests { due })).await;
    app.drain().await;
}

/// The same without workers: who is found in one quarter of an hour.
async fn found(app: &TestApp, due: DateTime<Utc>) -> i64 {
    let before = digests(app).await;
    let mut tx = app.platform.db.begin().await.unwrap();
    let mut place = DigestPlace::default();
    while let Some(next) = find_digests(&mut tx, "UTC", due, place).await.unwrap() {
        place = next;
    }
    tx.commit().await.unwrap();
    digests(app).await - before
}

async fn digests(app: &TestApp) -> i64 {
    app.count("select count(*) from digests").await
}

async fn follows(who: &Somebody, whom: &Somebody) {
    let path = format!("/users/{}/follow", whom.id);
    who.post(&path, Value::Null).await.data(200);
}

#[tokio::test]
async fn a_digest_holds_what_was_not_read_who_follows_and_what_they_showed_and_comes_once() {
    let app = TestApp::start().await;
    let [alice, ben, cleo] = app.given(["alice", "ben", "cleo"]).await;
    is_proved(&app, &alice).await;
    let seven = monday(&app).await;
    let [alice2, ben2] = [app.again(&alice).await, app.again(&ben).await];
    ben2.post("/users/alice/follow", Value::Null)
        .await
        .data(200);
    alice2
        .post("/users/ben/follow", Value::Null)
        .await
        .data(200);
    let cleo2 = app.again(&cleo).await;
    cleo2
        .post("/users/alice/block", Value::Null)
        .await
        .data(200);
    ben2.post("/posts", json!({"caption": "Snow on the quad"}))
        .await
        .data(201);
    happened(&app, &alice, "mention", None, &[&ben]).await;
    happened(&app, &alice, "message", None, &[&cleo]).await;
    app.drain().await;
    for _ in 0..2 {
        hours(&app, seven, 12).await;
        assert_eq!(digests(&app).await, 1, "alice alone has a proved address");
        assert_eq!(app.mails().len(), 1);
    }
    let mail = app.letters("alice@example.com", "Your week").remove(0);
    for line in [
        "- ben mentioned you in a post",
        "- ben follows you",
        "- ben: Snow on the quad",
    ] {
        assert!(mail.contains(line), "{line}: {mail}");
    }
    assert!(!mail.contains("cleo"), "{mail}");
    assert!(mail.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"));
    app.replay().await;
    app.drain().await;
    assert_eq!(app.mails().len(), 1);

    let path = format!("/unsubscribe?token={}", token(&mail).replace('>', ""));
    let ended = app.anonymous().post_raw(&path, "text/plain", "").await;
    assert_eq!(ended.status.as_u16(), 200);
    app.clock.advance(Duration::from_secs(7 * 86_400));
    hours(&app, seven + TimeDelta::days(7), 12).await;
    assert_eq!(digests(&app).await, 1);
}

#[tokio::test]
async fn where_there_is_nothing_to_say_no_mail_comes_and_old_news_are_none() {
    let app = TestApp::start().await;
    let [alice, ben] = app.given(["alice", "ben"]).await;
    is_proved(&app, &alice).await;
    follows(&ben, &alice).await;
    app.drain().await;
    app.clock.advance(Duration::from_secs(8 * 86_400));
    let seven = monday(&app).await;
    hours(&app, seven, 12).await;
    assert_eq!((digests(&app).await, app.mails().len()), (1, 0));
    assert_eq!(
        app.count("select count(*) from digests where sent_at is not null")
            .await,
        1
    );
    app.clock.advance(Duration::from_secs(36 * 86_400));
    app.enqueue(PurgeDigests {}).await;
    app.drain().await;
    assert_eq!(digests(&app).await, 0);
}

#[tokio::test]
async fn it_comes_on_monday_morning_where_the_person_is_and_not_all_at_once() {
    let app = TestApp::start().await.leaving_jobs();
    let people = app.crowd(60).await;
    app.run("update users set email_verified_at = created_at")
        .await;
    let zones = ["Asia/Tokyo", "America/New_York", "Asia/Kathmandu"];
    for (number, zone) in zones.iter().enumerate() {
        let body = json!({ "timezone": zone });
        let client = &people[number];
        let settings = client.put("/settings", body).await.data(200);
        assert_eq!(settings["timezone"], *zone);
    }
    wants(&people[3], json!({"weekly_digest": false})).await;
    let seven = monday(&app).await;
    let mut came = Vec::new();
    // From Sunday noon to Monday night, UTC.
    for quarter in -76..56 {
        let new = found(&app, seven + TimeDelta::minutes(15) * quarter).await;
        if new > 0 {
            came.push((quarter, new));
        }
    }
    assert_eq!(digests(&app).await, 59);
    let at_home: Vec<_> = came
        .iter()
        .filter(|(quarter, _)| (4..9).contains(quarter))
        .collect();
    assert_eq!(at_home.iter().map(|(_, new)| new).sum::<i64>(), 56);
    assert!(at_home.len() >= 3, "{came:?}");
    let elsewhere = came.iter().filter(|(quarter, _)| !(4..9).contains(quarter));
    let elsewhere: Vec<i32> = elsewhere.map(|(quarter, _)| *quarter).collect();
    // Eight in Tokyo is 23:00 on Sunday, in Kathmandu 02:15, in New York 12:00 or 13:00.
    assert!((-32..-27).contains(&elsewhere[0]), "{elsewhere:?}");
    assert!((-19..-14).contains(&elsewhere[1]), "{elsewhere:?}");
    assert!((20..29).contains(&elsewhere[2]), "{elsewhere:?}");
    let weeks = app.count("select count(distinct week) from digests").await;
    assert_eq!(weeks, 1, "it is the same Monday everywhere");
}

#[tokio::test]
async fn a_zone_that_there_is_not_is_refused() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    assert_eq!(alice.get("/settings").await.data(200)["timezone"], "UTC");
    for (zone, code) in [
        ("Moon/Crater", "unknown"),
        ("", "invalid"),
        ("a b", "invalid"),
    ] {
        let refused = alice.put("/settings", json!({ "timezone": zone })).await;
        assert_eq!(refused.problem(400), "validation_failed");
        let first = refused.json()["errors"][0].clone();
        assert_eq!(
            (&first["field"], &first["code"]),
            (&json!("timezone"), &json!(code))
        );
    }
}

#[tokio::test]
async fn the_search_walks_by_an_index_and_many_are_found_in_slices() {
    let app = TestApp::start().await.leaving_jobs();
    app.run(
        "insert into users (id, username, email, email_verified_at, created_at, updated_at)
         select gen_random_uuid(), 'many_' || n, 'many_' || n || '@example.com', now(), now(), now()
         from generate_series(1, 3000) as n",
    )
    .await;
    let seven = monday(&app).await;
    for quarter in 4..9 {
        found(&app, seven + TimeDelta::minutes(15) * quarter).await;
    }
    assert_eq!(digests(&app).await, 3000);
    let plan: Vec<String> = sqlx::query_scalar(
        "explain select id from users where email_verified_at is not null and deleted_at is null
           and (digest_minute(id), id) > (3, gen_random_uuid()) and digest_minute(id) <= 17
         order by digest_minute(id), id limit 1000",
    )
    .fetch_all(app.platform.db.pool())
    .await
    .unwrap();
    let plan = plan.join("\n");
    assert!(
        plan.contains("users_digest") && !plan.contains("Sort"),
        "{plan}"
    );
}

#[tokio::test]
async fn a_picture_of_somebody_private_is_in_no_digest_of_a_stranger() {
    let app = TestApp::start().await;
    let [alice, ben] = app.given(["alice", "ben"]).await;
    is_proved(&app, &alice).await;
    follows(&alice, &ben).await;
    post_of(&app, &ben).await;
    app.run("update posts set visibility = 'private'").await;
    let seven = monday(&app).await;
    hours(&app, seven, 12).await;
    assert_eq!(app.mails().len(), 0);
}
