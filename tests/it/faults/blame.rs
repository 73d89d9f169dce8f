//! Who is blamed for a death, and who is only beside it.

use std::time::Duration;

use super::{claimed, effect, on_own_servers};
use crate::harness::fleet::Member;
use crate::harness::labour::KillsItsWorker;
use crate::harness::{TestApp, eventually};

#[tokio::test]
async fn a_job_that_kills_its_workers_is_quarantined_and_those_beside_it_are_not() {
    let app = TestApp::in_real_time(&[("JOBS_SILENCE", "1s")])
        .await
        .leaving_jobs();
    let _scheduler = Member::start("scheduler", &app.settings);
    app.enqueue_all((0..12).map(|_| effect("beside", 400)))
        .await;
    app.enqueue(KillsItsWorker {}).await;
    for _ in 0..3 {
        let mut victim = Member::worker("feed:16", &app.settings);
        assert_eq!(victim.end().await, None, "it was aborted");
    }
    eventually("it is set aside", Duration::from_secs(10), async || {
        app.count("select count(*) from jobs where state = 'quarantined'")
            .await
            == 1
    })
    .await;
    let _survivor = Member::worker("feed:16", &app.settings);
    eventually("the others have run", Duration::from_secs(30), async || {
        app.effects("beside").await == 12
    })
    .await;
    let most = "select max(crashes)::bigint from finished_jobs where name = 'test.effect'";
    assert!(
        app.count(most).await <= 1,
        "only the suspect is blamed again"
    );
    let quarantined =
        "select count(*) from jobs where state = 'quarantined' and name = 'test.kills_its_worker'";
    assert_eq!(app.count(quarantined).await, 1);
}

#[tokio::test]
async fn a_postgres_that_stands_still_again_and_again_costs_no_job_its_worker() {
    let (servers, app) = on_own_servers("stalls", &[("JOBS_SILENCE", "2s")]).await;
    let _scheduler = Member::start("scheduler", &app.settings);
    let _worker = Member::worker("feed:5", &app.settings);
    app.enqueue_all((0..4).map(|_| effect("long", 16_000)))
        .await;
    claimed(&app, 4).await;
    for _ in 0..3 {
        servers.freeze_postgres(Duration::from_secs(4)).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    eventually("all ran", Duration::from_secs(30), async || {
        app.unfinished().await == 0
    })
    .await;
    assert_eq!(app.effects("long").await, 4);
    assert_eq!(
        app.count("select max(crashes)::bigint from finished_jobs")
            .await,
        0
    );
}

#[tokio::test]
async fn a_backlog_that_nobody_can_run_keeps_no_dead_worker_from_being_noticed() {
    let app = TestApp::in_real_time(&[("JOBS_SILENCE", "1s")])
        .await
        .leaving_jobs();
    backlog(&app, "nobody.knows").await;
    let _scheduler = Member::start("scheduler", &app.settings);
    let mut first = Member::worker("feed:4", &app.settings);
    app.enqueue(effect("once", 2_000)).await;
    claimed(&app, 1).await;
    first.signal("-KILL");
    first.end().await;
    let _second = Member::worker("feed:4", &app.settings);
    eventually("it has run", Duration::from_secs(20), async || {
        app.effects("once").await == 1
    })
    .await;
    let retold = "select count(*) from jobs where retold_at is not null and name = 'nobody.knows'";
    assert_eq!(
        app.count(retold).await,
        0,
        "nobody is told of what nobody knows"
    );
}

#[tokio::test]
async fn what_is_paused_is_not_read_however_much_waits() {
    let app = TestApp::in_real_time(&[]).await.leaving_jobs();
    backlog(&app, "test.effect").await;
    sqlx::raw_sql("insert into job_pauses (name) values ('test.effect')")
        .execute(app.platform.db.pool())
        .await
        .unwrap();
    let plan: serde_json::Value =
        sqlx::query_scalar("explain (analyze, buffers, format json) select * from waiting_lists()")
            .fetch_one(app.platform.db.pool())
            .await
            .unwrap();
    let top = &plan[0]["Plan"];
    let pages =
        top["Shared Hit Blocks"].as_i64().unwrap() + top["Shared Read Blocks"].as_i64().unwrap();
    assert!(pages < 200, "{pages} pages for one list");
    let gauges = platform::jobs::gauges::pools(&app.platform.db)
        .await
        .unwrap();
    assert!(gauges.iter().all(|gauge| gauge.oldest == 0.0));
}

/// 50,000 ready jobs of one name, without tickets and told long ago.
async fn backlog(app: &TestApp, name: &str) {
    sqlx::query(
        "insert into jobs (id, max_attempts, class, told_at, created_at, state, name, pool, payload)
         select gen_random_uuid(), 20, 1, now() - interval '1 hour' + n * interval '1 millisecond', now(), 'ready', $1, 'feed', '{}'
         from generate_series(1, 50000) as n",
    )
    .bind(name)
    .execute(app.platform.db.pool())
    .await
    .unwrap();
    sqlx::raw_sql("analyze jobs")
        .execute(app.platform.db.pool())
        .await
        .unwrap();
    // Redis knows its generation, so that only the search for lost tickets looks at them.
    let _: () = redis::cmd("SET")
        .arg(app.platform.redis.key("generation"))
        .arg(1)
        .query_async(&mut app.platform.redis.shared())
        .await
        .unwrap();
}
