//! Which worker processes live. A process' heartbeat is the lease of all its jobs: while it beats they are its own,
//! however long they take; once it stops, a sweep takes them back.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::json;

use sqlx::Connection as _;
use uuid::Uuid;

use super::ledger::tickets;
use super::{JobId, Ticket};
use crate::Db;

/// What this version of the engine understands (see the migration 0033).
const ENGINE: i16 = 1;

/// A worker process as it registers.
#[derive(Clone, Debug)]
pub struct NewWorker<'a> {
    /// Its own for this start only.
    pub id: Uuid,
    pub name: &'a str,
    pub slots: &'a HashMap<&'static str, usize>,
    pub knows: &'a [String],
    /// Without a heartbeat for so long, it is dead.
    pub silence: Duration,
}

/// Registers a process; answers Postgres' time.
pub async fn register(db: &Db, worker: &NewWorker<'_>) -> Result<DateTime<Utc>, sqlx::Error> {
    let pools: Vec<String> = worker.slots.keys().map(|pool| (*pool).to_owned()).collect();
    sqlx::query_scalar!(
        "insert into job_workers (id, name, pools, knows, slots, engine, silence) values ($1, $2, $3, $4, $5, $6, $7)
         returning clock_timestamp() as \"now!\"",
        worker.id,
        worker.name,
        &pools,
        worker.knows,
        json!(worker.slots),
        ENGINE,
        worker.silence.as_secs_f64(),
    )
    .fetch_one(&mut *db.acquire().await?)
    .await
}

/// Why a claim came back empty.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// False: the worker was given up for dead.
    pub registered: bool,
    pub now: DateTime<Utc>,
}

pub async fn standing(db: &Db, id: Uuid) -> Result<Standing, sqlx::Error> {
    sqlx::query_as!(
        Standing,
        "select exists (select from job_workers where id = $1) as \"registered!\", clock_timestamp() as \"now!\"",
        id,
    )
    .fetch_one(&mut *db.acquire().await?)
    .await
}

/// Notes which job that has crashed a worker before this worker runs next: should it die, that job alone is blamed.
/// False: the worker was given up for dead.
pub async fn note_suspect(db: &Db, id: Uuid, job: Option<JobId>) -> Result<bool, sqlx::Error> {
    let noted = sqlx::query!("update job_workers set suspect = $2 where id = $1", id, job)
        .execute(&mut *db.acquire().await?)
        .await?;
    Ok(noted.rows_affected() > 0)
}

/// Ends a process' registration; whatever it still holds is handed back without counting.
pub async fn retire(db: &Db, id: Uuid) -> Result<Vec<Ticket>, sqlx::Error> {
    let mut connection = db.acquire().await?;
    let mut tx = connection.begin().await?;
    sqlx::query!("delete from job_workers where id = $1", id)
        .execute(&mut *tx)
        .await?;
    let rows = sqlx::query!(
        "with held as (delete from job_claims where worker = $1 returning ids)
         update jobs set state = 'ready', attempt = attempt - 1, told_at = clock_timestamp()
         where ctid = any(array(
             select found.place from held cross join unnest(held.ids) as one (id) cross join lateral (
                 select j.ctid as place from jobs j where j.id = one.id and j.state = 'running' and j.worker = $1 limit 1
             ) as found
         )) and state = 'running'
         returning id, pool, class, lane",
        id,
    )
    .fetch_all(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(tickets(
        rows.into_iter()
            .map(|row| (row.id, row.pool, row.class, row.lane)),
    ))
}
