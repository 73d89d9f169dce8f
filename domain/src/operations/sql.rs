//! Reads of the ledger. The acts are the engine's own: `platform::jobs::operate`.

use chrono::{DateTime, Utc};
use platform::jobs::Class;
use platform::jobs::gauges::PoolGauge;
use serde_json::Value;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use super::views::{JobDetail, JobFilter, JobState, JobSummary, Pause, PoolOverview, PoolPause};
use crate::{Error, Result};

/// Counts of a backlog stop here.
const MOST_COUNTED: i64 = 100_000;

/// What is counted here goes beside what the engine's own gauges say.
pub(super) async fn pools(
    connection: &mut PgConnection,
    gauges: Vec<PoolGauge>,
) -> Result<Vec<PoolOverview>> {
    let names: Vec<String> = gauges.iter().map(|gauge| gauge.pool.clone()).collect();
    let rows = sqlx::query!(
        r#"
        select pool.name as "name!",
               (select count(*) from (
                    select from waiting_lists() as list cross join lateral (
                        select from jobs j
                        where j.name = list.name and j.class = list.class and j.lane = list.lane
                          and j.told_at is not null and j.state = 'ready' limit $2) as row
                    where list.pool = pool.name limit $2) as ready) as "ready!",
               (select count(*) from (select from jobs j where j.due_at is not null and j.pool = pool.name limit $2) s) as "scheduled!",
               crew.slots as "slots!", crew.in_flight as "in_flight!", crew.settled as "settled!",
               pause.created_at as "paused_since?", pause.reason as pause_reason, pause.paused_by
        from unnest($1::text[]) with ordinality as pool (name, place)
        cross join lateral (
            select coalesce(sum((slots ->> pool.name)::bigint), 0)::bigint as slots,
                   coalesce(sum((in_flight ->> pool.name)::bigint), 0)::bigint as in_flight,
                   coalesce(sum((settled ->> pool.name)::bigint), 0)::bigint as settled
            from job_workers where pool.name = any(pools)
        ) as crew
        left join job_pauses pause on pause.pool = pool.name
        order by pool.place
        "#,
        &names,
        MOST_COUNTED,
    )
    .fetch_all(connection)
    .await?;
    let pools = rows
        .into_iter()
        .zip(gauges)
        .map(|(row, gauge)| PoolOverview {
            pool: row.name,
            ready: row.ready,
            scheduled: row.scheduled,
            in_flight: row.in_flight,
            dead: gauge.dead,
            quarantined: gauge.quarantined,
            oldest_runnable_seconds: gauge.oldest,
            settled_per_minute: row.settled,
            workers: gauge.workers,
            slots: row.slots,
            pause: row.paused_since.map(|since| PoolPause {
                since,
                reason: row.pause_reason,
                paused_by: row.paused_by,
            }),
        });
    Ok(pools.collect())
}

pub(super) async fn pauses(connection: &mut PgConnection) -> Result<Vec<Pause>> {
    let pauses = sqlx::query_as!(
        Pause,
        "select pool, name, created_at as since, reason, paused_by from job_pauses order by created_at",
    )
    .fetch_all(connection)
    .await?;
    Ok(pauses)
}

/// What decides whether a ready job of this pool and name is taken.
pub(super) struct Surroundings {
    pub(super) pool_paused: Option<String>,
    pub(super) name_paused: Option<String>,
    pub(super) workers: i64,
    pub(super) capable: i64,
    pub(super) slots: i64,
    pub(super) in_flight: i64,
}

pub(super) async fn surroundings(
    connection: &mut PgConnection,
    pool: &str,
    name: &str,
) -> Result<Surroundings> {
    let found = sqlx::query_as!(
        Surroundings,
        r#"
        select (select coalesce(reason, 'no reason given') from job_pauses where job_pauses.pool = $1) as pool_paused,
               (select coalesce(reason, 'no reason given') from job_pauses where job_pauses.name = $2) as name_paused,
               count(*) as "workers!",
               count(*) filter (where $2 = any(knows)) as "capable!",
               coalesce(sum((slots ->> $1)::bigint), 0)::bigint as "slots!",
               coalesce(sum((in_flight ->> $1)::bigint), 0)::bigint as "in_flight!"
        from job_workers where $1 = any(pools)
        "#,
        pool,
        name,
    )
    .fetch_one(connection)
    .await?;
    Ok(found)
}

/// How many ready jobs of the pool go first, counted no further than a screen can say.
pub(super) async fn ahead(connection: &mut PgConnection, id: Uuid, pool: &str) -> Result<i64> {
    let ahead = sqlx::query_scalar!(
        r#"
        select count(*) as "ahead!" from (
            select from jobs this cross join waiting_lists() as list cross join lateral (
                select from jobs other
                where other.name = list.name and other.class = list.class and other.lane = list.lane
                  and other.told_at is not null and other.state = 'ready'
                  and (other.class, other.told_at) < (this.class, this.told_at)
                limit $3
            ) as first
            where this.id = $1 and list.pool = $2 and list.class <= this.class
            limit $3
        ) as first
        "#,
        id,
        pool,
        MOST_COUNTED,
    )
    .fetch_one(connection)
    .await?;
    Ok(ahead)
}

/// A row of either table.
#[derive(FromRow)]
struct Row {
    id: Uuid,
    name: String,
    pool: String,
    class: i16,
    state: String,
    attempt: i16,
    max_attempts: Option<i16>,
    crashes: i16,
    merged: i32,
    created_at: DateTime<Utc>,
    due_at: Option<DateTime<Utc>>,
    claimed_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
    worker: Option<Uuid>,
    actor: Option<Uuid>,
    request_id: Option<String>,
    trace: Option<String>,
    unique_key: Option<String>,
    payload: Value,
    checkpoint: Option<Value>,
    errors: Option<Value>,
}

const LIVE: &str = "select id, name, pool, class, state, attempt, max_attempts, crashes, merged, created_at, due_at, claimed_at,
        null::timestamptz as finished_at, worker, actor, request_id, trace, unique_key, payload, checkpoint, errors from jobs";
const FINISHED: &str = "select id, name, pool, class, outcome as state, attempt, null::smallint as max_attempts, crashes, merged,
        created_at, null::timestamptz as due_at, claimed_at, finished_at, worker, actor, request_id, trace,
        null::text as unique_key, payload, checkpoint, errors from finished_jobs";

pub(super) async fn find(connection: &mut PgConnection, id: Uuid) -> Result<Option<JobDetail>> {
    let mut query = QueryBuilder::<Postgres>::new(LIVE);
    query.push(" where id = ").push_bind(id);
    query
        .push(" union all ")
        .push(FINISHED)
        .push(" where id = ")
        .push_bind(id);
    let row: Option<Row> = query.build_query_as().fetch_optional(connection).await?;
    row.map(Row::into_detail).transpose()
}

pub(super) async fn list(
    connection: &mut PgConnection,
    filter: &JobFilter,
    after: Option<Uuid>,
    offset: i64,
    limit: i64,
) -> Result<Vec<JobSummary>> {
    let mut query = QueryBuilder::<Postgres>::new("select * from (");
    // Each side stops by itself once it has enough, so that neither table is read to its end.
    for (number, table) in tables(filter).into_iter().enumerate() {
        query.push(if number == 0 { "(" } else { " union all (" });
        narrow(&mut query, table, filter);
        if let Some(after) = after {
            query.push(" and id < ").push_bind(after);
        }
        query
            .push(" order by id desc limit ")
            .push_bind(limit + offset)
            .push(")");
    }
    query
        .push(") as found order by id desc limit ")
        .push_bind(limit);
    query.push(" offset ").push_bind(offset);
    let rows: Vec<Row> = query.build_query_as().fetch_all(connection).await?;
    rows.into_iter().map(Row::into_summary).collect()
}

pub(super) async fn count(
    connection: &mut PgConnection,
    filter: &JobFilter,
    most: i64,
) -> Result<i64> {
    let mut query = QueryBuilder::<Postgres>::new("select count(*) from (select from (");
    for (number, table) in tables(filter).into_iter().enumerate() {
        query.push(if number == 0 { "(" } else { " union all (" });
        narrow(&mut query, table, filter);
        query.push(" limit ").push_bind(most).push(")");
    }
    query
        .push(") as found limit ")
        .push_bind(most)
        .push(") as counted");
    Ok(query.build_query_scalar().fetch_one(connection).await?)
}

fn tables(filter: &JobFilter) -> Vec<&'static str> {
    match filter.state {
        None => vec![LIVE, FINISHED],
        Some(state) if state.is_finished() => vec![FINISHED],
        Some(_) => vec![LIVE],
    }
}

/// Names the column whose partial index holds just the rows of the wanted state.
fn narrow(query: &mut QueryBuilder<Postgres>, table: &'static str, filter: &JobFilter) {
    query.push(table).push(match filter.state {
        Some(JobState::Scheduled) => " where due_at is not null",
        Some(JobState::Ready | JobState::Running) => " where told_at is not null",
        Some(JobState::Dead | JobState::Quarantined) => " where parked_at is not null",
        _ => " where true",
    });
    if let Some(state) = filter.state {
        let column = if state.is_finished() {
            " and outcome = "
        } else {
            " and state = "
        };
        query.push(column).push_bind(state.name());
    }
    if let Some(pool) = &filter.pool {
        query.push(" and pool = ").push_bind(pool.clone());
    }
    if let Some(name) = &filter.name {
        query.push(" and name = ").push_bind(name.clone());
    }
}

impl Row {
    fn into_summary(self) -> Result<JobSummary> {
        Ok(self.into_detail()?.summary)
    }

    fn into_detail(self) -> Result<JobDetail> {
        let state = JobState::named(&self.state);
        let state = state.ok_or_else(|| {
            Error::Internal(format!("job {} is in state {}", self.id, self.state))
        })?;
        let errors: Vec<super::RunError> = self
            .errors
            .map(serde_json::from_value)
            .transpose()
            .map_err(|error| Error::Internal(format!("job {}: {error}", self.id)))?
            .unwrap_or_default();
        Ok(JobDetail {
            summary: JobSummary {
                id: self.id,
                name: self.name,
                pool: self.pool,
                class: Class::from_number(self.class).name().to_owned(),
                state,
                attempt: self.attempt,
                crashes: self.crashes,
                merged: self.merged,
                created_at: self.created_at,
                due_at: self.due_at,
                claimed_at: self.claimed_at,
                finished_at: self.finished_at,
                last_error: errors.last().map(|error| error.error.clone()),
            },
            max_attempts: self.max_attempts,
            worker: self.worker,
            actor: self.actor,
            request_id: self.request_id,
            trace: self.trace,
            unique_key: self.unique_key,
            payload: self.payload,
            checkpoint: self.checkpoint,
            errors,
        })
    }
}
