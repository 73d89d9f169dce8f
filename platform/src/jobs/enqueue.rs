//! Writing jobs into the ledger, in the caller's transaction.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{COMMON, Job, JobId, NewJob, Ticket, Unique};
use crate::telemetry::traceparent;
use crate::{Tx, id_at};

/// Rows in one insert of a bulk enqueue.
const SLICE: usize = 2_000;

#[derive(Debug, thiserror::Error)]
pub enum EnqueueError {
    #[error("a job's payload is not JSON: {0}")]
    Payload(#[from] serde_json::Error),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl From<EnqueueError> for sqlx::Error {
    fn from(error: EnqueueError) -> Self {
        match error {
            EnqueueError::Payload(error) => Self::Encode(Box::new(error)),
            EnqueueError::Database(error) => error,
        }
    }
}

impl Tx {
    /// Runs `job` once this transaction has committed.
    pub async fn enqueue<J: Job>(&mut self, job: J) -> Result<JobId, sqlx::Error> {
        let job = NewJob::new(&job).map_err(EnqueueError::from)?;
        self.enqueue_new(job).await
    }

    /// Runs `job` at `at`, or at once where that has passed.
    pub async fn enqueue_at<J: Job>(
        &mut self,
        job: J,
        at: DateTime<Utc>,
    ) -> Result<JobId, sqlx::Error> {
        let job = NewJob::new(&job).map_err(EnqueueError::from)?;
        self.enqueue_new(job.due(at)).await
    }

    /// Many at once, in a statement per two thousand. Answers how many rows they became.
    pub async fn enqueue_all<J: Job>(
        &mut self,
        jobs: impl IntoIterator<Item = J>,
    ) -> Result<usize, sqlx::Error> {
        let mut rows = 0;
        let mut slice = Vec::with_capacity(SLICE);
        for job in jobs {
            slice.push(NewJob::new(&job).map_err(EnqueueError::from)?);
            if slice.len() == SLICE {
                rows += self
                    .insert_or_merge(std::mem::take(&mut slice))
                    .await?
                    .len();
            }
        }
        Ok(rows + self.insert_or_merge(slice).await?.len())
    }

    pub async fn enqueue_new(&mut self, job: NewJob) -> Result<JobId, sqlx::Error> {
        if job.unique.is_some() {
            let rows = self.insert_or_merge(vec![job]).await?;
            return rows.first().copied().ok_or(sqlx::Error::RowNotFound);
        }
        count_enqueued(&job, 1);
        self.insert(&job).await
    }

    fn lanes(&self, job: &NewJob, count: usize) -> Vec<i16> {
        let person = self.scope().actor();
        self.crowds().lanes(job.class, person, &job.name, count)
    }

    /// The hot path: one row, no key.
    async fn insert(&mut self, job: &NewJob) -> Result<JobId, sqlx::Error> {
        let (now, scope) = (self.now(), self.scope().clone());
        let id = id_at(now);
        let due_at = job.due_at.filter(|due_at| *due_at > now);
        let lane = self.lanes(job, 1).pop().unwrap_or(COMMON);
        sqlx::query!(
            "insert into jobs (id, class, max_attempts, told_at, due_at, created_at, actor, state, name, pool, payload,
                               request_id, trace, lane)
             values ($1, $2, $3, case when $4::timestamptz is null then clock_timestamp() end, $4, $5, $6,
                     case when $4::timestamptz is null then 'ready' else 'scheduled' end, $7, $8, $9, $10, $11, $12)",
            id,
            job.class.number(),
            job.attempts,
            due_at,
            now,
            scope.actor(),
            job.name.as_ref(),
            job.pool.name(),
            job.payload,
            scope.request_id.as_deref(),
            traceparent(),
            lane,
        )
        .execute(self.connection())
        .await?;
        if due_at.is_none() {
            self.tell_after_commit([ticket(job, lane, id)]);
        }
        Ok(id)
    }

    /// Rows of one job name. Where a key waits already, the constraint sends the new row into the one that waits.
    async fn insert_or_merge(&mut self, jobs: Vec<NewJob>) -> Result<Vec<JobId>, sqlx::Error> {
        let Some(first) = jobs.first().cloned() else {
            return Ok(Vec::new());
        };
        count_enqueued(&first, jobs.len() as u64);
        let (now, scope) = (self.now(), self.scope().clone());
        let rows = Rows::merged(jobs, now);
        let lanes = self.lanes(&first, rows.ids.len());
        let stored = sqlx::query!(
            "insert into jobs (id, class, max_attempts, told_at, due_at, created_at, actor, state, name, pool, payload,
                               unique_key, merged, samples, request_id, trace, lane)
             select id, $7, $8, case when due_at is null then clock_timestamp() end, due_at, $9, $10,
                    case when due_at is null then 'ready' else 'scheduled' end, $11, $12, payload,
                    unique_key, merged, samples, $13, $14, lane
             from unnest($1::uuid[], $2::jsonb[], $3::timestamptz[], $4::text[], $5::integer[], $6::jsonb[], $17::smallint[])
                  as new (id, payload, due_at, unique_key, merged, samples, lane)
             on conflict (name, unique_key) where unique_key is not null do update
             set merged = jobs.merged + excluded.merged,
                 samples = case
                     when excluded.samples is null or jsonb_array_length(jobs.samples) >= $15 then jobs.samples
                     else coalesce(jobs.samples, '[]') || excluded.samples
                 end,
                 due_at = case
                     when jobs.due_at is null then null
                     else greatest(jobs.due_at, least(excluded.due_at, jobs.created_at + $16::float8 * interval '1 second'))
                 end
             returning id, told_at is not null as \"told!\"",
            &rows.ids,
            &rows.payloads,
            &rows.due_at as &[Option<DateTime<Utc>>],
            &rows.keys as &[Option<String>],
            &rows.counts,
            &rows.samples as &[Option<Value>],
            first.class.number(),
            first.attempts,
            now,
            scope.actor(),
            first.name.as_ref(),
            first.pool.name(),
            scope.request_id.as_deref(),
            traceparent(),
            Unique::SAMPLES,
            first.unique.as_ref().map_or(0.0, |unique| unique.longest.as_secs_f64()),
            &lanes,
        )
        .fetch_all(self.connection())
        .await?;
        let new: HashMap<JobId, i16> = rows.ids.into_iter().zip(lanes).collect();
        let told = stored.iter().filter(|row| row.told);
        let told = told.filter_map(|row| Some(ticket(&first, *new.get(&row.id)?, row.id)));
        self.tell_after_commit(told);
        Ok(stored.into_iter().map(|row| row.id).collect())
    }
}

/// A bulk insert, column by column; jobs with the same key are one row already.
#[derive(Default)]
struct Rows {
    ids: Vec<JobId>,
    payloads: Vec<Value>,
    due_at: Vec<Option<DateTime<Utc>>>,
    keys: Vec<Option<String>>,
    counts: Vec<i32>,
    samples: Vec<Option<Value>>,
}

impl Rows {
    fn merged(jobs: Vec<NewJob>, now: DateTime<Utc>) -> Self {
        let mut rows = Self::default();
        let mut row_of_key: HashMap<String, usize> = HashMap::new();
        for job in jobs {
            let unique = job.unique.unwrap_or_else(|| Unique::key(""));
            let key = Some(unique.key).filter(|key| !key.is_empty());
            if let Some(row) = key.as_ref().and_then(|key| row_of_key.get(key).copied()) {
                rows.counts[row] += 1;
                rows.add_sample(row, unique.sample);
                continue;
            }
            if let Some(key) = &key {
                row_of_key.insert(key.clone(), rows.ids.len());
            }
            let wanted = job.due_at.unwrap_or(now + unique.quiet);
            rows.ids.push(id_at(now));
            rows.payloads.push(job.payload);
            rows.due_at
                .push(Some(wanted).filter(|due_at| *due_at > now));
            rows.keys.push(key);
            rows.counts.push(1);
            rows.samples
                .push(unique.sample.map(|sample| Value::Array(vec![sample])));
        }
        rows
    }

    fn add_sample(&mut self, row: usize, sample: Option<Value>) {
        let (Some(sample), Some(Value::Array(samples))) = (sample, &mut self.samples[row]) else {
            return;
        };
        if samples.len() < Unique::SAMPLES as usize {
            samples.push(sample);
        }
    }
}

fn count_enqueued(job: &NewJob, count: u64) {
    metrics::counter!("commons_jobs_enqueued_total", "pool" => job.pool.name(), "job" => job.name.clone())
        .increment(count);
}

fn ticket(job: &NewJob, lane: i16, id: JobId) -> Ticket {
    Ticket {
        pool: job.pool,
        class: job.class,
        lane,
        id,
    }
}
