//! The ledger in numbers, for `/metrics` and the overview: cheap whatever the backlog.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use super::{Pool, Tickets};
use crate::Db;

/// A pool as the ledger knows it.
#[derive(Clone, Debug)]
pub struct PoolGauge {
    pub pool: String,
    /// Seconds since the oldest job that could run became ready: the signal to scale by. What is paused does not count, nor
    /// does a name that none of the pool's living workers knows.
    pub oldest: f64,
    pub dead: i64,
    pub quarantined: i64,
    pub workers: i64,
}

pub async fn pools(db: &Db) -> Result<Vec<PoolGauge>, sqlx::Error> {
    let names = Pool::ALL.map(|pool| pool.name().to_owned());
    sqlx::query_as!(
        PoolGauge,
        r#"
        with waiting as (
            select list.pool, min(list.oldest) as oldest from waiting_lists() as list
            where not list.paused
              and (list.known or not exists (select from job_workers w where list.pool = any(w.pools)))
            group by list.pool
        ), parked as (
            select pool, count(*) filter (where state = 'dead') as dead,
                   count(*) filter (where state = 'quarantined') as quarantined
            from jobs where parked_at is not null group by pool
        )
        select wanted.pool as "pool!",
               coalesce(extract(epoch from clock_timestamp() - waiting.oldest), 0)::float8 as "oldest!",
               coalesce(parked.dead, 0) as "dead!",
               coalesce(parked.quarantined, 0) as "quarantined!",
               (select count(*) from job_workers w where wanted.pool = any(w.pools)) as "workers!"
        from unnest($1::text[]) with ordinality as wanted (pool, place)
        left join waiting on waiting.pool = wanted.pool
        left join parked on parked.pool = wanted.pool
        order by wanted.place
        "#,
        &names,
    )
    .fetch_all(&mut *db.acquire().await?)
    .await
}

/// What stands still, and for what reason.
struct Standstill {
    kind: String,
    name: String,
    value: f64,
}

/// Jobs that are dead by name, the oldest ready job of each name that no worker knows, and what operators have paused.
async fn standstills(db: &Db) -> Result<Vec<Standstill>, sqlx::Error> {
    sqlx::query_as!(
        Standstill,
        r#"
        select 'dead' as "kind!", name as "name!", count(*)::float8 as "value!"
        from jobs where parked_at is not null group by name
        union all
        select 'unknown', list.name, max(extract(epoch from clock_timestamp() - list.oldest))::float8
        from waiting_lists() as list where not list.known and list.oldest is not null group by list.name
        union all
        select 'paused', coalesce(p.name, p.pool), extract(epoch from clock_timestamp() - p.created_at)::float8
        from job_pauses p
        "#
    )
    .fetch_all(&mut *db.acquire().await?)
    .await
}

/// Labels that were set before: a gauge that nobody sets again keeps its last value.
static SEEN: Mutex<Option<HashSet<(&'static str, String)>>> = Mutex::new(None);

fn record_standstills(rows: Vec<Standstill>) {
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    let seen = seen.get_or_insert_default();
    for (gauge, name) in seen.iter() {
        metrics::gauge!(*gauge, "job" => name.clone()).set(0.0);
    }
    for row in rows {
        let gauge = match row.kind.as_str() {
            "dead" => "commons_jobs_dead_by_name",
            "unknown" => "commons_jobs_unknown_seconds",
            _ => "commons_jobs_paused_seconds",
        };
        metrics::gauge!(gauge, "job" => row.name.clone()).set(row.value);
        seen.insert((gauge, row.name));
    }
}

/// Writes the gauges that no single process can keep: they are read when somebody scrapes.
pub async fn record(db: &Db, tickets: &Tickets) -> Result<(), sqlx::Error> {
    for gauge in pools(db).await? {
        let of = |name: &'static str| metrics::gauge!(name, "pool" => gauge.pool.clone());
        of("commons_jobs_oldest_runnable_seconds").set(gauge.oldest);
        of("commons_jobs_dead").set(gauge.dead as f64);
        of("commons_jobs_quarantined").set(gauge.quarantined as f64);
        of("commons_workers").set(gauge.workers as f64);
    }
    record_standstills(standstills(db).await?);
    for ((pool, class), waiting) in tickets.waiting().await.unwrap_or_default() {
        metrics::gauge!("commons_tickets_waiting", "pool" => pool.name(), "class" => class.name())
            .set(waiting as f64);
    }
    let ages = sqlx::query!(
        r#"select coalesce((select extract(epoch from clock_timestamp() - min(due_at)) from jobs where due_at is not null), 0)::float8
                  as "overdue!",
                  coalesce((select extract(epoch from clock_timestamp() - min(at)) from job_claims), 0)::float8 as "running!",
                  coalesce((select extract(epoch from clock_timestamp() - min(xact_start)) from pg_stat_activity
                            where backend_type = 'client backend' and backend_xmin is not null), 0)::float8 as "snapshot!""#
    )
    .fetch_one(&mut *db.acquire().await?)
    .await?;
    metrics::gauge!("commons_relay_lag_seconds").set(ages.overdue.max(0.0));
    metrics::gauge!("commons_jobs_longest_run_seconds").set(ages.running);
    metrics::gauge!("commons_postgres_oldest_snapshot_seconds").set(ages.snapshot);
    Ok(())
}
