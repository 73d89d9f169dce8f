//! Taking one's data along.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};
use std::time::Duration;

use domain::lifecycle::jobs::{Export, PurgeExports, SendExportMail};
use domain::lifecycle::tables::WITHHELD;
use futures::TryStreamExt;
use serde_json::{Value, json};

use super::file_link;
use super::world::{self, NAME};
use crate::harness::{Client, TestApp};

const HOUR: Duration = Duration::from_secs(3600);

fn unzipped(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = BTreeMap::new();
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        files.insert(file.name().to_owned(), text);
    }
    files
}

fn read(files: &BTreeMap<String, String>, name: &str) -> Value {
    serde_json::from_str(&files[name]).unwrap_or_else(|_| panic!("{name}: {}", files[name]))
}

fn usernames(list: &Value) -> Vec<&str> {
    let entries = list.as_array().unwrap().iter();
    entries
        .map(|one| one["username"].as_str().unwrap())
        .collect()
}

async fn proved(app: &TestApp, name: &str) -> Client {
    let person = app.person(name).await;
    app.drain().await;
    app.run("update users set email_verified_at = created_at")
        .await;
    person
}

async fn ask(person: &Client) -> crate::harness::Reply {
    person.post("/users/me/export", Value::Null).await
}

async fn back(app: &TestApp) -> Client {
    let login = json!({"username": "alice", "password": crate::harness::PASSWORD});
    let signed_in = app.anonymous().post("/auth/login", login).await.data(200);
    app.anonymous().bearer(signed_in["token"].as_str().unwrap())
}

async fn zips(app: &TestApp) -> usize {
    let found = app.platform.storage.list("exports").unwrap();
    found.try_collect::<Vec<_>>().await.unwrap().len()
}

#[tokio::test]
async fn an_export_holds_what_is_known_of_a_person_and_what_they_may_see_of_others() {
    let app = TestApp::start().await;
    let world = world::full(&app).await;
    let mail = app.mails().pop().unwrap();
    assert!(mail.contains("Subject: Your data is ready"));
    let fetched = app.anonymous().get(&file_link(&mail).unwrap()).await;
    assert_eq!(fetched.status, 200);
    let files = unzipped(&fetched.bytes);

    let profile = read(&files, "profile.json");
    assert_eq!(profile["username"], NAME);
    assert_eq!(profile["phone"], "+4915199887766");
    assert_eq!(read(&files, "counts.json")["follower_count"], 2);
    assert_eq!(usernames(&read(&files, "following.json")), ["bob"]);
    // Dave follows her, and she blocked him since; carol blocked and muted her.
    assert_eq!(usernames(&read(&files, "followers.json")), ["bob"]);
    assert_eq!(usernames(&read(&files, "blocked.json")), ["dave"]);
    assert_eq!(usernames(&read(&files, "muted.json")), ["bob"]);
    assert_eq!(read(&files, "topics.json")[0]["topic"], "Zqxalice");
    assert_eq!(read(&files, "sessions.json").as_array().unwrap().len(), 2);
    let all = files.values().fold(String::new(), |all, file| all + file);
    assert!(
        !all.contains("carol"),
        "who blocked her is not hers to know"
    );
    for secret in ["argon2", "bob@example.com", "dave@example.com"] {
        assert!(!all.contains(secret), "{secret}");
    }
    let manifest = read(&files, "manifest.json");
    assert_eq!(manifest["person"], world.alice_id.to_string());
    for file in manifest["files"].as_array().unwrap() {
        let name = file["name"].as_str().unwrap();
        let content = read(&files, name);
        let entries = content.as_array().map_or(1, Vec::len);
        assert_eq!(file["entries"], entries, "{name}");
        assert!(files["README.txt"].contains(name), "{name}");
    }
    assert_eq!(files.len(), manifest["files"].as_array().unwrap().len() + 2);
}

#[tokio::test]
async fn every_column_of_an_account_is_shown_or_withheld_for_a_reason() {
    let app = TestApp::start().await;
    world::full(&app).await;
    let link = file_link(&app.mails().pop().unwrap()).unwrap();
    let files = unzipped(&app.anonymous().get(&link).await.bytes);
    let profile = read(&files, "profile.json");
    let shown = profile.as_object().unwrap().keys().map(String::as_str);
    let shown: BTreeSet<&str> = shown
        .chain(WITHHELD.iter().map(|(column, _)| *column))
        .collect();
    let columns: Vec<String> = sqlx::query_scalar(
        "select column_name::text from information_schema.columns
         where table_schema = 'public' and table_name = 'users'",
    )
    .fetch_all(app.platform.db.pool())
    .await
    .unwrap();
    let columns: BTreeSet<&str> = columns.iter().map(String::as_str).collect();
    assert_eq!(shown, columns);
}

#[tokio::test]
async fn of_two_requests_at_once_one_makes_an_export_and_the_next_waits_a_day() {
    let app = TestApp::start().await;
    let alice = proved(&app, "alice").await;
    let (one, other) = tokio::join!(ask(&alice), ask(&alice));
    let (made, refused) = match one.status.as_u16() {
        202 => (one, other),
        _ => (other, one),
    };
    let made = made.data(202);
    assert_eq!(made["state"], "pending");
    assert_eq!(refused.problem(409), "export_pending");
    app.drain().await;
    app.clock.advance(HOUR);
    let soon = ask(&back(&app).await).await;
    assert_eq!(soon.problem(429), "rate_limited");
    assert_eq!(soon.header("retry-after"), (23 * 3600).to_string());
    app.clock.advance(23 * HOUR);
    let alice = back(&app).await;
    ask(&alice).await.data(202);
    app.drain().await;
    let list = alice.get("/users/me/exports?limit=1").await;
    assert_eq!(list.data(200)[0]["state"], "ready");
    assert_eq!(list.json()["pagination"]["total"], 2);
    let rest = list.json()["pagination"]["next_cursor"]
        .as_str()
        .unwrap()
        .to_owned();
    let rest = alice
        .get(&format!("/users/me/exports?cursor={rest}"))
        .await
        .data(200);
    assert_eq!(
        (rest.as_array().unwrap().len(), &rest[0]["id"]),
        (1, &made["id"])
    );
}

#[tokio::test]
async fn an_export_is_seen_by_its_owner_alone_until_it_expires_and_is_deleted() {
    let app = TestApp::start().await;
    let alice = proved(&app, "alice").await;
    let eve = proved(&app, "eve").await;
    let asked = ask(&alice).await.data(202);
    let path = format!("/users/me/exports/{}", asked["id"].as_str().unwrap());
    let waiting = alice.get(&path).await.data(200);
    assert!(waiting["download_url"].is_null());
    app.drain().await;
    let ready = alice.get(&path).await.data(200);
    assert_eq!(ready["state"], "ready");
    let url = ready["download_url"].as_str().unwrap();
    let path_of_zip = url.replace("http://localhost:8080", "/");
    let zip = app.anonymous().get(&path_of_zip).await;
    assert_eq!(ready["size"], zip.bytes.len());
    assert_eq!(eve.get(&path).await.problem(404), "not_found");
    let strangers = app.anonymous().get(&path).await;
    assert_eq!(strangers.problem(401), "token_missing");

    let in_mail = file_link(&app.mails().pop().unwrap()).unwrap();
    app.clock.advance(HOUR);
    assert_eq!(
        app.anonymous().get(&path_of_zip).await.problem(404),
        "not_found"
    );
    assert_eq!(app.anonymous().get(&in_mail).await.status, 200);
    app.clock.advance(7 * 24 * HOUR);
    assert_eq!(
        app.anonymous().get(&in_mail).await.problem(404),
        "not_found"
    );
    for state in ["ready", "expired"] {
        assert_eq!(zips(&app).await, usize::from(state == "ready"));
        let kept: String = sqlx::query_scalar("select state from data_exports")
            .fetch_one(app.platform.db.pool())
            .await
            .unwrap();
        assert_eq!(kept, state);
        app.enqueue(PurgeExports {}).await;
        app.drain().await;
    }
    app.clock.advance(30 * 24 * HOUR);
    app.enqueue(PurgeExports {}).await;
    app.drain().await;
    assert_eq!(app.count("select count(*) from data_exports").await, 0);
}

#[tokio::test]
async fn making_an_export_twice_makes_one_zip_and_the_mail_holds_one_link() {
    let app = TestApp::start().await;
    let alice = proved(&app, "alice").await;
    let before = app.mails().len();
    ask(&alice).await.data(202);
    let job = app.enqueued::<Export>().await.remove(0);
    for _ in 0..2 {
        app.enqueue(Export {
            export_id: job.export_id,
            user_id: job.user_id,
        })
        .await;
    }
    app.drain().await;
    assert_eq!((zips(&app).await, app.mails().len()), (1, before + 1));
    app.clock.advance(HOUR);
    app.enqueue(SendExportMail {
        export_id: job.export_id,
    })
    .await;
    app.drain().await;
    let mails = app.mails();
    assert_eq!(mails.len(), before + 2);
    assert_eq!(file_link(&mails[before]), file_link(&mails[before + 1]));
}

#[tokio::test]
async fn a_link_to_all_of_ones_data_goes_to_no_address_that_is_not_proved() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    ask(&alice).await.data(202);
    app.drain().await;
    assert_eq!(zips(&app).await, 1);
    assert!(app.mails().iter().all(|mail| file_link(mail).is_none()));
}

#[tokio::test]
async fn an_export_that_nobody_finished_is_given_up_and_leaves_no_zip() {
    let app = TestApp::start().await.leaving_jobs();
    let alice = proved(&app, "alice").await;
    ask(&alice).await.data(202);
    let job = app.enqueued::<Export>().await.remove(0);
    app.run("delete from jobs").await;
    app.clock.advance(9 * HOUR);
    app.enqueue(PurgeExports {}).await;
    app.drain().await;
    let state = "select count(*) from data_exports where state = 'failed'";
    assert_eq!(app.count(state).await, 1);
    // Its worker died between the upload and the commit.
    let key = domain::lifecycle::key(job.user_id, job.export_id);
    app.platform.storage.put(&key, &b"zip"[..]).await.unwrap();
    app.enqueue(job).await;
    app.drain().await;
    assert_eq!(zips(&app).await, 0);
}
