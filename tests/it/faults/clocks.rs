//! Machines whose clocks are wrong: only Postgres' clock decides.

use std::time::Duration;

use chrono::SubsecRound;

use domain::operations;
use platform::jobs::claim::{Claim, claim};
use platform::jobs::workers::{self as crew, NewWorker};
use platform::jobs::{NewJob, Report, Verdict, ledger};
use scheduler::{Entry, tick};
use serde_json::json;

use super::effect;
use crate::harness::fleet::{CLOCK, Member};
use crate::harness::labour::Behave;
use crate::harness::{TestApp, eventually};

#[tokio::test]
async fn posts_are_published_though_the_workers_clock_is_behind() {
    let app = TestApp::in_real_time(&[]).await;
    let [alice] = app.given(["alice"]).await;
    let behind = app.beside(&[(CLOCK, "-400")]);
    let _worker = Member::labour("feed:4", &behind.settings);
    let _scheduler = Member::start("scheduler", &app.settings);
    let at = app.clock.now().trunc_subsecs(0) + chrono::TimeDelta::seconds(3);
    for number in 0..10 {
        let post = json!({ "caption": format!("Number {number}"), "publish_at": at });
        alice.post("/posts", post).await.data(201);
    }
    eventually("all are published", Duration::from_secs(20), async || {
        app.count("select count(*) from posts where state = 'published'")
            .await
            == 10
    })
    .await;
    let early: i64 = sqlx::query_scalar("select count(*) from posts where published_at < $1")
        .bind(at)
        .fetch_one(app.platform.db.pool())
        .await
        .unwrap();
    assert_eq!(early, 0);
    app.drain().await;
}

#[tokio::test]
async fn what_is_overdue_without_a_job_is_found() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    let at = app.clock.now() + chrono::TimeDelta::seconds(90);
    alice
        .post("/posts", json!({ "caption": "Lost", "publish_at": at }))
        .await
        .data(201);
    sqlx::raw_sql(
        "delete from jobs;
         update users set suspended_at = now(), suspended_until = now() + interval '90 seconds', suspended_why = 'x'",
    )
    .execute(app.platform.db.pool())
    .await
    .unwrap();
    app.clock.advance(Duration::from_secs(200));
    app.enqueue(domain::posts::jobs::PublishOverdue {}).await;
    app.enqueue(domain::office::jobs::LiftOverdue {}).await;
    app.drain().await;
    assert_eq!(
        app.count("select count(*) from posts where state = 'published'")
            .await,
        1
    );
    assert_eq!(
        app.count("select count(*) from users where suspended_at is not null")
            .await,
        0
    );
}

#[tokio::test]
async fn a_worker_whose_clock_is_wrong_takes_no_work() {
    let app = TestApp::in_real_time(&[]).await;
    let behind = app.beside(&[(CLOCK, "-3600000")]);
    let _wrong = Member::worker(
        "feed:4,notify:4".replace(',', " ").as_str(),
        &behind.settings,
    );
    eventually("it has registered", Duration::from_secs(20), async || {
        app.count("select count(*) from job_workers").await == 1
    })
    .await;
    app.enqueue_all((0..10).map(|_| effect("all", 0))).await;
    let failing = app.enqueue(Behave::Fail).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(app.effects("all").await, 0);
    let _right = Member::worker("feed:4 notify:4", &app.settings);
    eventually(
        "the right one did it",
        Duration::from_secs(20),
        async || app.effects("all").await == 10,
    )
    .await;
    eventually(
        "it waits for its second try",
        Duration::from_secs(10),
        async || {
            let job =
                operations::show(&mut app.platform.db.acquire().await.unwrap(), failing).await;
            job.is_ok_and(|job| job.summary.state.name() == "scheduled" && job.summary.attempt == 1)
        },
    )
    .await;
    sqlx::raw_sql("delete from jobs")
        .execute(app.platform.db.pool())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_retry_waits_by_postgres_clock_and_never_for_ever() {
    let app = TestApp::start().await.leaving_jobs();
    let pool = app.platform.db.pool();
    let worker = NewWorker {
        id: platform::new_id(&app.clock),
        name: "by hand",
        slots: &[("feed", 1)].into(),
        knows: &["test.effect".to_owned()],
        silence: Duration::from_secs(10),
    };
    crew::register(&app.platform.db, &worker).await.unwrap();
    for (after, expected) in [
        (Duration::from_secs(u64::MAX), 30 * 24 * 3600),
        (Duration::from_secs(10_000_000_000), 30 * 24 * 3600),
        (Duration::from_secs(90), 90),
        (Duration::ZERO, 1),
    ] {
        let job = app.enqueue(effect("x", 0)).await;
        let one = Claim {
            worker: worker.id,
            token: platform::new_id(&app.clock),
            deadline: platform::Clock::system().now() + chrono::TimeDelta::seconds(5),
        };
        let lease = claim(&app.platform.db, &one, &[job], worker.knows)
            .await
            .unwrap()[0]
            .lease;
        let verdict = Verdict::Retry {
            after,
            error: json!({ "error": "it holds a \0 that jsonb refuses" }),
        };
        let report = Report { lease, verdict };
        let settled = ledger::settle(&app.platform.db, &platform::Clock::system(), vec![report])
            .await
            .unwrap();
        assert_eq!(settled.held, 1);
        let wait = app
            .count("select round(extract(epoch from due_at - now()))::bigint from jobs where state = 'scheduled'")
            .await;
        assert!(
            (expected - 2..=expected).contains(&wait),
            "{after:?} became {wait} s"
        );
        sqlx::raw_sql("delete from jobs")
            .execute(pool)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn an_entry_that_is_ahead_of_its_time_is_set_back() {
    let app = TestApp::start().await.leaving_jobs();
    let minute = Duration::from_secs(60);
    let entry = Entry::every(minute, |_| NewJob::new(&effect("tick", 0)), "test.minute");
    let now = app.clock.now();
    tick::tick(&app.platform, &entry, now).await.unwrap();
    // Of a scheduler whose clock was ahead.
    tick::tick(&app.platform, &entry, now + chrono::TimeDelta::days(30))
        .await
        .unwrap();
    sqlx::raw_sql("delete from jobs")
        .execute(app.platform.db.pool())
        .await
        .unwrap();
    let mut enqueued = 0;
    for minutes in 0..3 {
        let now = now + chrono::TimeDelta::minutes(minutes);
        enqueued += tick::tick(&app.platform, &entry, now).await.unwrap();
    }
    assert_eq!(
        enqueued, 2,
        "it missed no more than the tick that repaired it"
    );
}
