//! The hot path of the ledger: claim and settle, in batches.
//!
//! Each batch probes the primary key once an id (a lateral with a limit cannot be planned otherwise) and changes rows
//! where it found them, by ctid: a row that has moved meanwhile was changed by somebody else, and is left to them. So the
//! plan stays the same whether it was cached while the
//! table was empty or while a million rows waited.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use super::{Class, JobId, Lease, Pool, Report, Ticket};

/// A job that this worker may run now.
#[derive(Debug)]
pub struct Claimed {
    pub lease: Lease,
    pub name: String,
    pub payload: String,
    pub attempt: i16,
    pub max_attempts: i16,
    pub merged: i32,
    pub samples: Option<Value>,
    pub checkpoint: Option<Value>,
    pub actor: Option<Uuid>,
    pub request_id: Option<String>,
    pub trace: Option<String>,
    /// Seconds since it could run.
    pub waited: f64,
}

/// Turns tickets into work: each id becomes this worker's if it is ready, not paused, and of a kind the worker knows.
///
/// The worker's own row is share-locked, so a worker that was declared dead claims nothing: the sweep that takes its
/// jobs back holds that row. Rows with a key are the only ones that a transaction may hold for long (it merges into
/// them): those that are held are skipped, and the relay tells them again.
///
/// The commit does not wait for the disk. A claim that a crash of Postgres forgets leaves its row ready, and nothing was
/// lost: the finish waits for the disk, and for everything written before it.
pub async fn claim(
    pool: &PgPool,
    worker: Uuid,
    ids: &[JobId],
    knows: &[String],
) -> Result<Vec<Claimed>, sqlx::Error> {
    let rows = sqlx::query!(
        "with relaxed as materialized (select set_config('synchronous_commit', 'off', true)),
         me as (select id from job_workers, relaxed where id = $1 for key share of job_workers)
         update jobs
         set state = 'running', epoch = epoch + 1, attempt = attempt + 1, worker = $1, claimed_at = now(), unique_key = null
         where ctid = any(array(
             select found.place from me, unnest($2::uuid[]) as ticket (id) cross join lateral (
                 select j.ctid as place from jobs j
                 where j.id = ticket.id and j.unique_key is null and j.state = 'ready' and j.name = any($3)
                   and j.pool <> all(array(select pool from job_pauses where pool is not null))
                   and j.name <> all(array(select name from job_pauses where name is not null))
                 limit 1
             ) as found
             union all
             select found.place from me, unnest($2::uuid[]) as ticket (id) cross join lateral (
                 select j.ctid as place from jobs j
                 where j.id = ticket.id and j.unique_key is not null and j.state = 'ready' and j.name = any($3)
                   and j.pool <> all(array(select pool from job_pauses where pool is not null))
                   and j.name <> all(array(select name from job_pauses where name is not null))
                 limit 1 for no key update skip locked
             ) as found
         )) and state = 'ready'
         returning id, epoch, name, payload::text as \"payload!\", attempt, max_attempts, merged, samples, checkpoint, actor,
                   request_id, trace, extract(epoch from clock_timestamp() - told_at)::float8 as \"waited!\"",
        worker,
        ids,
        knows,
    )
    .fetch_all(pool)
    .await?;
    let claimed = rows.into_iter().map(|row| Claimed {
        lease: Lease {
            job: row.id,
            epoch: row.epoch,
            worker,
        },
        name: row.name,
        payload: row.payload,
        attempt: row.attempt,
        max_attempts: row.max_attempts,
        merged: row.merged,
        samples: row.samples,
        checkpoint: row.checkpoint,
        actor: row.actor,
        request_id: row.request_id,
        trace: row.trace,
        waited: row.waited,
    });
    Ok(claimed.collect())
}

/// What settling a batch came to.
#[derive(Debug, Default)]
pub struct Settled {
    /// Runs whose lease still held.
    pub held: u64,
    /// Rows that are ready again, for their tickets.
    pub tickets: Vec<Ticket>,
}

/// Takes down what became of a batch of runs; those whose lease was taken over are passed over.
pub async fn settle(pool: &PgPool, reports: Vec<Report>) -> Result<Settled, sqlx::Error> {
    let (leaving, staying): (Vec<_>, Vec<_>) = reports
        .into_iter()
        .partition(|report| report.verdict.leaves());
    let mut settled = Settled::default();
    if !leaving.is_empty() {
        settled.held += finish(pool, &leaving).await?;
    }
    if !staying.is_empty() {
        settled.tickets = reschedule(pool, &staying, &mut settled.held).await?;
    }
    Ok(settled)
}

async fn finish(pool: &PgPool, reports: &[Report]) -> Result<u64, sqlx::Error> {
    let ids = column(reports, |report| report.lease.job);
    let epochs = column(reports, |report| report.lease.epoch);
    let outcomes = column(reports, |report| report.verdict.outcome().to_owned());
    let errors = column(reports, |report| report.verdict.error());
    let finished = sqlx::query!(
        "with run as materialized (
             select found.place, run.epoch, run.outcome, run.error
             from unnest($1::uuid[], $2::integer[], $3::text[], $4::jsonb[]) as run (id, epoch, outcome, error)
             cross join lateral (select j.ctid as place from jobs j where j.id = run.id limit 1) as found
         ), gone as (
             delete from jobs j using run where j.ctid = run.place and j.epoch = run.epoch and j.state = 'running'
             returning j.id, j.created_at, j.claimed_at, j.actor, j.worker, j.merged, j.attempt, j.crashes, j.class, run.outcome,
                       j.name, j.pool, j.payload, j.request_id, j.trace, j.checkpoint,
                       case when run.error is null then j.errors else coalesce(j.errors, '[]') || run.error end as errors
         )
         insert into finished_jobs (id, finished_at, created_at, claimed_at, actor, worker, merged, attempt, crashes,
                                    class, outcome, name, pool, payload, request_id, trace, checkpoint, errors)
         select id, now(), created_at, claimed_at, actor, worker, merged, attempt, crashes,
                class, outcome, name, pool, payload, request_id, trace, checkpoint, errors
         from gone",
        &ids,
        &epochs,
        &outcomes,
        &errors as &[Option<Value>],
    )
    .execute(pool)
    .await?;
    Ok(finished.rows_affected())
}

async fn reschedule(
    pool: &PgPool,
    reports: &[Report],
    held: &mut u64,
) -> Result<Vec<Ticket>, sqlx::Error> {
    let ids = column(reports, |report| report.lease.job);
    let epochs = column(reports, |report| report.lease.epoch);
    let states = column(reports, |report| report.verdict.state().to_owned());
    let due = column(reports, |report| report.verdict.due_at());
    let counts = column(reports, |report| report.verdict.counts());
    let errors = column(reports, |report| report.verdict.error());
    let checkpoints = column(reports, |report| report.verdict.checkpoint());
    let rows = sqlx::query!(
        "with run as materialized (
             select found.place, run.* from unnest($1::uuid[], $2::integer[], $3::text[], $4::timestamptz[], $5::boolean[],
                                                   $6::jsonb[], $7::jsonb[])
                  as run (id, epoch, state, due_at, counts, error, checkpoint)
             cross join lateral (select j.ctid as place from jobs j where j.id = run.id limit 1) as found
         )
         update jobs j
         set state = run.state,
             attempt = case when run.counts then j.attempt else j.attempt - 1 end,
             told_at = case when run.state = 'ready' then clock_timestamp() end,
             due_at = run.due_at,
             parked_at = case when run.state = 'dead' then now() end,
             crashes = case when run.checkpoint is null then j.crashes else 0 end,
             checkpoint = coalesce(run.checkpoint, j.checkpoint),
             errors = case when run.error is null then j.errors else coalesce(j.errors, '[]') || run.error end
         from run where j.ctid = run.place and j.epoch = run.epoch and j.state = 'running'
         returning j.id, j.pool, j.class, j.state = 'ready' as \"ready!\"",
        &ids,
        &epochs,
        &states,
        &due as &[Option<DateTime<Utc>>],
        &counts,
        &errors as &[Option<Value>],
        &checkpoints as &[Option<Value>],
    )
    .fetch_all(pool)
    .await?;
    *held += rows.len() as u64;
    let ready = rows.into_iter().filter(|row| row.ready);
    Ok(tickets(ready.map(|row| (row.id, row.pool, row.class))))
}

/// One column of a batch, for `unnest`.
fn column<T>(reports: &[Report], of: impl Fn(&Report) -> T) -> Vec<T> {
    reports.iter().map(of).collect()
}

/// Tickets for rows of the ledger; a pool this version does not know is left to one that does.
pub(super) fn tickets(rows: impl Iterator<Item = (JobId, String, i16)>) -> Vec<Ticket> {
    rows.filter_map(|(id, pool, class)| {
        let pool = pool.parse::<Pool>().ok()?;
        Some(Ticket {
            pool,
            class: Class::from_number(class),
            id,
        })
    })
    .collect()
}
