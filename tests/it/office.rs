//! What administrators do to accounts.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::TestApp;

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a_suspension_ends_sessions_hides_the_person_and_keeps_them_out_at_once() {
    let app = TestApp::start().await.leaving_jobs();
    let (admin, alice, bob) = (
        app.admin().await,
        app.person("alice").await,
        app.person("bob").await,
    );
    bob.get("/users/alice").await.data(200);
    let suspended = admin
        .put("/admin/users/alice/suspension", json!({"reason": "Spam"}))
        .await
        .data(200);
    assert_eq!(
        (&suspended["status"], &suspended["suspended_why"]),
        (&json!("suspended"), &json!("Spam"))
    );
    assert_eq!(alice.get("/users/me").await.problem(401), "token_revoked");
    assert_eq!(bob.get("/users/alice").await.problem(404), "not_found");
    assert_eq!(
        bob.get("/users/search?q=alice").await.json()["data"],
        json!([])
    );
    let right = json!({"username": "alice", "password": "Correct-horse-7"});
    let out = app.anonymous().post("/auth/login", right.clone()).await;
    assert_eq!(out.problem(403), "account_suspended");
    let wrong = json!({"username": "alice", "password": "wrong"});
    let wrong = app.anonymous().post("/auth/login", wrong).await;
    assert_eq!(
        wrong.problem(401),
        "credentials_wrong",
        "strangers learn nothing"
    );

    admin
        .delete("/admin/users/alice/suspension")
        .await
        .data(200);
    bob.get("/users/alice").await.data(200);
    app.anonymous().post("/auth/login", right).await.data(200);
    let acts = admin.get("/admin/audit").await.json();
    let acts: Vec<&str> = acts["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|act| act["action"].as_str().unwrap())
        .collect();
    assert_eq!(acts, ["user.reinstate", "user.suspend"]);
}

#[tokio::test]
async fn a_suspension_with_an_end_is_lifted_by_its_job_unless_it_was_made_longer() {
    let app = TestApp::start().await.leaving_jobs();
    let admin = app.admin().await;
    app.register("alice").await.data(201);
    let until =
        |hours: u32| json!({"reason": "Spam", "until": app.platform.clock.now() + HOUR * hours});
    admin
        .put("/admin/users/alice/suspension", until(1))
        .await
        .data(200);
    admin
        .put("/admin/users/alice/suspension", until(3))
        .await
        .data(200);
    let status =
        async || app.admin_again().await.get("/users/alice").await.data(200)["status"].clone();
    app.clock.advance(2 * HOUR);
    app.relay().await;
    app.drain().await;
    assert_eq!(status().await, "suspended");
    app.clock.advance(2 * HOUR);
    app.relay().await;
    app.drain().await;
    assert_eq!(status().await, "active");
    let past = json!({"reason": "Spam", "until": "2020-01-01T00:00:00Z"});
    let refused = app
        .admin_again()
        .await
        .put("/admin/users/alice/suspension", past)
        .await;
    assert_eq!(refused.json()["errors"][0]["code"], "out_of_range");
}

#[tokio::test]
async fn a_role_counts_from_the_next_request_and_the_last_administrator_stays() {
    let app = TestApp::start().await.leaving_jobs();
    let (admin, alice) = (app.admin().await, app.person("alice").await);
    assert_eq!(alice.get("/admin/jobs").await.problem(403), "forbidden");
    admin
        .put("/admin/users/alice/role", json!({"role": "admin"}))
        .await
        .data(200);
    assert_eq!(alice.get("/admin/jobs").await.status, 200);
    // Each takes the other's role at once: one stays administrator.
    let demote = json!({"role": "member"});
    let (one, other) = tokio::join!(
        admin.put("/admin/users/alice/role", demote.clone()),
        alice.put("/admin/users/root_of_tests/role", demote.clone()),
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert!(matches!(statuses, [200, 403 | 409]), "{statuses:?}");
    assert_eq!(
        app.count("select count(*) from users where role = 'admin'")
            .await,
        1
    );
    let (last, name) = if one.status == 200 {
        (admin, "root_of_tests")
    } else {
        (alice, "alice")
    };
    let kept = last.put(&format!("/admin/users/{name}/role"), demote).await;
    assert_eq!(kept.problem(409), "last_administrator");
}

#[tokio::test]
async fn the_office_is_closed_to_everybody_else() {
    let app = TestApp::start().await.leaving_jobs();
    let alice = app.person("alice").await;
    app.register("bob").await.data(201);
    for (path, body) in [
        ("verification", json!({"level": "gold"})),
        ("suspension", json!({"reason": "x"})),
        ("role", json!({"role": "admin"})),
    ] {
        let path = format!("/admin/users/bob/{path}");
        assert_eq!(
            alice.put(&path, body.clone()).await.problem(403),
            "forbidden"
        );
        assert_eq!(
            app.anonymous().put(&path, body).await.problem(401),
            "token_missing"
        );
    }
    assert_eq!(
        alice
            .delete("/admin/users/bob/suspension")
            .await
            .problem(403),
        "forbidden"
    );
    let admin = app.admin().await;
    let nobody = admin
        .put("/admin/users/nobody/role", json!({"role": "member"}))
        .await;
    assert_eq!(nobody.problem(404), "not_found");
    let oneself = admin
        .put("/admin/users/me/suspension", json!({"reason": "x"}))
        .await;
    assert_eq!(oneself.problem(409), "self_suspension");
    assert_eq!(app.count("select count(*) from admin_audit").await, 0);
    assert_eq!(
        alice.get("/users/bob").await.data(200).get("suspended_why"),
        None::<&Value>
    );
}
