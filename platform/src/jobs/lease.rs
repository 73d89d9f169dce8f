//! A claim on a job, and the fence around its effects.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::JobId;
use crate::Tx;

/// Held by one worker for one run. Every claim raises the epoch: a worker that was given up for dead and wakes again
/// holds an old one, and its finish finds no row. The time and the worker belong to the fence because a crash of Postgres
/// may forget a claim, and the next one is then given the same epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lease {
    pub job: JobId,
    pub epoch: i32,
    pub claimed_at: DateTime<Utc>,
    pub worker: Uuid,
}

#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    #[error("the job was taken over by another run")]
    Lost,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Lease {
    /// Moves the job to the finished ones, in the transaction of its effects: both commit or neither does.
    pub async fn finish(&self, tx: &mut Tx) -> Result<(), LeaseError> {
        let finished = sqlx::query!(
            "with gone as (
                 delete from jobs
                 where id = $1 and epoch = $2 and claimed_at = $3 and worker = $4 and state = 'running'
                 returning id, created_at, claimed_at, actor, worker, merged, attempt, crashes, class, name, pool, payload,
                           request_id, trace, checkpoint, errors
             )
             insert into finished_jobs (id, finished_at, created_at, claimed_at, actor, worker, merged, attempt, crashes,
                                        class, outcome, name, pool, payload, request_id, trace, checkpoint, errors)
             select id, now(), created_at, claimed_at, actor, worker, merged, attempt, crashes,
                    class, 'done', name, pool, payload, request_id, trace, checkpoint, errors
             from gone",
            self.job,
            self.epoch,
            self.claimed_at,
            self.worker,
        )
        .execute(tx.connection())
        .await?;
        self.held(finished.rows_affected())
    }

    /// Saves how far a long job has come, in the transaction of that slice's effects. Progress also clears its crashes.
    pub async fn save(&self, tx: &mut Tx, checkpoint: &Value) -> Result<(), LeaseError> {
        let saved = sqlx::query!(
            "update jobs set checkpoint = $5, crashes = 0
             where id = $1 and epoch = $2 and claimed_at = $3 and worker = $4 and state = 'running'",
            self.job,
            self.epoch,
            self.claimed_at,
            self.worker,
            checkpoint,
        )
        .execute(tx.connection())
        .await?;
        self.held(saved.rows_affected())
    }

    fn held(&self, rows: u64) -> Result<(), LeaseError> {
        match rows {
            0 => Err(LeaseError::Lost),
            _ => Ok(()),
        }
    }
}
