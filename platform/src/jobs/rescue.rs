//! Taking back the jobs of processes that fell silent.
//!
//! Silence counts only while somebody listened: the sweeper has a heartbeat of its own in the database, and where that was
//! late (Postgres stalled, restarted or failed over, or no scheduler ran) nobody is given up until it has been on time for
//! as long as the silence has to last.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::Connection as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::ledger::tickets;
use super::{JobId, Ticket};
use crate::Db;

/// Deaths of its worker after which a job is set aside.
pub const CRASHES: i16 = 3;

/// What the sweeper's own heartbeat found.
#[derive(Clone, Copy, Debug)]
pub struct Pulse {
    pub now: DateTime<Utc>,
    /// There may be something to take back, and [`rescue`] is worth its statements.
    pub something: bool,
}

/// The sweeper's own heartbeat.
pub async fn pulse(db: &Db, silence: Duration) -> Result<Pulse, sqlx::Error> {
    sqlx::query_as!(
        Pulse,
        r#"
        with pulse as (
            update job_sweeper
            set beat_at = now(),
                sound_since = case
                    when now() - beat_at > interval '3 seconds' or pg_postmaster_start_time() > sound_since then now()
                    else sound_since
                end
        )
        select clock_timestamp() as "now!",
               exists (select from job_workers where beat_at < now() - coalesce(silence, $1) * interval '1 second')
            or exists (select from job_claims c where not exists (select from job_workers w where w.id = c.worker))
               as "something!"
        "#,
        silence.as_secs_f64(),
    )
    .fetch_one(&mut *db.acquire().await?)
    .await
}

/// Takes back the jobs of silent processes. The run does not count as an attempt but as a crash, and a job whose workers
/// died three times is quarantined: it may be what kills them.
///
/// Rows that somebody has locked (the dead worker's own transaction, on a connection that Postgres still believes in) are
/// left to a later sweep; so a claim goes only when none of its rows is the dead worker's any more.
pub async fn rescue(db: &Db, silence: Duration) -> Result<Vec<Ticket>, sqlx::Error> {
    let mut connection = db.acquire().await?;
    let mut tx = connection.begin().await?;
    let dead = bury(&mut tx, silence).await?;
    let blame = Blame::of(&dead);
    let rows = take_back(&mut tx, &dead, blame).await?;
    sqlx::query!(
        "delete from job_claims c
         where not exists (select from job_workers w where w.id = c.worker)
           and not exists (
               select from unnest(c.ids) as one (id) cross join lateral (
                   select from jobs j where j.id = one.id and j.state = 'running' and j.worker = c.worker limit 1) as held)"
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    report(&dead, &rows);
    let ready = rows.into_iter().filter(|row| row.state == "ready");
    Ok(tickets(
        ready.map(|row| (row.id, row.pool, row.class, row.lane)),
    ))
}

struct Dead {
    id: Uuid,
    name: String,
    engine: i16,
    suspect: Option<JobId>,
}

/// Ends the registration of processes whose silence was heard by a sweeper that was itself on time. The row of the sweeper
/// is locked, so that this reads what the last pulse wrote and not what stood there before a stall.
async fn bury(connection: &mut PgConnection, silence: Duration) -> Result<Vec<Dead>, sqlx::Error> {
    sqlx::query!("select one from job_sweeper for share")
        .fetch_one(&mut *connection)
        .await?;
    sqlx::query_as!(
        Dead,
        "delete from job_workers where id in (
             select w.id from job_workers w, job_sweeper s
             where w.beat_at < now() - coalesce(w.silence, $1) * interval '1 second'
               and s.sound_since < now() - coalesce(w.silence, $1) * interval '1 second'
             for update of w skip locked)
         returning id, name, engine, suspect",
        silence.as_secs_f64(),
    )
    .fetch_all(connection)
    .await
}

/// Who is blamed for a worker's death.
#[derive(Clone, Copy)]
enum Blame {
    /// Several died at once, or what is taken back belongs to an earlier death: the cause is elsewhere.
    Nobody,
    /// The one that had crashed a worker before: such jobs run one at a time.
    Suspect(JobId),
    /// Whatever ran and had never crashed a worker before.
    Everyone,
}

impl Blame {
    fn of(dead: &[Dead]) -> Self {
        match dead {
            [one] => one.suspect.map_or(Self::Everyone, Self::Suspect),
            _ => Self::Nobody,
        }
    }

    fn suspect(self) -> Option<JobId> {
        match self {
            Self::Suspect(job) => Some(job),
            _ => None,
        }
    }
}

struct Rescued {
    id: JobId,
    pool: String,
    class: i16,
    lane: i16,
    name: String,
    state: String,
}

/// Crashes that are older than a day are forgotten: a job that crashed a worker long ago is no suspect.
async fn take_back(
    connection: &mut PgConnection,
    dead: &[Dead],
    blame: Blame,
) -> Result<Vec<Rescued>, sqlx::Error> {
    let of_old_engine = dead.iter().filter(|one| one.engine < 1);
    let of_old_engine: Vec<Uuid> = of_old_engine.map(|one| one.id).collect();
    sqlx::query_as!(
        Rescued,
        r#"
        with gone as (
            select c.worker, c.ids from job_claims c where not exists (select from job_workers w where w.id = c.worker)
        ), place as (
            select found.ctid as at from gone cross join unnest(gone.ids) as one (id) cross join lateral (
                select j.ctid from jobs j where j.id = one.id and j.state = 'running' and j.worker = gone.worker
                limit 1 for no key update skip locked) as found
            union
            select found.ctid from (
                select j.ctid from jobs j
                where cardinality($1::uuid[]) > 0 and j.told_at is not null and j.state = 'running' and j.worker = any($1)
                for no key update skip locked) as found
        ), held as (
            select j.ctid as at,
                   case when (select max((error ->> 'at')::timestamptz) from jsonb_array_elements(j.errors) as error
                              where error ->> 'kind' = 'crash') < now() - interval '1 day'
                        then 0 else j.crashes end as crashes
            from jobs j where j.ctid = any(array(select at from place))
        ), judged as (
            select at, crashes + case
                when $2 then 0
                when $3::uuid is not null then (select (id = $3)::integer from jobs where ctid = at)
                when crashes = 0 or cardinality($1::uuid[]) > 0 then 1
                else 0
            end as crashes
            from held
        )
        update jobs j
        set state = case when judged.crashes >= $4 then 'quarantined' else 'ready' end,
            told_at = case when judged.crashes >= $4 then null else clock_timestamp() end,
            parked_at = case when judged.crashes >= $4 then now() end,
            attempt = attempt - 1,
            crashes = judged.crashes,
            errors = coalesce(errors, '[]') || jsonb_build_object(
                'attempt', attempt, 'at', now(), 'kind', 'crash', 'error', 'its worker died', 'worker', worker)
        from judged
        where j.ctid = judged.at and j.state = 'running'
        returning j.id, j.pool, j.class, j.lane, j.name, j.state
        "#,
        &of_old_engine,
        matches!(blame, Blame::Nobody),
        blame.suspect(),
        i32::from(CRASHES),
    )
    .fetch_all(connection)
    .await
}

fn report(dead: &[Dead], rows: &[Rescued]) {
    metrics::counter!("commons_workers_died_total").increment(dead.len() as u64);
    metrics::counter!("commons_jobs_rescued_total").increment(rows.len() as u64);
    if !dead.is_empty() || !rows.is_empty() {
        let workers: Vec<&str> = dead.iter().map(|one| one.name.as_str()).collect();
        tracing::warn!(
            ?workers,
            jobs = rows.len(),
            "took back the jobs of silent workers"
        );
    }
    for row in rows.iter().filter(|row| row.state == "quarantined") {
        metrics::counter!("commons_jobs_quarantined_total", "pool" => row.pool.clone(), "job" => row.name.clone()).increment(1);
        tracing::error!(job.id = %row.id, job.name = row.name, "job {} quarantined: its workers died three times", row.id);
    }
}
