//! A crowd has a lane, which is served in turn with everybody's list.

use std::time::Duration;

use platform::scope::Scope;
use redis::AsyncCommands;
use uuid::Uuid;

use super::effect;
use crate::harness::fleet::Member;
use crate::harness::labour;
use crate::harness::{TestApp, eventually};

async fn enqueue_for(app: &TestApp, person: u128, key: &str, count: usize) {
    let scope = Scope::for_job(None, Some(Uuid::from_u128(person)));
    let jobs = (0..count).map(|_| effect(key, 0));
    scope.run(app.enqueue_all(jobs)).await;
}

/// How many jobs of others began before the last one of `key`, once all of its 20 have run.
async fn began_before(app: &TestApp, key: &str) -> i64 {
    let crew = app.crew(labour::registry(), vec!["feed:8".parse().unwrap()]);
    eventually("theirs have run", Duration::from_secs(40), async || {
        app.effects(key).await == 20
    })
    .await;
    crew.dismiss().await;
    let others = "select count(*) from finished_jobs
                  where payload ->> 'key' <> $1
                    and claimed_at < (select max(claimed_at) from finished_jobs where payload ->> 'key' = $1)";
    sqlx::query_scalar(others)
        .bind(key)
        .fetch_one(app.platform.db.pool())
        .await
        .unwrap()
}

/// The keys of lanes in Redis.
async fn lanes(app: &TestApp) -> Vec<String> {
    let pattern = app.platform.redis.key("*:lane:*");
    let mut connection = app.platform.redis.shared();
    redis::cmd("KEYS")
        .arg(pattern)
        .query_async(&mut connection)
        .await
        .unwrap()
}

/// Tickets leave after the commit.
async fn tickets_wait(app: &TestApp, least: u64) {
    eventually("the tickets wait", Duration::from_secs(10), async || {
        let waiting = app.platform.tickets.waiting().await.unwrap();
        waiting.iter().map(|(_, count)| count).sum::<u64>() >= least
    })
    .await;
}

#[tokio::test]
async fn a_persons_jobs_wait_for_at_most_200_of_one_who_crowds() {
    let app = TestApp::in_real_time(&[]).await.leaving_jobs();
    app.sweep().await;
    enqueue_for(&app, 1, "crowd", 5_000).await;
    enqueue_for(&app, 100, "other", 20).await;
    let before = began_before(&app, "other").await;
    assert!(before <= 200, "{before}");
}

#[tokio::test]
async fn a_persons_jobs_wait_for_at_most_1000_of_five_who_crowd() {
    let app = TestApp::in_real_time(&[]).await.leaving_jobs();
    app.sweep().await;
    for person in 1..=5 {
        enqueue_for(&app, person, "crowd", 1_500).await;
    }
    enqueue_for(&app, 100, "other", 20).await;
    let before = began_before(&app, "other").await;
    assert!(before <= 1_000, "{before}");
}

#[tokio::test]
async fn a_crowd_whose_bell_is_lost_goes_on() {
    let app = TestApp::in_real_time(&[]).await;
    app.sweep().await;
    enqueue_for(&app, 1, "crowd", 300).await;
    tickets_wait(&app, 301).await;
    let lane = lanes(&app).await.pop().unwrap();
    let (main, _) = lane.split_once(":lane:").unwrap();
    let _: () = app.platform.redis.shared().del(main).await.unwrap();
    let _scheduler = Member::start("scheduler", &app.settings);
    let _worker = Member::worker("feed:8", &app.settings);
    eventually("all have run", Duration::from_secs(40), async || {
        app.unfinished().await == 0
    })
    .await;
    assert_eq!(app.effects("crowd").await, 300);
}

#[tokio::test]
async fn bells_are_hung_only_while_every_worker_reads_them() {
    let app = TestApp::in_real_time(&[]).await.leaving_jobs();
    app.sweep().await;
    enqueue_for(&app, 1, "crowd", 300).await;
    // And the bell.
    tickets_wait(&app, 301).await;
    assert_eq!(lanes(&app).await.len(), 1);
    // A worker of the release before this one registers: it knows no bells.
    app.run("insert into job_workers (id, name, pools, knows, slots) values (gen_random_uuid(), 'old', '{feed}', '{test.effect}', '{}')")
        .await;
    app.sweep().await;
    enqueue_for(&app, 2, "another crowd", 300).await;
    tickets_wait(&app, 601).await;
    assert!(lanes(&app).await.len() <= 1);
    // What stands in the lane moves to where an old worker finds it, once it has waited for longer than a ticket takes.
    eventually("no lane is left", Duration::from_secs(20), async || {
        app.sweep().await;
        lanes(&app).await.is_empty()
    })
    .await;
    tickets_wait(&app, 601).await;
}
