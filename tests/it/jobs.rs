//! The engine in one process: outcomes, uniqueness, slices, the schedule, the operators' verbs.

use std::time::Duration;

use domain::audit::Operator;
use domain::operations;
use platform::jobs::operate::Scope;
use platform::jobs::{Job, NewJob};
use scheduler::{CatchUp, Entry, tick};
use serde_json::{Value, json};
use workers::Plan;

use crate::harness::labour::{self, Behave, Effect, Likes, Sliced};
use crate::harness::{TestApp, eventually};

fn effect(key: &str) -> Effect {
    Effect {
        key: key.to_owned(),
        wait_ms: 0,
    }
}

#[tokio::test]
async fn a_job_runs_once_though_its_ticket_came_twice() {
    let app = TestApp::start().await;
    let id = app.enqueue(effect("once")).await;
    let twice = [platform::jobs::Ticket {
        pool: Effect::POOL,
        class: Effect::CLASS,
        lane: platform::jobs::COMMON,
        id,
    }; 2];
    app.platform.tickets.push(&twice).await.unwrap();
    app.drain_with(labour::registry()).await;
    assert_eq!(app.effects("once").await, 1);
}

#[tokio::test]
async fn a_rolled_back_transaction_enqueues_nothing() {
    let app = TestApp::start().await;
    let mut tx = app.platform.db.begin().await.unwrap();
    tx.enqueue(effect("never")).await.unwrap();
    tx.rollback().await.unwrap();
    app.drain_with(labour::registry()).await;
    assert_eq!(app.effects("never").await, 0);
}

#[tokio::test]
async fn a_failure_waits_longer_each_time_and_is_dead_after_its_attempts() {
    let app = TestApp::start().await;
    let id = app.enqueue(Behave::Fail).await;
    let mut waits = Vec::new();
    for _ in 0..2 {
        app.drain_with(labour::registry()).await;
        let job = operations::show(&mut app.platform.db.acquire().await.unwrap(), id)
            .await
            .unwrap();
        let wait = job.summary.due_at.unwrap() - app.platform.clock.now();
        waits.push(wait.num_milliseconds());
        app.clock.advance(wait.to_std().unwrap());
        app.relay().await;
    }
    app.drain_with(labour::registry()).await;
    let job = operations::show(&mut app.platform.db.acquire().await.unwrap(), id)
        .await
        .unwrap();
    assert_eq!(job.summary.state.name(), "dead");
    assert_eq!(job.errors.len(), 3);
    assert_eq!(job.errors[2].error, "as it was told");
    assert!((2_490..=10_000).contains(&waits[0]), "{waits:?}");
    assert!((4_990..=20_000).contains(&waits[1]), "{waits:?}");
}

#[tokio::test]
async fn panics_and_overlong_runs_are_failures_with_their_reason() {
    let app = TestApp::start().await;
    let panics = app.enqueue(Behave::Panic).await;
    let hangs = app.enqueue(Behave::Hang).await;
    app.drain_with(labour::registry()).await;
    let mut connection = app.platform.db.acquire().await.unwrap();
    let panicked = operations::show(&mut connection, panics).await.unwrap();
    let hung = operations::show(&mut connection, hangs).await.unwrap();
    assert_eq!(
        panicked.summary.last_error.as_deref(),
        Some("panicked: as it was told")
    );
    assert_eq!(
        hung.summary.last_error.as_deref(),
        Some("took longer than 200ms")
    );
    assert_eq!(panicked.summary.state.name(), "scheduled");
}

#[tokio::test]
async fn a_discarded_job_is_finished_with_its_reason() {
    let app = TestApp::start().await;
    let id = app.enqueue(Behave::Discard).await;
    app.drain_with(labour::registry()).await;
    let job = operations::show(&mut app.platform.db.acquire().await.unwrap(), id)
        .await
        .unwrap();
    assert_eq!(job.summary.state.name(), "discarded");
    assert_eq!(job.summary.last_error.as_deref(), Some("as it was told"));
}

#[tokio::test]
async fn an_undecodable_payload_is_dead_with_its_reason_and_stops_nobody() {
    let app = TestApp::start().await;
    let mut tx = app.platform.db.begin().await.unwrap();
    let mut broken = NewJob::new(&effect("broken")).unwrap();
    broken.payload = json!({ "key": 7 });
    let broken = tx.enqueue_new(broken).await.unwrap();
    tx.commit().await.unwrap();
    app.enqueue_all((0..100).map(|_| effect("sound"))).await;
    app.drain_with(labour::registry()).await;
    let job = operations::show(&mut app.platform.db.acquire().await.unwrap(), broken)
        .await
        .unwrap();
    assert_eq!(job.summary.state.name(), "dead");
    let error = job.summary.last_error.unwrap();
    assert!(
        error.starts_with("the payload does not decode: invalid type: integer `7`"),
        "{error}"
    );
    assert_eq!(app.effects("sound").await, 100);
}

#[tokio::test]
async fn a_job_of_another_version_waits_for_a_worker_that_knows_it() {
    let app = TestApp::start().await.leaving_jobs();
    let id = app.enqueue(effect("later")).await;
    let crew = app.crew(workers::registry(), Plan::all());
    let refused = "workers are there, and none knows it";
    eventually(refused, Duration::from_secs(10), async || {
        let mut connection = app.platform.db.acquire().await.unwrap();
        let why = operations::explain(&mut connection, id).await.unwrap();
        let waiting = app.platform.tickets.waiting().await.unwrap();
        let taken = waiting.iter().all(|(_, waiting)| *waiting == 0);
        taken && why.reasons[0].code == "unknown_to_workers"
    })
    .await;
    crew.dismiss().await;
}

#[tokio::test]
async fn a_long_job_goes_on_from_its_checkpoint_slice_by_slice() {
    let app = TestApp::start().await;
    let id = app.enqueue(Sliced { slices: 5 }).await;
    app.drain_with(labour::registry()).await;
    assert_eq!(app.effects("slice").await, 5);
    let job = operations::show(&mut app.platform.db.acquire().await.unwrap(), id)
        .await
        .unwrap();
    assert_eq!((job.summary.state.name(), job.summary.attempt), ("done", 1));
}

#[tokio::test]
async fn many_enqueues_of_one_key_become_one_run_with_their_count_and_a_few_samples() {
    let app = TestApp::start().await;
    for n in 0..30 {
        app.enqueue(Likes {
            post: "p1".to_owned(),
            by: format!("u{n}"),
        })
        .await;
    }
    app.enqueue_all((0..20).map(|n| Likes {
        post: "p1".to_owned(),
        by: format!("v{n}"),
    }))
    .await;
    assert_eq!(app.enqueued::<Likes>().await.len(), 1);
    app.relay().await;
    app.drain_with(labour::registry()).await;
    assert_eq!(
        app.effects("p1: 8 of 50").await,
        0,
        "it waits for two quiet seconds"
    );
    app.clock.advance(Duration::from_secs(3));
    app.relay().await;
    app.drain_with(labour::registry()).await;
    assert_eq!(app.effects("p1: 8 of 50").await, 1);
}

#[tokio::test]
async fn merging_is_bounded_by_the_longest_wait() {
    let app = TestApp::start().await.leaving_jobs();
    let id = app
        .enqueue(Likes {
            post: "p1".to_owned(),
            by: "first".to_owned(),
        })
        .await;
    for _ in 0..10 {
        app.clock.advance(Duration::from_millis(1_500));
        app.enqueue(Likes {
            post: "p1".to_owned(),
            by: "again".to_owned(),
        })
        .await;
    }
    let job = operations::show(&mut app.platform.db.acquire().await.unwrap(), id)
        .await
        .unwrap();
    let waited = job.summary.due_at.unwrap() - job.summary.created_at;
    assert_eq!(waited.num_seconds(), 10);
}

#[tokio::test]
async fn two_enqueues_of_one_key_at_once_make_one_row() {
    let app = TestApp::start().await.leaving_jobs();
    let like = |by: &str| {
        app.enqueue(Likes {
            post: "p1".to_owned(),
            by: by.to_owned(),
        })
    };
    let (one, other) = tokio::join!(like("a"), like("b"));
    assert_eq!(one, other);
    assert_eq!(app.count("select merged::bigint from jobs").await, 2);
}

#[tokio::test]
async fn urgent_jobs_go_before_bulk_ones() {
    let app = TestApp::start().await;
    app.enqueue_all((0..200).map(|_| Sliced { slices: 1 }))
        .await;
    app.enqueue(effect("urgent")).await;
    let one_at_a_time = vec!["feed:1".parse().unwrap()];
    let crew = app.crew(labour::registry(), one_at_a_time);
    eventually("the urgent one ran", Duration::from_secs(20), async || {
        app.effects("urgent").await == 1
    })
    .await;
    let before = app.effects("slice").await;
    assert!(before < 50, "{before} bulk jobs ran first");
    eventually("all ran", Duration::from_secs(20), async || {
        app.unfinished().await == 0
    })
    .await;
    crew.dismiss().await;
}

#[tokio::test]
async fn twenty_thousand_jobs_fall_due_in_the_same_second() {
    let app = TestApp::start().await;
    let due = app.platform.clock.now() + Duration::from_secs(60);
    sqlx::query(
        "insert into jobs (id, max_attempts, class, due_at, created_at, state, name, pool, payload)
         select gen_random_uuid(), 3, 1, $1, now(), 'scheduled', 'test.effect', 'feed', '{\"key\": \"due\", \"wait_ms\": 0}'
         from generate_series(1, 20000)",
    )
    .bind(due)
    .execute(app.platform.db.pool())
    .await
    .unwrap();
    app.relay().await;
    assert_eq!(app.unfinished().await, 0, "not before its time");
    app.clock.advance(Duration::from_secs(60));
    app.relay().await;
    assert_eq!(app.unfinished().await, 20_000);
    let crew = app.crew(labour::registry(), vec!["feed:200".parse().unwrap()]);
    eventually("all ran", Duration::from_secs(90), async || {
        app.unfinished().await == 0
    })
    .await;
    crew.dismiss().await;
    assert_eq!(app.effects("due").await, 20_000);
}

#[tokio::test]
async fn pausing_a_pool_on_one_node_stops_all_and_resuming_starts_all() {
    let app = TestApp::start().await;
    let crews = [
        app.crew(labour::registry(), vec!["feed:4".parse().unwrap()]),
        app.crew(labour::registry(), vec!["feed:4".parse().unwrap()]),
    ];
    app.enqueue(effect("before")).await;
    eventually("workers work", Duration::from_secs(5), async || {
        app.effects("before").await == 1
    })
    .await;

    let by = Operator::shell("tests");
    let feed = Scope::Pool("feed".to_owned());
    let mut tx = app.platform.db.begin().await.unwrap();
    operations::pause(&mut tx, &by, &feed, Some("a try"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    app.enqueue_all((0..50).map(|_| effect("paused"))).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    app.sweep().await;
    assert_eq!(app.effects("paused").await, 0);
    let overview = operations::overview(&app.platform).await.unwrap();
    let pool = overview.iter().find(|pool| pool.pool == "feed").unwrap();
    assert_eq!(
        (pool.ready, pool.pause.as_ref().unwrap().reason.as_deref()),
        (50, Some("a try"))
    );

    let mut tx = app.platform.db.begin().await.unwrap();
    operations::resume(&mut tx, &by, &feed).await.unwrap();
    tx.commit().await.unwrap();
    app.platform.control.announce().await.unwrap();
    eventually("they run again", Duration::from_secs(10), async || {
        app.sweep().await;
        app.effects("paused").await == 50
    })
    .await;
    for crew in crews {
        crew.dismiss().await;
    }
}

#[tokio::test]
async fn pausing_a_job_name_holds_only_that_name() {
    let app = TestApp::start().await.leaving_jobs();
    let by = Operator::shell("tests");
    let mut tx = app.platform.db.begin().await.unwrap();
    operations::pause(&mut tx, &by, &Scope::Name(Sliced::NAME.to_owned()), None)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let held = app.enqueue(Sliced { slices: 1 }).await;
    app.enqueue(effect("free")).await;
    let crew = app.crew(labour::registry(), vec!["feed:2".parse().unwrap()]);
    eventually("the other one ran", Duration::from_secs(5), async || {
        app.effects("free").await == 1
    })
    .await;
    let why = operations::explain(&mut app.platform.db.acquire().await.unwrap(), held)
        .await
        .unwrap();
    assert_eq!(why.reasons[0].code, "name_paused");
    assert_eq!(app.effects("slice").await, 0);
    crew.dismiss().await;
}

#[tokio::test]
async fn three_schedulers_enqueue_one_job_a_tick() {
    let app = TestApp::start().await;
    let entry = Entry::every(
        Duration::from_secs(60),
        |due| NewJob::new(&effect(&due.to_rfc3339())),
        "test.minute",
    )
    .catch_up(CatchUp::All);
    tick::tick(&app.platform, &entry, app.platform.clock.now())
        .await
        .unwrap();
    let mut enqueued = 0;
    for _ in 0..5 {
        app.clock.advance(Duration::from_secs(60));
        let now = app.platform.clock.now();
        let tick = || tick::tick(&app.platform, &entry, now);
        let (a, b, c) = tokio::join!(tick(), tick(), tick());
        enqueued += a.unwrap() + b.unwrap() + c.unwrap();
    }
    assert_eq!(enqueued, 5);
    app.drain_with(labour::registry()).await;
    assert_eq!(
        app.count("select count(distinct key) from effects").await,
        5
    );
    assert_eq!(app.count("select count(*) from effects").await, 5);
}

#[tokio::test]
async fn finished_jobs_leave_with_their_partition_and_dead_ones_after_their_time() {
    let app = TestApp::start().await;
    app.enqueue(effect("old")).await;
    app.enqueue(Behave::Discard).await;
    app.drain_with(labour::registry()).await;
    assert_eq!(app.count("select count(*) from finished_jobs").await, 2);
    app.clock.advance(Duration::from_secs(31 * 3600));
    domain::housekeeping::keep_job_tables(&app.platform)
        .await
        .unwrap();
    domain::housekeeping::keep_job_tables(&app.platform)
        .await
        .unwrap();
    assert_eq!(app.count("select count(*) from finished_jobs").await, 0);
    app.enqueue(effect("new")).await;
    app.drain_with(labour::registry()).await;
    assert_eq!(app.effects("new").await, 1);
}

#[tokio::test]
async fn the_claim_probes_the_primary_key_whatever_waits() {
    let app = TestApp::start().await;
    sqlx::raw_sql(
        "insert into jobs (id, max_attempts, class, due_at, created_at, state, name, pool, payload)
         select gen_random_uuid(), 3, 1, now() + interval '1 day', now(), 'scheduled', 'test.effect', 'feed', '{}'
         from generate_series(1, 5000)",
    )
    .execute(app.platform.db.pool())
    .await
    .unwrap();
    let plan: Vec<Value> = sqlx::query_scalar(
        "explain (format json) select j.ctid from unnest(array[gen_random_uuid()]) as ticket (id) cross join lateral (
             select ctid from jobs where id = ticket.id and state = 'ready' limit 1 for no key update skip locked) as j",
    )
    .fetch_all(app.platform.db.pool())
    .await
    .unwrap();
    let plan = plan[0].to_string();
    assert!(
        plan.contains("jobs_pkey") && !plan.contains("Seq Scan"),
        "{plan}"
    );
}

#[tokio::test]
async fn the_age_of_the_oldest_runnable_job_ignores_what_is_paused_or_not_due() {
    let app = TestApp::start().await.leaving_jobs();
    app.enqueue(effect("old")).await;
    app.enqueue(Sliced { slices: 1 }).await;
    let older = "update jobs set told_at = told_at - case name when 'test.effect' then interval '60 s' else interval '600 s' end";
    sqlx::raw_sql(older)
        .execute(app.platform.db.pool())
        .await
        .unwrap();
    let oldest = async || {
        let pools = operations::overview(&app.platform).await.unwrap();
        let feed = pools.iter().find(|pool| pool.pool == "feed").unwrap();
        feed.oldest_runnable_seconds.round() as i64
    };
    assert_eq!(oldest().await / 10, 60);
    let by = Operator::shell("tests");
    let mut tx = app.platform.db.begin().await.unwrap();
    operations::pause(&mut tx, &by, &Scope::Name(Sliced::NAME.to_owned()), None)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(oldest().await / 10, 6);
    let scraped = app.anonymous().get("//metrics").await;
    let text = String::from_utf8(scraped.bytes).unwrap();
    let line = text
        .lines()
        .find(|line| line.starts_with("commons_jobs_oldest_runnable_seconds{pool=\"feed\"}"))
        .unwrap();
    let age: f64 = line.rsplit(' ').next().unwrap().parse().unwrap();
    assert!((60.0..70.0).contains(&age), "{line}");
}
