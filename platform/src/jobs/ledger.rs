//! The end of runs, settled in batches.
//!
//! Each batch probes the primary key once an id (a lateral with a limit cannot be planned otherwise) and changes rows
//! where it found them, by ctid: a row that has moved meanwhile was changed by somebody else, and is left to them. So the
//! plan stays the same whether it was cached while the table was empty or while a million rows waited.

use std::time::Duration;

use serde_json::Value;

use super::crowds::RETRIES;
use super::{Class, JobId, Pool, Report, Ticket};
use crate::{Clock, Db};

/// A job that is put off for longer, because a far server or a handler said so, is looked at again after this time.
const LONGEST_WAIT: Duration = Duration::from_secs(30 * 24 * 3600);
/// A job that is put off for less would only run in circles.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);

/// What settling a batch came to.
#[derive(Debug, Default)]
pub struct Settled {
    /// Runs whose lease still held.
    pub held: u64,
    /// Rows that are ready again, for their tickets.
    pub tickets: Vec<Ticket>,
}

/// Takes down what became of a batch of runs; those whose lease was taken over are passed over.
pub async fn settle(db: &Db, clock: &Clock, reports: Vec<Report>) -> Result<Settled, sqlx::Error> {
    let (leaving, staying): (Vec<_>, Vec<_>) = reports
        .into_iter()
        .partition(|report| report.verdict.leaves());
    let mut settled = Settled::default();
    if !leaving.is_empty() {
        settled.held += finish(db, &leaving).await?;
    }
    if !staying.is_empty() {
        settled.tickets = reschedule(db, clock, &staying, &mut settled.held).await?;
    }
    Ok(settled)
}

async fn finish(db: &Db, reports: &[Report]) -> Result<u64, sqlx::Error> {
    let ids = column(reports, |report| report.lease.job);
    let epochs = column(reports, |report| report.lease.epoch);
    let claimed = column(reports, |report| report.lease.claimed_at);
    let workers = column(reports, |report| report.lease.worker);
    let outcomes = column(reports, |report| report.verdict.outcome().to_owned());
    let errors = column(reports, |report| report.verdict.error());
    let finished = sqlx::query!(
        "with run as materialized (
             select found.place, run.*
             from unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::uuid[], $5::text[], $6::jsonb[])
                  as run (id, epoch, claimed_at, worker, outcome, error)
             cross join lateral (select j.ctid as place from jobs j where j.id = run.id limit 1) as found
         ), gone as (
             delete from jobs j using run
             where j.ctid = run.place and j.epoch = run.epoch and j.claimed_at = run.claimed_at and j.worker = run.worker
               and j.state = 'running'
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
        &claimed,
        &workers,
        &outcomes,
        &errors as &[Option<Value>],
    )
    .execute(&mut *db.acquire().await?)
    .await?;
    Ok(finished.rows_affected())
}

async fn reschedule(
    db: &Db,
    clock: &Clock,
    reports: &[Report],
    held: &mut u64,
) -> Result<Vec<Ticket>, sqlx::Error> {
    let ids = column(reports, |report| report.lease.job);
    let epochs = column(reports, |report| report.lease.epoch);
    let claimed = column(reports, |report| report.lease.claimed_at);
    let workers = column(reports, |report| report.lease.worker);
    let states = column(reports, |report| report.verdict.state().to_owned());
    let after = column(reports, |report| report.verdict.after());
    let counts = column(reports, |report| report.verdict.counts());
    let errors = column(reports, |report| report.verdict.error());
    let checkpoints = column(reports, |report| report.verdict.checkpoint());
    let rows = sqlx::query!(
        "with run as materialized (
             select found.place, run.*
             from unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::uuid[], $5::text[], $6::float8[], $7::boolean[],
                         $8::jsonb[], $9::jsonb[])
                  as run (id, epoch, claimed_at, worker, state, after, counts, error, checkpoint)
             cross join lateral (select j.ctid as place from jobs j where j.id = run.id limit 1) as found
         )
         update jobs j
         set state = run.state,
             lane = case when run.counts and run.state = 'scheduled' then $13 else j.lane end,
             attempt = case when run.counts then j.attempt else j.attempt - 1 end,
             told_at = case when run.state = 'ready' then clock_timestamp() end,
             due_at = case when run.state = 'scheduled' then
                 clock_timestamp() + (greatest(least(run.after, $11), $12) + $10) * interval '1 second' end,
             parked_at = case when run.state = 'dead' then now() end,
             crashes = case when run.checkpoint is null then j.crashes else 0 end,
             checkpoint = coalesce(run.checkpoint, j.checkpoint),
             errors = case when run.error is null then j.errors else coalesce(j.errors, '[]') || run.error end
         from run
         where j.ctid = run.place and j.epoch = run.epoch and j.claimed_at = run.claimed_at and j.worker = run.worker
           and j.state = 'running'
         returning j.id, j.pool, j.class, j.lane, j.state = 'ready' as \"ready!\"",
        &ids,
        &epochs,
        &claimed,
        &workers,
        &states,
        &after as &[Option<f64>],
        &counts,
        &errors as &[Option<Value>],
        &checkpoints as &[Option<Value>],
        clock.offset(),
        LONGEST_WAIT.as_secs_f64(),
        SHORTEST_WAIT.as_secs_f64(),
        RETRIES,
    )
    .fetch_all(&mut *db.acquire().await?)
    .await?;
    *held += rows.len() as u64;
    let ready = rows.into_iter().filter(|row| row.ready);
    Ok(tickets(
        ready.map(|row| (row.id, row.pool, row.class, row.lane)),
    ))
}

/// One column of a batch, for `unnest`.
fn column<T>(reports: &[Report], of: impl Fn(&Report) -> T) -> Vec<T> {
    reports.iter().map(of).collect()
}

/// Tickets for rows of the ledger; a pool this version does not know is left to one that does.
pub(super) fn tickets(rows: impl Iterator<Item = (JobId, String, i16, i16)>) -> Vec<Ticket> {
    rows.filter_map(|(id, pool, class, lane)| {
        let pool = pool.parse::<Pool>().ok()?;
        Some(Ticket {
            pool,
            class: Class::from_number(class),
            lane,
            id,
        })
    })
    .collect()
}
