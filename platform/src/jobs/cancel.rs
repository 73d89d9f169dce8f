//! Ending or moving a job that may be running. Each is one compare-and-set on its row: the handler behind it finds no row to
//! finish, and its effects roll back. Its process hears of it over Redis, or at its next heartbeats.

use serde_json::json;

use super::JobId;
use super::ledger::tickets;
use crate::Tx;

/// A run that is to end, wherever it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    pub job: JobId,
    pub epoch: i32,
}

impl Tx {
    /// Takes a job out of the live ones in whatever state it is, with the reason. None: it is gone.
    ///
    /// Behind a handler that has finished it but not committed, this waits 2 s for the commit, and fails.
    pub async fn cancel_job(&mut self, id: JobId, why: &str) -> Result<Option<Ended>, sqlx::Error> {
        let note = json!({ "kind": "cancel", "error": why });
        self.wait_briefly_for_locks(true).await?;
        let row = sqlx::query!(
            "with gone as (
                 delete from jobs where id = $1
                 returning id, epoch, created_at, claimed_at, actor, worker, merged, attempt, crashes, class, name, pool, payload,
                           request_id, trace, checkpoint, errors
             ), finished as (
                 insert into finished_jobs (id, finished_at, created_at, claimed_at, actor, worker, merged, attempt, crashes,
                                            class, outcome, name, pool, payload, request_id, trace, checkpoint, errors)
                 select id, now(), created_at, claimed_at, actor, worker, merged, attempt, crashes,
                        class, 'discarded', name, pool, payload, request_id, trace, checkpoint,
                        coalesce(errors, '[]') || ($2 || jsonb_build_object('at', now(), 'attempt', attempt, 'worker', worker))
                 from gone
             )
             select id, epoch from gone",
            id,
            note,
        )
        .fetch_optional(self.connection())
        .await?;
        self.wait_briefly_for_locks(false).await?;
        Ok(row.map(|row| Ended {
            job: row.id,
            epoch: row.epoch,
        }))
    }

    /// Takes a running job from its worker: it is ready again, and the run does not count. None: it does not run.
    pub async fn evict_job(&mut self, id: JobId) -> Result<Option<Ended>, sqlx::Error> {
        self.wait_briefly_for_locks(true).await?;
        let row = sqlx::query!(
            "update jobs set state = 'ready', attempt = attempt - 1, told_at = clock_timestamp()
             where id = $1 and state = 'running' returning id, epoch, pool, class, lane",
            id,
        )
        .fetch_optional(self.connection())
        .await?;
        self.wait_briefly_for_locks(false).await?;
        let Some(row) = row else {
            return Ok(None);
        };
        self.tell_after_commit(tickets(
            [(row.id, row.pool, row.class, row.lane)].into_iter(),
        ));
        Ok(Some(Ended {
            job: row.id,
            epoch: row.epoch,
        }))
    }

    async fn wait_briefly_for_locks(&mut self, briefly: bool) -> Result<(), sqlx::Error> {
        let limit = if briefly { "2s" } else { "0" };
        sqlx::query!("select set_config('lock_timeout', $1, true)", limit)
            .fetch_one(self.connection())
            .await?;
        Ok(())
    }
}
