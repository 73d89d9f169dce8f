//! Operators and programs end jobs that run.

use std::time::Duration;

use serde_json::json;

use crate::harness::labour::{self, Effect};
use crate::harness::{Client, TestApp, eventually};

fn effect(key: &str, wait_ms: u64) -> Effect {
    Effect {
        key: key.to_owned(),
        wait_ms,
    }
}

async fn administrator(app: &TestApp) -> Client {
    let admin = app.admin().await;
    app.drain().await;
    app.run("delete from finished_jobs").await;
    admin
}

async fn running(app: &TestApp, epoch: i64) {
    eventually("it runs", Duration::from_secs(10), async || {
        let runs = "select coalesce(max(epoch), 0)::bigint from jobs where state = 'running'";
        app.count(runs).await == epoch
    })
    .await;
}

#[tokio::test]
async fn a_running_job_is_cancelled_and_its_place_is_free_at_once() {
    let app = TestApp::in_real_time(&[("JOBS_SILENCE", "60s")]).await;
    let root = administrator(&app).await;
    let workers = app.crew(labour::registry(), vec!["feed:1".parse().unwrap()]);
    let id = app.enqueue(effect("never", 60_000)).await;
    running(&app, 1).await;
    app.enqueue(effect("next", 0)).await;
    let job = root
        .post(&format!("/admin/jobs/{id}/cancel"), json!({}))
        .await
        .data(200);
    assert_eq!(job["state"], "discarded");
    assert_eq!(job["last_error"], "cancelled by an operator");
    eventually("the next one ran", Duration::from_secs(10), async || {
        app.effects("next").await == 1
    })
    .await;
    let again = root
        .post(&format!("/admin/jobs/{id}/cancel"), json!({}))
        .await;
    assert_eq!(again.problem(409), "job_finished");
    workers.dismiss().await;
    assert_eq!(app.effects("never").await, 0);
    assert_eq!(
        app.count("select count(*) from admin_audit where action = 'job.cancel'")
            .await,
        1
    );
}

#[tokio::test]
async fn an_evicted_job_runs_again_and_counts_once() {
    let app = TestApp::in_real_time(&[("JOBS_SILENCE", "60s")]).await;
    let root = administrator(&app).await;
    let workers = app.crew(labour::registry(), vec!["feed:1".parse().unwrap()]);
    let id = app.enqueue(effect("moved", 3_000)).await;
    let waiting = root
        .post(&format!("/admin/jobs/{id}/evict"), json!({}))
        .await;
    assert!(
        waiting.status == 409 || waiting.status == 200,
        "{}",
        waiting.status
    );
    running(&app, if waiting.status == 200 { 2 } else { 1 }).await;
    let epoch = app.count("select epoch::bigint from jobs").await;
    root.post(&format!("/admin/jobs/{id}/evict"), json!({}))
        .await
        .data(200);
    running(&app, epoch + 1).await;
    eventually("it has run", Duration::from_secs(15), async || {
        app.unfinished().await == 0
    })
    .await;
    workers.dismiss().await;
    assert_eq!(app.effects("moved").await, 1);
    assert_eq!(
        app.count("select max(attempt)::bigint from finished_jobs")
            .await,
        1
    );
}

#[tokio::test]
async fn of_a_cancel_and_a_finish_at_once_one_holds() {
    let app = TestApp::in_real_time(&[]).await;
    let workers = app.crew(labour::registry(), vec!["feed:16".parse().unwrap()]);
    for round in 0..40 {
        let id = app.enqueue(effect(&format!("round {round}"), 5)).await;
        tokio::time::sleep(Duration::from_millis(round % 12)).await;
        let mut tx = app.platform.db.begin().await.unwrap();
        // Behind a finish that takes its time to commit, a cancel gives up.
        let Ok(cancelled) = tx.cancel_job(id, "no longer wanted").await else {
            continue;
        };
        tx.commit().await.unwrap();
        if let Some(ended) = cancelled {
            app.platform.control.announce_ended(&[ended]).await.unwrap();
        }
    }
    eventually("all are over", Duration::from_secs(15), async || {
        app.count("select count(*) from jobs").await == 0
    })
    .await;
    workers.dismiss().await;
    let done = app
        .count("select count(*) from finished_jobs where outcome = 'done'")
        .await;
    assert_eq!(app.count("select count(*) from effects").await, done);
    assert_eq!(app.count("select count(*) from finished_jobs").await, 40);
    assert!(done < 40, "some were cancelled");
}
