//! What real faults do: processes that are killed or stood still, servers that are wiped or restarted. Nothing accepted is
//! lost, and no effect happens twice.

mod blame;
mod claims;
mod clocks;
mod fairness;
mod half_open;
mod lanes;
mod no_tickets;
mod strays;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use domain::operations;
use platform::jobs::rescue;
use platform::jobs::workers::{self as crew, NewWorker};

use crate::harness::fleet::{Member, Servers};
use crate::harness::labour::{self, Effect, KillsItsWorker};
use crate::harness::{TestApp, eventually};

fn effect(key: &str, wait_ms: u64) -> Effect {
    Effect {
        key: key.to_owned(),
        wait_ms,
    }
}

async fn claimed(app: &TestApp, jobs: i64) {
    eventually(
        "a worker has the job",
        Duration::from_secs(20),
        async || {
            app.count("select count(*) from jobs where state = 'running'")
                .await
                == jobs
        },
    )
    .await;
}

/// Servers that this test may restart, with a Commons on them.
async fn on_own_servers(name: &str, more: &[(&str, &str)]) -> (Servers, TestApp) {
    let servers = Servers::start(name).await;
    let app = TestApp::on_servers(&servers.database_url, &servers.redis_url, more).await;
    (servers, app)
}

#[tokio::test]
async fn a_worker_killed_in_mid_job_is_replaced_within_15_seconds_and_the_effect_happens_once() {
    let app = TestApp::in_real_time(&[]).await;
    let mut first = Member::worker("feed:4", &app.settings);
    app.enqueue(effect("once", 2_000)).await;
    claimed(&app, 1).await;
    first.signal("-KILL");
    let killed = Instant::now();
    first.end().await;
    let _second = Member::worker("feed:4", &app.settings);
    let _scheduler = Member::start("scheduler", &app.settings);
    eventually(
        "another worker has it",
        Duration::from_secs(15),
        async || {
            app.count("select count(*) from jobs where state = 'running' and epoch = 2")
                .await
                == 1
        },
    )
    .await;
    assert!(
        killed.elapsed() < Duration::from_secs(15),
        "{:?}",
        killed.elapsed()
    );
    eventually("it has run", Duration::from_secs(10), async || {
        app.unfinished().await == 0
    })
    .await;
    assert_eq!(app.effects("once").await, 1);
}

#[tokio::test]
async fn a_worker_that_stood_still_past_its_lease_cannot_finish_a_second_time() {
    let app = TestApp::in_real_time(&[("JOBS_SILENCE", "2s")]).await;
    let first = Member::worker("feed:4", &app.settings);
    app.enqueue(effect("once", 1_000)).await;
    claimed(&app, 1).await;
    first.signal("-STOP");
    let _scheduler = Member::start("scheduler", &app.settings);
    let _second = Member::worker("feed:4", &app.settings);
    eventually(
        "the second worker did it",
        Duration::from_secs(20),
        async || app.effects("once").await == 1,
    )
    .await;
    first.signal("-CONT");
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(app.effects("once").await, 1);
    app.enqueue_all((0..20).map(|_| effect("after", 0))).await;
    eventually("both work on", Duration::from_secs(10), async || {
        app.effects("after").await == 20
    })
    .await;
    assert_eq!(
        app.count("select count(*) from job_workers").await,
        2,
        "the first one introduced itself anew"
    );
}

#[tokio::test]
async fn a_job_that_kills_its_worker_is_quarantined_after_three() {
    let app = TestApp::in_real_time(&[("JOBS_SILENCE", "1s")]).await;
    let id = app.enqueue(KillsItsWorker {}).await;
    let _scheduler = Member::start("scheduler", &app.settings);
    for _ in 0..3 {
        let mut victim = Member::worker("feed:1", &app.settings);
        assert_eq!(victim.end().await, None, "it was aborted");
    }
    eventually("it is set aside", Duration::from_secs(10), async || {
        app.count("select count(*) from jobs where state = 'quarantined'")
            .await
            == 1
    })
    .await;
    let job = operations::show(&mut app.platform.db.acquire().await.unwrap(), id)
        .await
        .unwrap();
    assert_eq!(
        (job.summary.attempt, job.summary.crashes, job.errors.len()),
        (0, 3, 3)
    );
}

#[tokio::test]
async fn sigterm_hands_work_back_without_counting_an_attempt() {
    let app = TestApp::in_real_time(&[("JOBS_GRACE", "500ms")]).await;
    let mut worker = Member::worker("feed:4", &app.settings);
    let id = app.enqueue(effect("later", 5_000)).await;
    claimed(&app, 1).await;
    worker.signal("-TERM");
    assert_eq!(worker.end().await, Some(0));
    let job = operations::show(&mut app.platform.db.acquire().await.unwrap(), id)
        .await
        .unwrap();
    assert_eq!(
        (
            job.summary.state.name(),
            job.summary.attempt,
            job.summary.crashes
        ),
        ("ready", 0, 0)
    );
    assert_eq!(app.count("select count(*) from job_workers").await, 0);
    let _next = Member::worker("feed:4", &app.settings);
    eventually(
        "the next one does it",
        Duration::from_secs(15),
        async || app.effects("later").await == 1,
    )
    .await;
}

#[tokio::test]
async fn sigterm_lets_short_jobs_finish() {
    let app = TestApp::in_real_time(&[]).await;
    let mut worker = Member::worker("feed:4", &app.settings);
    app.enqueue(effect("now", 1_000)).await;
    claimed(&app, 1).await;
    worker.signal("-TERM");
    assert_eq!(worker.end().await, Some(0));
    assert_eq!(app.effects("now").await, 1);
}

#[tokio::test]
async fn an_enqueuer_killed_between_commit_and_ticket_loses_nothing() {
    let app = TestApp::in_real_time(&[]).await;
    // Redis knows its generation, so that only the search for lost tickets can help.
    app.sweep().await;
    let mut enqueuer = Member::start("commits_without_telling orphan", &app.settings);
    eventually("it has committed", Duration::from_secs(10), async || {
        app.unfinished().await == 1
    })
    .await;
    enqueuer.signal("-KILL");
    enqueuer.end().await;
    let _worker = Member::worker("feed:4", &app.settings);
    let _scheduler = Member::start("scheduler", &app.settings);
    eventually("the relay told it", Duration::from_secs(10), async || {
        app.effects("orphan").await == 1
    })
    .await;
}

#[tokio::test]
async fn a_lost_ticket_behind_a_backlog_is_told_again() {
    let app = TestApp::in_real_time(&[]).await;
    // Redis knows its generation, so that only the search for lost tickets can help.
    app.sweep().await;
    let mut tx = app.platform.db.begin().await.unwrap();
    tx.enqueue(effect("lost", 0)).await.unwrap();
    let _lost = tx.commit_keeping_tickets().await.unwrap();
    tokio::time::sleep(Duration::from_millis(3_200)).await;
    app.enqueue_all((0..400).map(|_| effect("backlog", 50)))
        .await;
    let workers = app.crew(labour::registry(), vec!["feed:2".parse().unwrap()]);
    let _scheduler = Member::start("scheduler", &app.settings);
    eventually(
        "it overtakes nobody but is not forgotten",
        Duration::from_secs(30),
        async || app.effects("lost").await == 1,
    )
    .await;
    eventually("all ran", Duration::from_secs(30), async || {
        app.unfinished().await == 0
    })
    .await;
    workers.dismiss().await;
    assert_eq!(app.effects("backlog").await, 400);
}

#[tokio::test]
async fn a_wiped_redis_forgets_tickets_but_no_job() {
    let (_servers, app) = on_own_servers("wiped", &[]).await;
    app.enqueue_all((0..1_000).map(|_| effect("all", 0))).await;
    let mut redis = app.platform.redis.shared();
    let _: () = redis::cmd("FLUSHALL")
        .query_async(&mut redis)
        .await
        .unwrap();
    let _scheduler = Member::start("scheduler", &app.settings);
    let _worker = Member::worker("feed:16", &app.settings);
    eventually("all ran", Duration::from_secs(20), async || {
        app.effects("all").await >= 1_000
    })
    .await;
    eventually("nothing is left", Duration::from_secs(10), async || {
        app.unfinished().await == 0
    })
    .await;
    assert_eq!(app.effects("all").await, 1_000);
}

#[tokio::test]
async fn a_redis_that_restarts_empty_under_workers_loses_no_job() {
    let (servers, app) = on_own_servers("redis", &[]).await;
    let _scheduler = Member::start("scheduler", &app.settings);
    let mut worker = Member::worker("feed:4", &app.settings);
    app.enqueue_all((0..1_000).map(|_| effect("all", 10))).await;
    eventually("they have begun", Duration::from_secs(10), async || {
        app.effects("all").await > 20
    })
    .await;
    servers.restart_redis().await;
    eventually("all ran", Duration::from_secs(40), async || {
        app.effects("all").await >= 1_000
    })
    .await;
    eventually("nothing is left", Duration::from_secs(10), async || {
        app.unfinished().await == 0
    })
    .await;
    assert_eq!(app.effects("all").await, 1_000);
    worker.signal("-TERM");
    assert_eq!(worker.end().await, Some(0), "no process died");
}

#[tokio::test]
async fn a_postgres_that_restarts_under_load_loses_nothing_and_nobody_dies() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let bind = format!("127.0.0.1:{port}");
    let (servers, app) = on_own_servers("postgres", &[("BIND", &bind)]).await;
    let mut api = Member::start("api", &app.settings);
    let mut scheduler = Member::start("scheduler", &app.settings);
    let mut worker = Member::worker("feed:16", &app.settings);
    let accepted = enqueue_through_a_restart(&app, &servers).await;
    assert!(accepted > 20, "{accepted}");
    eventually("all ran", Duration::from_secs(60), async || {
        let left: Result<i64, _> = sqlx::query_scalar("select count(*) from jobs")
            .fetch_one(app.platform.db.pool())
            .await;
        left.is_ok_and(|left| left == 0)
    })
    .await;
    assert_eq!(
        app.count("select count(distinct key) from effects").await,
        accepted
    );
    assert_eq!(app.count("select count(*) from effects").await, accepted);
    eventually("the API is ready", Duration::from_secs(10), async || {
        let answer = reqwest::get(format!("http://{bind}/health/ready")).await;
        answer.is_ok_and(|answer| answer.status().is_success())
    })
    .await;
    for process in [&mut worker, &mut scheduler, &mut api] {
        process.signal("-TERM");
        assert_eq!(process.end().await, Some(0), "no process died");
    }
}

/// Enqueues one job a transaction while Postgres is restarted; answers how many commits were acknowledged.
async fn enqueue_through_a_restart(app: &TestApp, servers: &Servers) -> i64 {
    let mut accepted: HashMap<bool, i64> = HashMap::new();
    let restart = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        servers.restart_postgres().await;
        tokio::time::sleep(Duration::from_secs(2)).await;
    };
    let enqueue = async {
        for number in 0_u32.. {
            let done = async {
                let mut tx = app.platform.db.begin().await?;
                tx.enqueue(effect(&format!("job {number}"), 1)).await?;
                tx.commit().await
            };
            *accepted.entry(done.await.is_ok()).or_default() += 1;
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::select! {
        () = restart => {}
        () = enqueue => {}
    }
    // A commit that was cut off may have counted: the ledger says what was accepted.
    let known = accepted.get(&true).copied().unwrap_or(0);
    eventually("Postgres is back", Duration::from_secs(20), async || {
        app.platform.db.ping().await.is_ok()
    })
    .await;
    let done = app
        .count("select (select count(*) from effects) + (select count(*) from jobs)")
        .await;
    assert!(done >= known, "{known} were acknowledged, {done} are known");
    done
}

/// A worker that last beat `ago` seconds ago, beside a sweeper that has been on time for `sound` seconds.
async fn a_silent_worker(app: &TestApp, ago: i32, sound: i32) {
    let worker = NewWorker {
        id: platform::new_id(&app.clock),
        name: "silent",
        slots: &HashMap::from([("feed", 1)]),
        knows: &[],
        silence: Duration::from_secs(10),
    };
    let pool = app.platform.db.pool();
    crew::register(&app.platform.db, &worker).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
        "update job_workers set beat_at = now() - interval '{ago} seconds';
         update job_sweeper set beat_at = now(), sound_since = now() - interval '{sound} seconds'"
    )))
    .execute(pool)
    .await
    .unwrap();
}

#[tokio::test]
async fn silence_is_told_apart_from_a_database_that_was_away() {
    let app = TestApp::in_real_time(&[]).await;
    let (db, pool) = (&app.platform.db, app.platform.db.pool());
    let silence = Duration::from_secs(10);
    let sweep = async || {
        if rescue::pulse(db, silence).await.unwrap().something {
            rescue::rescue(db, silence).await.unwrap();
        }
        app.count("select count(*) from job_workers").await
    };
    a_silent_worker(&app, 5, 60).await;
    assert_eq!(sweep().await, 1, "it has not been silent for long enough");
    sqlx::raw_sql("delete from job_workers")
        .execute(pool)
        .await
        .unwrap();
    a_silent_worker(&app, 30, 5).await;
    assert_eq!(
        sweep().await,
        1,
        "the sweeper heard too little of the silence"
    );
    sqlx::raw_sql("update job_sweeper set sound_since = now() - interval '60 seconds', beat_at = now() - interval '14 seconds'")
        .execute(pool)
        .await
        .unwrap();
    assert_eq!(sweep().await, 1, "Postgres itself stood still");
    sqlx::raw_sql("update job_sweeper set sound_since = now() - interval '60 seconds'")
        .execute(pool)
        .await
        .unwrap();
    let up = app
        .count("select extract(epoch from now() - pg_postmaster_start_time())::bigint")
        .await;
    let expected = i64::from(up <= 60);
    assert_eq!(
        sweep().await,
        expected,
        "it is dead, unless Postgres started after it fell silent"
    );
}

#[tokio::test]
async fn a_worker_stops_in_time_though_its_servers_are_away() {
    let (servers, app) = on_own_servers("away", &[("JOBS_GRACE", "1s")]).await;
    let app = app.leaving_jobs();
    let mut worker = Member::worker("feed:5", &app.settings);
    app.enqueue_all((0..200).map(|_| effect("some", 20))).await;
    claimed(&app, 4).await;
    servers.stop().await;
    worker.signal("-TERM");
    assert_eq!(worker.end().await, Some(0));
}
