//! The ledger in numbers, for `/metrics` and the overview: cheap whatever the backlog.

use sqlx::PgPool;

use super::{Class, Pool, Tickets};

/// The signal to scale a pool by: how long the oldest job that could run has waited.
pub async fn oldest_runnable(pool: &PgPool) -> Result<Vec<(Pool, f64)>, sqlx::Error> {
    let names: Vec<String> = Pool::ALL
        .iter()
        .map(|pool| pool.name().to_owned())
        .collect();
    let classes: Vec<i16> = Class::ALL.iter().map(|class| class.number()).collect();
    let rows = sqlx::query!(
        "select name as \"name!\", coalesce(extract(epoch from clock_timestamp() - min(first.told_at)), 0)::float8 as \"oldest!\"
         from unnest($1::text[]) as name cross join unnest($2::smallint[]) as class
         left join lateral (
             select told_at from jobs j
             where j.pool = name and j.class = class and j.told_at is not null and j.state = 'ready'
               and not exists (select from job_pauses p where p.pool = j.pool or p.name = j.name)
             order by told_at limit 1
         ) as first on true
         group by name",
        &names,
        &classes,
    )
    .fetch_all(pool)
    .await?;
    let known = rows
        .into_iter()
        .filter_map(|row| Some((row.name.parse().ok()?, row.oldest)));
    Ok(known.collect())
}

/// Writes the gauges that no single process can keep: they are read when somebody scrapes.
pub async fn record(pool: &PgPool, tickets: &Tickets) -> Result<(), sqlx::Error> {
    for (pool, oldest) in oldest_runnable(pool).await? {
        metrics::gauge!("commons_jobs_oldest_runnable_seconds", "pool" => pool.name()).set(oldest);
    }
    for ((pool, class), waiting) in tickets.waiting().await.unwrap_or_default() {
        metrics::gauge!("commons_tickets_waiting", "pool" => pool.name(), "class" => class.name())
            .set(waiting as f64);
    }
    let parked = sqlx::query!(
        "select state, pool, count(*) as \"count!\" from jobs where parked_at is not null group by state, pool"
    )
    .fetch_all(pool)
    .await?;
    for row in parked {
        metrics::gauge!("commons_jobs_parked", "state" => row.state, "pool" => row.pool)
            .set(row.count as f64);
    }
    let lag = sqlx::query_scalar!(
        "select coalesce(extract(epoch from clock_timestamp() - min(due_at)), 0)::float8 as \"lag!\" from jobs where due_at is not null"
    )
    .fetch_one(pool)
    .await?;
    metrics::gauge!("commons_relay_lag_seconds").set(lag.max(0.0));
    Ok(())
}
