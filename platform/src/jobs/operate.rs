//! What an operator can do to the ledger. Each verb is one compare-and-set: who is too late is told so.

use sqlx::PgConnection;
use uuid::Uuid;

use super::JobId;
use super::ledger::tickets;
use crate::Tx;

/// A pool or a job name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    Pool(String),
    Name(String),
}

impl Scope {
    fn columns(&self) -> (Option<&str>, Option<&str>) {
        match self {
            Self::Pool(pool) => (Some(pool), None),
            Self::Name(name) => (None, Some(name)),
        }
    }
}

/// Runs a job now that waits, is dead or is quarantined, with at least one attempt left. False: it is in no such state.
pub async fn retry(tx: &mut Tx, id: JobId) -> Result<bool, sqlx::Error> {
    let rows = sqlx::query!(
        "update jobs
         set state = 'ready', told_at = clock_timestamp(), due_at = null, parked_at = null, crashes = 0,
             max_attempts = greatest(max_attempts, attempt + 1)
         where id = $1 and state in ('scheduled', 'ready', 'dead', 'quarantined')
         returning id, pool, class, lane",
        id,
    )
    .fetch_all(tx.connection())
    .await?;
    let found = !rows.is_empty();
    tx.tell_after_commit(tickets(
        rows.into_iter()
            .map(|row| (row.id, row.pool, row.class, row.lane)),
    ));
    Ok(found)
}

/// Runs the dead and quarantined jobs of one name again; answers how many.
pub async fn retry_parked(tx: &mut Tx, name: &str) -> Result<u64, sqlx::Error> {
    let rows = sqlx::query!(
        "update jobs
         set state = 'ready', told_at = clock_timestamp(), parked_at = null, crashes = 0,
             max_attempts = greatest(max_attempts, attempt + 1)
         where parked_at is not null and name = $1
         returning id, pool, class, lane",
        name,
    )
    .fetch_all(tx.connection())
    .await?;
    let count = rows.len() as u64;
    tx.tell_after_commit(tickets(
        rows.into_iter()
            .map(|row| (row.id, row.pool, row.class, row.lane)),
    ));
    Ok(count)
}

/// Takes a job that does not run out of the live ones. False: it runs, or is gone.
pub async fn discard(tx: &mut Tx, id: JobId) -> Result<bool, sqlx::Error> {
    let moved = sqlx::query!(
        "with gone as (
             delete from jobs where id = $1 and state <> 'running'
             returning id, created_at, claimed_at, actor, worker, merged, attempt, crashes, class, name, pool, payload,
                       request_id, trace, checkpoint, errors
         )
         insert into finished_jobs (id, finished_at, created_at, claimed_at, actor, worker, merged, attempt, crashes,
                                    class, outcome, name, pool, payload, request_id, trace, checkpoint, errors)
         select id, now(), created_at, claimed_at, actor, worker, merged, attempt, crashes,
                class, 'discarded', name, pool, payload, request_id, trace, checkpoint, errors
         from gone",
        id,
    )
    .execute(tx.connection())
    .await?;
    Ok(moved.rows_affected() > 0)
}

/// Holds a pool or a job name everywhere. Every claim reads it, so it counts from the commit on. False: it is paused.
pub async fn pause(
    connection: &mut PgConnection,
    scope: &Scope,
    reason: Option<&str>,
    by: Option<Uuid>,
) -> Result<bool, sqlx::Error> {
    let (pool, name) = scope.columns();
    let paused = sqlx::query!(
        "insert into job_pauses (pool, name, reason, paused_by) values ($1, $2, $3, $4) on conflict do nothing",
        pool,
        name,
        reason,
        by,
    )
    .execute(connection)
    .await?;
    Ok(paused.rows_affected() > 0)
}

/// Lets it go on; what waited is told again by the next sweep. False: it was not paused.
pub async fn resume(connection: &mut PgConnection, scope: &Scope) -> Result<bool, sqlx::Error> {
    let (pool, name) = scope.columns();
    let resumed = sqlx::query!(
        "delete from job_pauses where pool = $1 or name = $2",
        pool,
        name
    )
    .execute(connection)
    .await?;
    Ok(resumed.rows_affected() > 0)
}
