//! Redis only hurries: without it jobs run later, and all the same.

use std::time::Duration;

use super::effect;
use crate::harness::fleet::Member;
use crate::harness::{TestApp, eventually};

const JOBS: i64 = 60;

async fn all_have_run_once(app: &TestApp) {
    eventually("all have run", Duration::from_secs(40), async || {
        app.unfinished().await == 0
    })
    .await;
    assert_eq!(app.effects("all").await, JOBS);
    let once = "select count(*) from finished_jobs where attempt = 1 and outcome = 'done'";
    assert_eq!(app.count(once).await, JOBS);
}

#[tokio::test]
async fn jobs_run_while_redis_is_away() {
    let app = TestApp::in_real_time(&[]).await;
    // Nobody listens there.
    let away = app.beside(&[("REDIS_URL", "redis://127.0.0.1:1")]);
    let _workers = [
        Member::worker("feed:8", &away.settings),
        Member::worker("feed:8", &away.settings),
    ];
    away.enqueue_all((0..JOBS).map(|_| effect("all", 5))).await;
    all_have_run_once(&app).await;
}

#[tokio::test]
async fn jobs_run_while_redis_forgets_again_and_again() {
    let app = TestApp::in_real_time(&[]).await;
    app.enqueue_all((0..JOBS).map(|_| effect("all", 5))).await;
    let wiping = async {
        loop {
            app.platform.redis.wipe().await.unwrap();
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let running = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let _workers = [
            Member::worker("feed:8", &app.settings),
            Member::worker("feed:8", &app.settings),
        ];
        all_have_run_once(&app).await;
    };
    tokio::select! {
        () = wiping => {}
        () = running => {}
    }
}
