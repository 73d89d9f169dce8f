//! A heartbeat: one statement that says "I live" and compares what the process holds with what the ledger says it holds.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;

use sqlx::types::Json;
use uuid::Uuid;

use super::ledger::tickets;
use super::{JobId, Lease, Ticket};
use crate::Db;

/// What a process does in one pool.
#[derive(Clone, Copy, Debug, Default)]
pub struct Load {
    pub in_flight: usize,
    /// In the last minute.
    pub settled: u64,
}

/// What a process knows of itself.
#[derive(Clone, Debug, Default)]
pub struct Holdings {
    pub load: HashMap<&'static str, Load>,
    /// The claims it still works on, those whose answer it waits for among them.
    pub claims: Vec<Uuid>,
    /// The claims all of whose runs have ended.
    pub ended: Vec<Uuid>,
    /// What it runs.
    pub runs: Vec<Lease>,
}

/// What the ledger answers.
#[derive(Clone, Debug)]
pub struct Heartbeat {
    pub now: DateTime<Utc>,
    /// False: the process was given up for dead.
    pub registered: bool,
    /// Jobs of claims whose answer never came: they are ready again.
    pub returned: Vec<Ticket>,
    /// Runs that are no longer this worker's: cancelled, evicted or taken over.
    pub lost: Vec<JobId>,
    /// Seconds for which the oldest job of each pool that this worker could run has waited.
    pub waiting: HashMap<String, f64>,
    /// How many workers are registered.
    pub workers: u32,
}

/// Says that the process lives.
///
/// A claim that the process does not know and that is older than 10 s is one whose answer was lost: past its deadline of
/// 5 s it cannot commit any more, and nobody will run what it took. It is given back without counting.
pub async fn beat(db: &Db, worker: Uuid, holdings: &Holdings) -> Result<Heartbeat, sqlx::Error> {
    let (in_flight, settled) = load(&holdings.load);
    let runs: Vec<JobId> = holdings.runs.iter().map(|run| run.job).collect();
    let claimed: Vec<DateTime<Utc>> = holdings.runs.iter().map(|run| run.claimed_at).collect();
    let row = sqlx::query!(
        r#"
        with me as (update job_workers set beat_at = now(), in_flight = $2, settled = $3 where id = $1 returning pools, knows),
        ended as (delete from job_claims where worker = $1 and token = any($5)),
        unanswered as (
            delete from job_claims
            where worker = $1 and token <> all($4) and token <> all($5) and at < now() - interval '10 seconds'
            returning at, ids
        ), returned as (
            update jobs set state = 'ready', attempt = attempt - 1, told_at = clock_timestamp()
            where ctid = any(array(
                select found.place from unanswered cross join unnest(unanswered.ids) as one (id) cross join lateral (
                    select j.ctid as place from jobs j
                    where j.id = one.id and j.state = 'running' and j.worker = $1 and j.claimed_at = unanswered.at limit 1
                ) as found
            )) and state = 'running'
            returning id, pool, class, lane
        )
        select clock_timestamp() as "now!",
               exists (select from me) as "registered!",
               (select coalesce(jsonb_agg(to_jsonb(returned)), '[]') from returned) as "returned!: Json<Vec<Returned>>",
               array(select run.id from unnest($6::uuid[], $7::timestamptz[]) as run (id, at)
                     left join lateral (select true as mine from jobs j
                                        where j.id = run.id and j.claimed_at = run.at and j.state = 'running' and j.worker = $1
                                        limit 1) as held on true
                     where held.mine is null) as "lost!",
               (select coalesce(jsonb_object_agg(pool, seconds), '{}') from (
                   select list.pool, extract(epoch from clock_timestamp() - min(list.oldest)) as seconds
                   from waiting_lists() as list, me
                   where not list.paused and list.oldest is not null and list.pool = any(me.pools) and list.name = any(me.knows)
                   group by list.pool) as waiting) as "waiting!: Json<HashMap<String, f64>>",
               (select count(*) from job_workers) as "workers!"
        "#,
        worker,
        in_flight,
        settled,
        &holdings.claims,
        &holdings.ended,
        &runs,
        &claimed,
    )
    .fetch_one(&mut *db.acquire().await?)
    .await?;
    let returned = row.returned.0.into_iter();
    Ok(Heartbeat {
        now: row.now,
        registered: row.registered,
        returned: tickets(returned.map(|row| (row.id, row.pool, row.class, row.lane))),
        lost: row.lost,
        waiting: row.waiting.0,
        workers: u32::try_from(row.workers).unwrap_or(u32::MAX),
    })
}

#[derive(Debug, Deserialize)]
struct Returned {
    id: JobId,
    pool: String,
    class: i16,
    lane: i16,
}

fn load(load: &HashMap<&'static str, Load>) -> (serde_json::Value, serde_json::Value) {
    let in_flight: HashMap<_, _> = load
        .iter()
        .map(|(pool, load)| (*pool, load.in_flight))
        .collect();
    let settled: HashMap<_, _> = load
        .iter()
        .map(|(pool, load)| (*pool, load.settled))
        .collect();
    (json!(in_flight), json!(settled))
}
