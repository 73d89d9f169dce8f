//! Which worker processes live. A process' heartbeat is the lease of all its jobs: while it beats they are its own,
//! however long they take; once it stops, a sweep takes them back.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use super::Ticket;
use super::ledger::tickets;

/// Deaths of its worker after which a job is set aside.
pub const CRASHES: i16 = 3;

/// What a process does in one pool.
#[derive(Clone, Copy, Debug, Default)]
pub struct Load {
    pub in_flight: usize,
    /// In the last minute.
    pub settled: u64,
}

/// Introduces a process. Its id is its own for this start only.
pub async fn register(
    pool: &PgPool,
    id: Uuid,
    name: &str,
    slots: &HashMap<&'static str, usize>,
    knows: &[String],
) -> Result<(), sqlx::Error> {
    let pools: Vec<String> = slots.keys().map(|pool| (*pool).to_owned()).collect();
    sqlx::query!(
        "insert into job_workers (id, name, pools, knows, slots) values ($1, $2, $3, $4, $5)",
        id,
        name,
        &pools,
        knows,
        json!(slots),
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Says that the process lives. False: it was given up for dead and has to start anew.
pub async fn beat(
    pool: &PgPool,
    id: Uuid,
    load: &HashMap<&'static str, Load>,
) -> Result<bool, sqlx::Error> {
    let in_flight: HashMap<_, _> = load
        .iter()
        .map(|(pool, load)| (*pool, load.in_flight))
        .collect();
    let settled: HashMap<_, _> = load
        .iter()
        .map(|(pool, load)| (*pool, load.settled))
        .collect();
    let beaten = sqlx::query!(
        "update job_workers set beat_at = now(), in_flight = $2, settled = $3 where id = $1",
        id,
        json!(in_flight),
        json!(settled),
    )
    .execute(pool)
    .await?;
    Ok(beaten.rows_affected() > 0)
}

/// Says goodbye; whatever it still holds is handed back without counting.
pub async fn retire(pool: &PgPool, id: Uuid) -> Result<Vec<Ticket>, sqlx::Error> {
    let mut tx = pool.begin().await?;
    sqlx::query!("delete from job_workers where id = $1", id)
        .execute(&mut *tx)
        .await?;
    let rows = sqlx::query!(
        "update jobs set state = 'ready', attempt = attempt - 1, told_at = clock_timestamp()
         where told_at is not null and state = 'running' and worker = $1
         returning id, pool, class",
        id,
    )
    .fetch_all(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(tickets(
        rows.into_iter().map(|row| (row.id, row.pool, row.class)),
    ))
}

/// Takes back the jobs of processes that fell silent. The run does not count as an attempt but as a crash, and a job
/// whose workers died three times is quarantined: it may be what kills them.
///
/// Silence that Postgres itself caused (it has just started) proves nothing about a worker.
pub async fn rescue(pool: &PgPool, silence: Duration) -> Result<Vec<Ticket>, sqlx::Error> {
    let mut tx = pool.begin().await?;
    let silent = sqlx::query_scalar!(
        "select id from job_workers
         where beat_at < now() - $1::float8 * interval '1 second'
           and pg_postmaster_start_time() < now() - $1::float8 * interval '1 second'
         for update skip locked",
        silence.as_secs_f64(),
    )
    .fetch_all(&mut *tx)
    .await?;
    if silent.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query!(
        "update jobs
         set state = case when crashes + 1 >= $2::smallint then 'quarantined' else 'ready' end,
             told_at = case when crashes + 1 >= $2::smallint then null else clock_timestamp() end,
             parked_at = case when crashes + 1 >= $2::smallint then now() end,
             attempt = attempt - 1,
             crashes = crashes + 1,
             errors = coalesce(errors, '[]') || jsonb_build_object(
                 'attempt', attempt, 'at', now(), 'kind', 'crash', 'error', 'its worker died', 'worker', worker)
         where told_at is not null and state = 'running' and worker = any($1)
         returning id, pool, class, name, state",
        &silent,
        CRASHES,
    )
    .fetch_all(&mut *tx)
    .await?;
    sqlx::query!("delete from job_workers where id = any($1)", &silent)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    metrics::counter!("commons_workers_died_total").increment(silent.len() as u64);
    tracing::warn!(
        workers = silent.len(),
        jobs = rows.len(),
        "took back the jobs of silent workers"
    );
    for row in rows.iter().filter(|row| row.state == "quarantined") {
        metrics::counter!("commons_jobs_quarantined_total", "pool" => row.pool.clone(), "job" => row.name.clone()).increment(1);
        tracing::error!(job.id = %row.id, job.name = row.name, "job {} quarantined: its workers died three times", row.id);
    }
    metrics::counter!("commons_jobs_rescued_total").increment(rows.len() as u64);
    let ready = rows.into_iter().filter(|row| row.state == "ready");
    Ok(tickets(ready.map(|row| (row.id, row.pool, row.class))))
}
