//! Nobody's jobs keep those of others from running.

use std::time::Duration;

use platform::jobs::{Class, NewJob};

use super::effect;
use crate::harness::fleet::Member;
use crate::harness::labour;
use crate::harness::{TestApp, eventually};

async fn enqueue_as(app: &TestApp, class: Class, key: &str, wait_ms: u64, count: usize) {
    let mut tx = app.platform.db.begin().await.unwrap();
    for _ in 0..count {
        let mut job = NewJob::new(&effect(key, wait_ms)).unwrap();
        job.class = class;
        tx.enqueue_new(job).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn normal_and_bulk_have_their_share_while_urgent_always_waits() {
    let app = TestApp::in_real_time(&[]).await;
    for class in Class::ALL {
        enqueue_as(&app, class, class.name(), 1, 200).await;
    }
    let crew = app.crew(labour::registry(), vec!["feed:8".parse().unwrap()]);
    eventually("all have run", Duration::from_secs(30), async || {
        app.unfinished().await == 0
    })
    .await;
    crew.dismiss().await;
    let before_the_last_urgent = async |class| -> i64 {
        let query = "select count(*) from finished_jobs
                     where class = $1 and claimed_at < (select max(claimed_at) from finished_jobs where class = 0)";
        sqlx::query_scalar(query)
            .bind(class)
            .fetch_one(app.platform.db.pool())
            .await
            .unwrap()
    };
    let (normal, bulk) = (
        before_the_last_urgent(1_i16).await,
        before_the_last_urgent(2_i16).await,
    );
    // Of 200 urgent ones: 50 and 12, and a take more or less.
    assert!((30..=80).contains(&normal), "{normal}");
    assert!((5..=30).contains(&bulk), "{bulk}");
}

#[tokio::test]
async fn long_bulk_jobs_never_hold_all_places() {
    let app = TestApp::in_real_time(&[]).await.leaving_jobs();
    enqueue_as(&app, Class::Bulk, "long", 120_000, 30).await;
    let _worker = Member::worker("feed:4", &app.settings);
    let running = "select count(*) from jobs where state = 'running'";
    eventually("bulk has its places", Duration::from_secs(20), async || {
        app.count(running).await == 2
    })
    .await;
    for class in [Class::Normal, Class::Urgent] {
        enqueue_as(&app, class, class.name(), 0, 20).await;
        eventually("others run", Duration::from_secs(10), async || {
            app.effects(class.name()).await == 20
        })
        .await;
    }
    enqueue_as(&app, Class::Normal, "long", 120_000, 30).await;
    eventually(
        "normal has its places",
        Duration::from_secs(10),
        async || app.count(running).await == 3,
    )
    .await;
    enqueue_as(&app, Class::Urgent, "person waits", 0, 20).await;
    eventually("urgent runs", Duration::from_secs(10), async || {
        app.effects("person waits").await == 20
    })
    .await;
    assert_eq!(app.count(running).await, 3);
}
