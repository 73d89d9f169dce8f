//! The paths by which the applications knew their own backends.

use std::collections::BTreeSet;

use poem::http::Method;
use serde_json::{Value, json};

use crate::harness::TestApp;

struct Row {
    app: &'static str,
    method: Method,
    path: &'static str,
    operation: &'static str,
}

fn rows() -> Vec<Row> {
    let lines = api::ALIASES.lines().filter(|line| !line.starts_with('#'));
    let row = |line: &'static str| {
        let columns: Vec<&str> = line.split('\t').collect();
        let (method, path) = columns[1].split_once(' ').unwrap();
        let (ours, operation) = columns[2].split_once(' ').unwrap();
        assert_eq!(method, ours, "{line}: an alias keeps its method");
        Row {
            app: columns[0],
            method: method.parse().unwrap(),
            path,
            operation,
        }
    };
    lines.map(row).collect()
}

#[test]
fn every_operation_of_the_table_is_in_the_document() {
    let document: Value = serde_json::from_str(&api::openapi_json()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let shape = |path: &str| {
        let parts = path.split('/').map(|part| match part {
            "me" => "{}",
            part if part.starts_with('{') => "{}",
            part => part,
        });
        parts.collect::<Vec<_>>().join("/")
    };
    let served: BTreeSet<(String, String)> = paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().keys();
            methods.map(|method| {
                (
                    method.clone(),
                    shape(path.trim_start_matches("/api/v1").trim_end_matches('/')),
                )
            })
        })
        .collect();
    for row in rows() {
        let operation = (row.method.as_str().to_lowercase(), shape(row.operation));
        assert!(
            served.contains(&operation),
            "{} {} {}: nothing serves {operation:?}",
            row.app,
            row.method,
            row.path
        );
    }
}

/// Whatever a door answers to an empty body, it answers under both names.
#[tokio::test]
async fn every_path_of_an_application_answers_as_its_operation_does() {
    let app = TestApp::start().await.leaving_jobs();
    app.register("other").await.data(201);
    let mut seen = BTreeSet::new();
    for row in rows() {
        assert!(
            seen.insert((row.app, row.method.to_string(), row.path)),
            "{} {} stands twice",
            row.app,
            row.path
        );
        let alice = app.person(&format!("alice{}", seen.len())).await;
        let bob = app.person(&format!("bob{}", seen.len())).await;
        let concrete = |path: &str| {
            ["{user_id}", "{id}", "{post_id}", "{comment_id}"]
                .iter()
                .fold(path.to_owned(), |path, part| path.replace(part, "other"))
        };
        let body =
            || Some(("application/json", b"{}".to_vec())).filter(|_| row.method != Method::GET);
        let theirs = alice
            .send(
                row.method.clone(),
                &format!("/{}", concrete(row.path)),
                body(),
            )
            .await;
        let ours = bob
            .send(row.method.clone(), &concrete(row.operation), body())
            .await;
        assert_eq!(theirs.status, ours.status, "{} {}", row.method, row.path);
        assert_ne!(theirs.status, 405, "{} {}", row.method, row.path);
        let code = |reply: &crate::harness::Reply| reply.json()["code"].clone();
        assert_eq!(code(&theirs), code(&ours), "{} {}", row.method, row.path);
        assert_ne!(
            code(&theirs),
            "route_unknown",
            "{} {}",
            row.method,
            row.path
        );
    }
}

#[tokio::test]
async fn an_application_calls_fields_by_its_own_names() {
    let app = TestApp::start().await.leaving_jobs();
    let alice = app.person("alice").await;
    let body = json!({"name": "Alice", "about": "Hey there!", "avatar_url": "https://pictures.example/a.png"});
    let changed = alice.put("//auth/profile", body).await.data(200);
    assert_eq!(
        (
            &changed["display_name"],
            &changed["bio"],
            &changed["profile_picture_url"]
        ),
        (
            &json!("Alice"),
            &json!("Hey there!"),
            &json!("https://pictures.example/a.png")
        )
    );
    let wrong = alice
        .put("//users/me", json!({"about": "x".repeat(501)}))
        .await;
    assert_eq!(wrong.json()["errors"][0]["field"], "bio");
    let registering =
        json!({"name": "Jane Doe", "email": "jane@example.com", "password": "Correct-horse-7"});
    let jane = app
        .anonymous()
        .post("//api/auth/register", registering)
        .await
        .data(201);
    assert_eq!(jane["full_name"], "Jane Doe");
    assert!(jane["username"].as_str().unwrap().starts_with("jane.doe"));
    let elsewhere =
        json!({"name": "Jane Doe", "email": "j@example.com", "password": "Correct-horse-7"});
    let refused = app.anonymous().post("/auth/register", elsewhere).await;
    assert_eq!(refused.json()["errors"][0]["code"], "unknown_field");
}

#[tokio::test]
async fn an_alias_is_counted_logged_and_limited_as_its_operation() {
    let app = TestApp::with(&[("AUTH_RATE_LIMIT", "2/60s")]).await;
    let tries = [
        ("//auth/login", 400),
        ("/auth/login", 400),
        ("//api/auth/login", 429),
    ];
    for (path, status) in tries {
        let reply = app.anonymous().post(path, json!({})).await;
        assert_eq!(reply.status, status, "{path}");
    }
}
