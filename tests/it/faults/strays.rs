//! Finished jobs that found no partition, because no scheduler ran for days.

use std::time::Duration;

use super::effect;
use crate::harness::TestApp;
use crate::harness::labour;

#[tokio::test]
async fn strays_become_a_partition_and_no_finish_waits_for_it() {
    let app = TestApp::in_real_time(&[]).await;
    without_partitions(&app).await;
    assert_eq!(
        app.count("select count(*) from finished_jobs_rest").await,
        200_000
    );
    let workers = app.crew(labour::registry(), vec!["feed:4".parse().unwrap()]);
    let finishing = async {
        for _ in 0..20 {
            app.enqueue_all((0..5).map(|_| effect("meanwhile", 0)))
                .await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let keeping = async {
        domain::housekeeping::keep_job_tables(&app.platform)
            .await
            .unwrap()
    };
    tokio::join!(finishing, keeping);
    crate::harness::eventually("all ran", Duration::from_secs(20), async || {
        app.unfinished().await == 0
    })
    .await;
    workers.dismiss().await;
    assert_eq!(
        app.count("select count(*) from finished_jobs_rest").await,
        0
    );
    let strays = "select count(*) from finished_jobs where name = 'test.stray'";
    assert_eq!(
        app.count(strays).await,
        200_000,
        "the lists still show them"
    );
    assert_eq!(app.effects("meanwhile").await, 100);
    let partitions = "select count(*) from pg_inherits where inhparent = 'finished_jobs'::regclass";
    assert!(
        app.count(partitions).await >= 12,
        "the coming days have theirs"
    );
    // A second look finds nothing to do, and in two days they leave with their table.
    domain::housekeeping::keep_job_tables(&app.platform)
        .await
        .unwrap();
    let later = platform::Clock::system().now() - chrono::TimeDelta::hours(-48);
    platform::jobs::partitions::drop_before(&app.platform.db, later)
        .await
        .unwrap();
    assert_eq!(app.count(strays).await, 0);
}

/// What an outage leaves: no partition for now, and many rows where they all went.
async fn without_partitions(app: &TestApp) {
    sqlx::raw_sql(
        "do $$ declare name text; begin
             for name in select inhrelid::regclass::text from pg_inherits
                         where inhparent = 'finished_jobs'::regclass and inhrelid <> 'finished_jobs_rest'::regclass loop
                 execute 'drop table ' || name;
             end loop;
         end $$;
         insert into finished_jobs (id, finished_at, created_at, merged, attempt, crashes, class, outcome, name, pool, payload)
         select gen_random_uuid(), now() - n * interval '1 second', now(), 1, 1, 0, 1, 'done', 'test.stray', 'feed', '{}'
         from generate_series(0, 199999) as n",
    )
    .execute(app.platform.db.pool())
    .await
    .unwrap();
}
