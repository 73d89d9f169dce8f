//! What a worker holds, and what the ledger says it holds.

use std::time::Duration;

use platform::jobs::claim::{Claim, Claimed, claim};
use platform::jobs::workers::{self as crew, NewWorker};
use platform::jobs::{Job, LeaseError, Pool};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{claimed, effect};
use crate::harness::fleet::Member;
use crate::harness::labour::{self, Blocks};
use crate::harness::proxy::Proxy;
use crate::harness::{TestApp, eventually};

#[tokio::test]
async fn a_claim_whose_answer_is_lost_is_given_back() {
    let app = TestApp::in_real_time(&[]).await;
    let (proxy, url) = Proxy::to(&app.settings["DATABASE_URL"]).await;
    let mut settings = app.settings.clone();
    settings.insert("DATABASE_URL".to_owned(), url);
    let _worker = Member::worker("feed:8", &settings);
    app.enqueue(effect("first", 0)).await;
    eventually("it works", Duration::from_secs(20), async || {
        app.effects("first").await == 1
    })
    .await;
    for _ in 0..8 {
        let jobs = app.enqueue_all((0..25).map(|_| effect("all", 5)));
        tokio::join!(proxy.lose_answers(Duration::from_millis(60)), jobs);
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    let _scheduler = Member::start("scheduler", &app.settings);
    eventually("nothing is left", Duration::from_secs(60), async || {
        app.unfinished().await == 0
    })
    .await;
    assert_eq!(app.effects("all").await, 200);
    let crashes = "select coalesce(max(crashes), 0)::bigint from finished_jobs";
    assert_eq!(app.count(crashes).await, 0, "no worker died");
}

#[tokio::test]
async fn a_worker_that_was_given_up_registers_again_at_its_next_claim() {
    let app = TestApp::in_real_time(&[("JOBS_SILENCE", "120s")]).await;
    let _worker = Member::worker("feed:4", &app.settings);
    let registered = async || app.count("select count(*) from job_workers").await;
    eventually("it has registered", Duration::from_secs(20), async || {
        registered().await == 1
    })
    .await;
    // Its next heartbeat is 24 s away.
    tokio::time::sleep(Duration::from_millis(500)).await;
    sqlx::raw_sql("delete from job_workers")
        .execute(app.platform.db.pool())
        .await
        .unwrap();
    app.enqueue_all((0..20).map(|_| effect("all", 0))).await;
    eventually(
        "no ticket was swallowed",
        Duration::from_secs(10),
        async || app.effects("all").await == 20,
    )
    .await;
    assert_eq!(registered().await, 1);
}

#[tokio::test]
async fn roles_that_disagree_on_silence_go_by_what_the_worker_said() {
    let app = TestApp::in_real_time(&[("JOBS_SILENCE", "60s")]).await;
    let _worker = Member::worker("feed:4", &app.settings);
    let hasty = app.beside(&[("JOBS_SILENCE", "1s")]);
    let _scheduler = Member::start("scheduler", &hasty.settings);
    app.enqueue(effect("long", 6_000)).await;
    eventually("it has run", Duration::from_secs(20), async || {
        app.unfinished().await == 0
    })
    .await;
    assert_eq!(app.effects("long").await, 1);
    assert_eq!(
        app.count("select max(crashes)::bigint from finished_jobs")
            .await,
        0
    );
}

async fn register(app: &TestApp) -> Uuid {
    let worker = NewWorker {
        id: platform::new_id(&app.clock),
        name: "by hand",
        slots: &[("feed", 1)].into(),
        knows: &["test.effect".to_owned()],
        silence: Duration::from_secs(10),
    };
    crew::register(&app.platform.db, &worker).await.unwrap();
    worker.id
}

async fn claim_one(app: &TestApp, worker: Uuid, job: Uuid, seconds: i64) -> Option<Claimed> {
    let claim_of_one = Claim {
        worker,
        token: platform::new_id(&app.clock),
        deadline: platform::Clock::system().now() + chrono::TimeDelta::seconds(seconds),
    };
    let knows = ["test.effect".to_owned()];
    let claimed = claim(&app.platform.db, &claim_of_one, &[job], &knows).await;
    claimed.unwrap().pop()
}

#[tokio::test]
async fn a_claim_that_comes_after_its_deadline_takes_nothing() {
    let app = TestApp::start().await.leaving_jobs();
    let worker = register(&app).await;
    let job = app.enqueue(effect("late", 0)).await;
    assert!(claim_one(&app, worker, job, -1).await.is_none());
    assert!(claim_one(&app, worker, job, 5).await.is_some());
    assert_eq!(app.count("select count(*) from job_claims").await, 1);
}

#[tokio::test]
async fn two_runs_with_one_epoch_are_told_apart() {
    let app = TestApp::start().await.leaving_jobs();
    let (one, other) = (register(&app).await, register(&app).await);
    let job = app.enqueue(effect("twice", 0)).await;
    let first = claim_one(&app, one, job, 5).await.unwrap().lease;
    // What a crash of Postgres leaves, when the claim had not reached the disk.
    sqlx::raw_sql(
        "update jobs set state = 'ready', epoch = 0, attempt = 0, worker = null, claimed_at = null",
    )
    .execute(app.platform.db.pool())
    .await
    .unwrap();
    let second = claim_one(&app, other, job, 5).await.unwrap().lease;
    assert_eq!(first.epoch, second.epoch);
    let mut tx = app.platform.db.begin().await.unwrap();
    assert!(matches!(
        first.save(&mut tx, &1.into()).await,
        Err(LeaseError::Lost)
    ));
    assert!(matches!(first.finish(&mut tx).await, Err(LeaseError::Lost)));
    second.save(&mut tx, &1.into()).await.unwrap();
    second.finish(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(app.count("select count(*) from finished_jobs").await, 1);
}

/// The next release of [`Effect`](labour::Effect), which one of the last could not decode.
#[derive(Serialize, Deserialize)]
struct NewEffect {
    keys: Vec<String>,
}

impl Job for NewEffect {
    const NAME: &'static str = "test.versioned";
    const VERSION: u16 = 2;
    const POOL: Pool = Pool::Feed;
}

#[derive(Serialize, Deserialize)]
struct OldEffect {
    key: String,
}

impl Job for OldEffect {
    const NAME: &'static str = "test.versioned";
    const POOL: Pool = Pool::Feed;
}

#[tokio::test]
async fn what_an_old_worker_cannot_decode_is_left_to_a_new_one() {
    let app = TestApp::in_real_time(&[]).await;
    let plan = || vec!["feed:4".parse().unwrap()];
    let old = labour::registry().with(async |_: OldEffect, _| Ok(workers::Outcome::Done));
    let old = app.crew(old, plan());
    let both = async || {
        app.enqueue(OldEffect {
            key: "a".to_owned(),
        })
        .await;
        app.enqueue(NewEffect {
            keys: vec!["b".to_owned()],
        })
        .await;
    };
    both().await;
    eventually(
        "the old one did the old one",
        Duration::from_secs(10),
        async || {
            app.count("select count(*) from finished_jobs where name = 'test.versioned'")
                .await
                == 1
        },
    )
    .await;
    old.dismiss().await;
    assert_eq!(
        app.count("select count(*) from jobs where state = 'ready'")
            .await,
        1
    );
    /// Reads both.
    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Either {
        New { keys: Vec<String> },
        Old { key: String },
    }
    impl Job for Either {
        const NAME: &'static str = "test.versioned";
        const VERSION: u16 = 2;
        const POOL: Pool = Pool::Feed;
    }
    let new = labour::registry().with(async |_: Either, _| Ok(workers::Outcome::Done));
    let new = app.crew(new, plan());
    both().await;
    let _scheduler = Member::start("scheduler", &app.settings);
    eventually("the new one did all", Duration::from_secs(20), async || {
        app.unfinished().await == 0
    })
    .await;
    new.dismiss().await;
    assert_eq!(
        app.count("select count(*) from finished_jobs where outcome = 'done'")
            .await,
        4
    );
}

#[tokio::test]
async fn a_handler_that_blocks_its_thread_past_its_timeout_does_not_keep_its_job() {
    let app = TestApp::in_real_time(&[("JOBS_SILENCE", "5s")])
        .await
        .leaving_jobs();
    let _worker = Member::worker("notify:4", &app.settings);
    app.enqueue(Blocks {}).await;
    claimed(&app, 1).await;
    eventually("it counts as failed", Duration::from_secs(20), async || {
        app.count("select count(*) from jobs where state = 'scheduled' and attempt = 1")
            .await
            == 1
    })
    .await;
}
