//! The admin API of the jobs.

use platform::jobs::Job;
use serde_json::json;

use crate::harness::labour::{self, Behave, Effect, Sliced};
use crate::harness::{Client, TestApp};

async fn dead_job(app: &TestApp) -> String {
    let id = app.enqueue(Behave::Fail).await;
    for _ in 0..3 {
        app.drain_with(labour::registry()).await;
        app.clock.advance(std::time::Duration::from_secs(600));
        app.relay().await;
    }
    id.to_string()
}

async fn state(admin: &Client, id: &str) -> String {
    let job = admin.get(&format!("/admin/jobs/{id}")).await.data(200);
    job["state"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn only_administrators_are_let_in() {
    let app = TestApp::start().await.leaving_jobs();
    let alice = app.person("alice").await;
    for path in [
        "/admin/jobs",
        "/admin/jobs/pools",
        "/admin/audit",
        "/admin/mails",
    ] {
        assert_eq!(
            app.anonymous().get(path).await.problem(401),
            "token_missing"
        );
        assert_eq!(alice.get(path).await.problem(403), "forbidden");
    }
    let pause = alice.send(
        poem::http::Method::PUT,
        "/admin/jobs/pools/mail/pause",
        Some(("application/json", b"{}".into())),
    );
    assert_eq!(pause.await.problem(403), "forbidden");
    assert_eq!(app.count("select count(*) from admin_audit").await, 0);
    assert_eq!(app.count("select count(*) from job_pauses").await, 0);
}

#[tokio::test]
async fn a_dead_job_is_explained_retried_and_audited() {
    let app = TestApp::start().await.leaving_jobs();
    let id = dead_job(&app).await;
    let admin = app.admin().await;
    let job = admin.get(&format!("/admin/jobs/{id}")).await.data(200);
    assert_eq!(
        (job["state"].as_str(), job["attempt"].as_i64()),
        (Some("dead"), Some(3))
    );
    assert_eq!(job["errors"].as_array().map(Vec::len), Some(3));
    let why = admin
        .get(&format!("/admin/jobs/{id}/explanation"))
        .await
        .data(200);
    assert_eq!(why["reasons"][0]["code"], "dead");

    let retried = admin
        .post(&format!("/admin/jobs/{id}/retry"), json!({}))
        .await
        .data(200);
    assert_eq!(
        (retried["state"].as_str(), retried["max_attempts"].as_i64()),
        (Some("ready"), Some(4))
    );
    let audit = admin.get("/admin/audit").await.data(200);
    assert_eq!(
        (audit[0]["action"].as_str(), audit[0]["target"].as_str()),
        (Some("job.retry"), Some(id.as_str()))
    );
    assert!(audit[0]["request_id"].is_string());
}

#[tokio::test]
async fn a_job_is_discarded_once() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let id = app
        .enqueue(Effect {
            key: "unwanted".to_owned(),
            wait_ms: 0,
        })
        .await
        .to_string();
    let path = format!("/admin/jobs/{id}/discard");
    assert_eq!(
        admin.post(&path, json!({})).await.data(200)["state"],
        "discarded"
    );
    assert_eq!(
        admin.post(&path, json!({})).await.problem(409),
        "job_finished"
    );
    app.drain_with(labour::registry()).await;
    assert_eq!(app.effects("unwanted").await, 0);
    assert_eq!(
        app.count("select count(*) from admin_audit where action = 'job.discard'")
            .await,
        1
    );
}

#[tokio::test]
async fn two_administrators_who_discard_at_once_do_it_once() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let id = app
        .enqueue(Effect {
            key: "unwanted".to_owned(),
            wait_ms: 0,
        })
        .await
        .to_string();
    let path = format!("/admin/jobs/{id}/discard");
    let (one, other) = tokio::join!(admin.post(&path, json!({})), admin.post(&path, json!({})));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(app.count("select count(*) from admin_audit").await, 1);
}

#[tokio::test]
async fn all_dead_jobs_of_a_name_run_again() {
    let app = TestApp::start().await.leaving_jobs();
    let ids = [dead_job(&app).await, dead_job(&app).await];
    let admin = app.admin().await;
    let answer = admin
        .post(
            &format!("/admin/jobs/names/{}/retry-dead", Behave::NAME),
            json!({}),
        )
        .await
        .data(200);
    assert_eq!(answer["retried"], 2);
    for id in &ids {
        assert_eq!(state(&admin, id).await, "ready");
    }
}

#[tokio::test]
async fn a_paused_pool_shows_who_and_why() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let put = |path: &str, body: serde_json::Value| {
        let (admin, path) = (admin.clone(), path.to_owned());
        async move {
            let body = body.to_string().into_bytes();
            admin
                .send(
                    poem::http::Method::PUT,
                    &path,
                    Some(("application/json", body)),
                )
                .await
        }
    };
    put(
        "/admin/jobs/pools/mail/pause",
        json!({ "reason": "the provider is down" }),
    )
    .await
    .data(200);
    put("/admin/jobs/pools/mail/pause", json!({}))
        .await
        .data(200);
    let pools = admin.get("/admin/jobs/pools").await.data(200);
    let mail = pools["pools"]
        .as_array()
        .unwrap()
        .iter()
        .find(|pool| pool["pool"] == "mail")
        .unwrap()
        .clone();
    assert_eq!(mail["pause"]["reason"], "the provider is down");
    assert!(mail["pause"]["paused_by"].is_string());
    assert_eq!(
        put("/admin/jobs/pools/nonsense/pause", json!({}))
            .await
            .problem(404),
        "not_found"
    );
    admin.delete("/admin/jobs/pools/mail/pause").await.data(200);
    admin.delete("/admin/jobs/pools/mail/pause").await.data(200);
    let acts = app
        .count("select count(*) from admin_audit where action in ('pool.pause', 'pool.resume')")
        .await;
    assert_eq!(acts, 2, "what changed nothing is no act");
}

#[tokio::test]
async fn jobs_are_listed_by_state_pool_and_name_page_by_page() {
    let app = TestApp::start().await.leaving_jobs();
    let admin = app.admin().await;
    app.enqueue_all((0..25).map(|_| Effect {
        key: "done".to_owned(),
        wait_ms: 0,
    }))
    .await;
    app.drain_with(labour::registry()).await;
    app.enqueue_all((0..5).map(|_| Sliced { slices: 1 })).await;

    let mut seen = Vec::new();
    let mut path = "/admin/jobs?limit=12".to_owned();
    loop {
        let page = admin.get(&path).await.json();
        seen.extend(
            page["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|job| job["id"].as_str().unwrap().to_owned()),
        );
        match page["pagination"]["next_cursor"].as_str() {
            Some(cursor) => path = format!("/admin/jobs?limit=12&cursor={cursor}"),
            None => break,
        }
    }
    let mut sorted = seen.clone();
    sorted.sort_by(|a, b| b.cmp(a));
    sorted.dedup();
    assert_eq!((seen.len(), &seen), (30, &sorted));
    let total = |path: &'static str| {
        let admin = admin.clone();
        async move { admin.get(path).await.json()["pagination"]["total"].as_i64() }
    };
    assert_eq!(total("/admin/jobs?state=done").await, Some(25));
    assert_eq!(total("/admin/jobs?state=ready&pool=feed").await, Some(5));
    assert_eq!(total("/admin/jobs?name=test.sliced").await, Some(5));
    assert_eq!(total("/admin/jobs?state=dead").await, Some(0));
    assert_eq!(
        admin.get("/admin/jobs?state=nonsense").await.problem(400),
        "parameter_invalid"
    );
    assert_eq!(
        admin.get("/admin/jobs?cursor=nonsense").await.problem(400),
        "validation_failed"
    );
}

#[tokio::test]
async fn a_ready_job_says_what_stands_in_its_way() {
    let app = TestApp::start().await.leaving_jobs();
    let admin = app.admin().await;
    app.enqueue(Effect {
        key: "first".to_owned(),
        wait_ms: 0,
    })
    .await;
    let id = app
        .enqueue(Effect {
            key: "second".to_owned(),
            wait_ms: 0,
        })
        .await;
    let why = admin
        .get(&format!("/admin/jobs/{id}/explanation"))
        .await
        .data(200);
    let codes: Vec<&str> = why["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|reason| reason["code"].as_str())
        .collect();
    assert_eq!(codes, ["no_worker", "behind_others"]);
}
