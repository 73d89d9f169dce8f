//! Turning tickets into runs.
//!
//! Each batch probes the primary key once an id (a lateral with a limit cannot be planned otherwise) and changes rows
//! where it found them, by ctid: a row that has moved meanwhile was changed by somebody else, and is left to them. So the
//! plan stays the same whether it was cached while the table was empty or while a million rows waited.

use chrono::{DateTime, Utc};
use serde_json::Value;

use uuid::Uuid;

use super::{JobId, Lease};
use crate::Db;

/// One question for work.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    pub worker: Uuid,
    /// Names the row of `job_claims` that this claim leaves behind.
    pub token: Uuid,
    /// On Postgres' clock. A claim that was held up on its way and arrives later takes nothing, so that what it took is
    /// known for good some time after.
    pub deadline: DateTime<Utc>,
}

/// A job that this worker may run now.
#[derive(Debug)]
pub struct Claimed {
    pub lease: Lease,
    pub name: String,
    pub payload: String,
    pub attempt: i16,
    pub max_attempts: i16,
    pub crashes: i16,
    pub merged: i32,
    pub samples: Option<Value>,
    pub checkpoint: Option<Value>,
    pub actor: Option<Uuid>,
    pub request_id: Option<String>,
    pub trace: Option<String>,
    /// Seconds since it could run.
    pub waited: f64,
}

/// Turns tickets into runs: each id becomes this worker's if it is ready, not paused, and of a kind the worker knows.
///
/// The worker's own row is share-locked, so a worker that was declared dead claims nothing: the sweep that takes its
/// jobs back holds that row. Rows with a key are the only ones that a transaction may hold for long (it merges into
/// them): those that are held are skipped, and the relay tells them again.
///
/// The commit does not wait for the disk. A claim that a crash of Postgres forgets leaves its row ready, and nothing was
/// lost: the finish waits for the disk, and for everything written before it.
pub async fn claim(
    db: &Db,
    claim: &Claim,
    ids: &[JobId],
    knows: &[String],
) -> Result<Vec<Claimed>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        "with relaxed as materialized (select set_config('synchronous_commit', 'off', true)),
         me as (select id from job_workers, relaxed where id = $1 and clock_timestamp() < $4 for key share of job_workers),
         taken as (
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
             returning id, epoch, claimed_at, name, payload, attempt, max_attempts, crashes, merged, samples, checkpoint, actor,
                       request_id, trace, told_at
         ), noted as (
             insert into job_claims (worker, token, ids) select $1, $5, array_agg(id) from taken having count(*) > 0
         )
         select id, epoch, claimed_at as \"claimed_at!\", name, payload::text as \"payload!\", attempt, max_attempts, crashes,
                merged, samples, checkpoint, actor, request_id, trace,
                extract(epoch from clock_timestamp() - told_at)::float8 as \"waited!\"
         from taken",
        claim.worker,
        ids,
        knows,
        claim.deadline,
        claim.token,
    )
    .fetch_all(&mut *db.acquire().await?)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| row.held_by(claim.worker))
        .collect())
}

pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) epoch: i32,
    pub(super) claimed_at: DateTime<Utc>,
    pub(super) name: String,
    pub(super) payload: String,
    pub(super) attempt: i16,
    pub(super) max_attempts: i16,
    pub(super) crashes: i16,
    pub(super) merged: i32,
    pub(super) samples: Option<Value>,
    pub(super) checkpoint: Option<Value>,
    pub(super) actor: Option<Uuid>,
    pub(super) request_id: Option<String>,
    pub(super) trace: Option<String>,
    pub(super) waited: f64,
}

impl Row {
    pub(super) fn held_by(self, worker: Uuid) -> Claimed {
        Claimed {
            lease: Lease {
                job: self.id,
                epoch: self.epoch,
                claimed_at: self.claimed_at,
                worker,
            },
            name: self.name,
            payload: self.payload,
            attempt: self.attempt,
            max_attempts: self.max_attempts,
            crashes: self.crashes,
            merged: self.merged,
            samples: self.samples,
            checkpoint: self.checkpoint,
            actor: self.actor,
            request_id: self.request_id,
            trace: self.trace,
            waited: self.waited,
        }
    }
}
