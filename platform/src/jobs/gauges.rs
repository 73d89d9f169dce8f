//! The ledger in numbers, for `/metrics` and the overview: cheap whatever the backlog.

use sqlx::PgPool;

use super::{Class, Pool, Tickets};

/// A pool as the ledger knows it.
#[derive(Clone, Debug)]
pub struct PoolGauge {
    pub pool: String,
    /// Seconds since the oldest job that could run became ready: the signal to scale by. What is paused does not count.
    pub oldest: f64,
    pub dead: i64,
    pub quarantined: i64,
    pub workers: i64,
}

pub async fn pools(pool: &PgPool) -> Result<Vec<PoolGauge>, sqlx::Error> {
    let names = Pool::ALL.map(|pool| pool.name().to_owned());
    let classes = Class::ALL.map(Class::number);
    sqlx::query_as!(
        PoolGauge,
        r#"
        select wanted.pool as "pool!",
               (select coalesce(extract(epoch from clock_timestamp() - min(first.told_at)), 0)::float8
                from unnest($2::smallint[]) as list (class) left join lateral (
                    select told_at from jobs j
                    where j.pool = wanted.pool and j.class = list.class and j.told_at is not null and j.state = 'ready'
                      and not exists (select from job_pauses p where p.pool = j.pool or p.name = j.name)
                    order by told_at limit 1
                ) as first on true) as "oldest!",
               (select count(*) from jobs j where j.parked_at is not null and j.state = 'dead' and j.pool = wanted.pool)
                   as "dead!",
               (select count(*) from jobs j where j.parked_at is not null and j.state = 'quarantined' and j.pool = wanted.pool)
                   as "quarantined!",
               (select count(*) from job_workers w where wanted.pool = any(w.pools)) as "workers!"
        from unnest($1::text[]) with ordinality as wanted (pool, place)
        order by wanted.place
        "#,
        &names,
        &classes,
    )
    .fetch_all(pool)
    .await
}

/// Writes the gauges that no single process can keep: they are read when somebody scrapes.
pub async fn record(pool: &PgPool, tickets: &Tickets) -> Result<(), sqlx::Error> {
    for gauge in pools(pool).await? {
        let of = |name: &'static str| metrics::gauge!(name, "pool" => gauge.pool.clone());
        of("commons_jobs_oldest_runnable_seconds").set(gauge.oldest);
        of("commons_jobs_dead").set(gauge.dead as f64);
        of("commons_jobs_quarantined").set(gauge.quarantined as f64);
        of("commons_workers").set(gauge.workers as f64);
    }
    for ((pool, class), waiting) in tickets.waiting().await.unwrap_or_default() {
        metrics::gauge!("commons_tickets_waiting", "pool" => pool.name(), "class" => class.name())
            .set(waiting as f64);
    }
    let lag = sqlx::query_scalar!(
        r#"select coalesce(extract(epoch from clock_timestamp() - min(due_at)), 0)::float8 as "lag!"
           from jobs where due_at is not null"#
    )
    .fetch_one(pool)
    .await?;
    metrics::gauge!("commons_relay_lag_seconds").set(lag.max(0.0));
    Ok(())
}
