//! Connections on which nothing is heard any more, though nobody hung up.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::{claimed, effect, on_own_servers};
use crate::harness::fleet::Member;
use crate::harness::proxy::{Fault, Proxy};
use crate::harness::{TestApp, eventually};

/// The settings of a process that reaches its Postgres through a proxy.
async fn through_a_proxy(app: &TestApp) -> (Proxy, HashMap<String, String>) {
    let (proxy, url) = Proxy::to(&app.settings["DATABASE_URL"]).await;
    let mut settings = app.settings.clone();
    settings.insert("DATABASE_URL".to_owned(), url);
    (proxy, settings)
}

#[tokio::test]
async fn workers_and_schedulers_go_on_after_their_lines_to_postgres_fell_silent() {
    let app = TestApp::in_real_time(&[("JOBS_SILENCE", "4s")]).await;
    let (proxy, settings) = through_a_proxy(&app).await;
    let _worker = Member::worker("feed:4", &settings);
    let _scheduler = Member::start("scheduler", &settings);
    app.enqueue_all((0..200).map(|_| effect("all", 20))).await;
    eventually("they have begun", Duration::from_secs(20), async || {
        app.effects("all").await > 20
    })
    .await;
    proxy.set(Fault::HalfOpen);
    tokio::time::sleep(Duration::from_secs(3)).await;
    proxy.set(Fault::None);
    // What was cut off in the middle waits for its second try.
    eventually("all ran", Duration::from_secs(40), async || {
        app.effects("all").await >= 200
    })
    .await;
    assert_eq!(app.effects("all").await, 200);
}

#[tokio::test]
async fn every_role_ends_though_postgres_does_not_answer() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let bind = port.local_addr().unwrap().to_string();
    drop(port);
    let app = TestApp::in_real_time(&[("JOBS_GRACE", "1s"), ("BIND", &bind)])
        .await
        .leaving_jobs();
    let (proxy, settings) = through_a_proxy(&app).await;
    let mut api = Member::start("api", &settings);
    let mut worker = Member::worker("feed:5", &settings);
    let mut scheduler = Member::start("scheduler", &settings);
    let ready = async || {
        let answer = reqwest::get(format!("http://{bind}/health/ready")).await;
        answer.map_or(0, |answer| answer.status().as_u16())
    };
    app.enqueue_all((0..8).map(|_| effect("all", 10_000))).await;
    claimed(&app, 4).await;
    eventually("the API is ready", Duration::from_secs(20), async || {
        ready().await == 200
    })
    .await;
    proxy.set(Fault::HalfOpen);
    eventually("it is not ready", Duration::from_secs(10), async || {
        ready().await == 503
    })
    .await;
    let begun = Instant::now();
    for process in [&mut api, &mut worker, &mut scheduler] {
        process.signal("-TERM");
    }
    for process in [&mut api, &mut worker, &mut scheduler] {
        process.end().await;
    }
    assert!(
        begun.elapsed() < Duration::from_secs(25),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn a_line_to_redis_that_fell_silent_is_replaced() {
    let app = TestApp::in_real_time(&[]).await;
    let (proxy, url) = Proxy::to(&app.settings["REDIS_URL"]).await;
    let beyond = app.beside(&[("REDIS_URL", &url)]);
    let redis = &beyond.platform.redis;
    redis.ping().await.unwrap();
    proxy.set(Fault::HalfOpen);
    for _ in 0..2 {
        redis.ping().await.unwrap_err();
    }
    proxy.set(Fault::None);
    eventually("it answers again", Duration::from_secs(10), async || {
        redis.ping().await.is_ok()
    })
    .await;
}

#[tokio::test]
async fn a_redis_that_became_a_replica_is_left_for_the_one_that_took_over() {
    let (_servers, app) = on_own_servers("failover", &[]).await;
    let (proxy, url) = Proxy::to(&app.settings["REDIS_URL"]).await;
    let beyond = app.beside(&[("REDIS_URL", &url)]);
    let mut through = beyond.platform.redis.shared();
    let key = beyond.platform.redis.key("written");
    let mut write = async || -> bool {
        let written: Result<(), _> = redis::cmd("SET")
            .arg(&key)
            .arg(1)
            .query_async(&mut through)
            .await;
        written.is_ok()
    };
    assert!(write().await);
    let demote = redis::cmd("REPLICAOF").arg("127.0.0.1").arg(1).clone();
    let _: () = demote
        .query_async(&mut app.platform.redis.shared())
        .await
        .unwrap();
    proxy.fail_over(&crate::harness::fleet::shared_redis());
    eventually(
        "the other one is written to",
        Duration::from_secs(10),
        write,
    )
    .await;
}

#[tokio::test]
async fn a_begin_that_is_dropped_half_way_leaves_no_transaction_open() {
    let app = TestApp::in_real_time(&[]).await;
    let db = &app.platform.db;
    let mut dropped = 0;
    for _ in 0..100 {
        // So that a connection rests, which the next transaction begins on.
        db.begin().await.unwrap().commit().await.unwrap();
        let mut begin = Box::pin(db.begin());
        // Mostly Postgres has not answered yet; by the time of the drop it has begun, and nobody has heard of it.
        dropped += i32::from(futures::poll!(&mut begin).is_pending());
        tokio::time::sleep(Duration::from_millis(2)).await;
        drop(begin);
    }
    assert!(dropped > 10, "{dropped} were dropped half-way");
    let open = "select count(*) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'";
    eventually("none is open", Duration::from_secs(3), async || {
        app.count(open).await == 0
    })
    .await;
}
