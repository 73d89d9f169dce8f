//! Claiming without tickets: what has waited in the ledger for some time, where Redis is away or forgets.

use std::time::Duration;

use super::Class;
use super::claim::{Claim, Claimed, Row};
use crate::Db;

/// What has waited for less has a ticket that is on its way.
pub const PATIENCE: Duration = Duration::from_secs(3);

/// Claims up to `most` jobs of one class, of the given names, in the order in which they became ready. Of each lane of a
/// crowd one is taken for four of everybody's, so that one crowd is not the whole answer.
///
/// Eight times as many are looked at as are wanted, so that several workers that ask at once do not come away empty; they are
/// locked one by one in that order, because a scan by place would take them as they lie on the disk.
pub async fn claim_waiting(
    db: &Db,
    claim: &Claim,
    names: &[String],
    class: Class,
    most: usize,
) -> Result<Vec<Claimed>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        with recursive relaxed as materialized (select set_config('synchronous_commit', 'off', true)),
        me as materialized (select id from job_workers, relaxed where id = $1 and clock_timestamp() < $5 for key share of job_workers),
        list as (
            select named.name, (select min(j.lane) from jobs j where j.name = named.name and j.class = $3 and j.told_at is not null) as lane
            from unnest($2::text[]) as named (name)
            where named.name <> all(array(select name from job_pauses where name is not null))
            union all
            select list.name, (select min(j.lane) from jobs j
                               where j.name = list.name and j.class = $3 and j.lane > list.lane and j.told_at is not null)
            from list where list.lane is not null
        ), candidate as materialized (
            select row.place, row.told_at,
                   case list.lane when 0 then 1 else 4 end * row_number() over (partition by list.lane order by row.told_at) as turn
            from list cross join lateral (
                select j.ctid as place, j.told_at from jobs j
                where j.name = list.name and j.class = $3 and j.lane = list.lane and j.state = 'ready'
                  and j.told_at < now() - $6::float8 * interval '1 second' order by j.told_at limit $4::integer * 8) as row
            where list.lane is not null
        ), locked as materialized (
            select found.place
            from (select place from candidate where exists (select from me) order by turn, told_at limit $4 * 8) as candidate
            cross join lateral (
                select j.ctid as place from jobs j
                where j.ctid = candidate.place and j.state = 'ready'
                  and j.pool <> all(array(select pool from job_pauses where pool is not null))
                limit 1 for no key update skip locked) as found limit $4
        ), taken as (
            update jobs
            set state = 'running', epoch = epoch + 1, attempt = attempt + 1, worker = $1, claimed_at = now(), unique_key = null
            where ctid = any(array(select place from locked)) and state = 'ready'
            returning id, epoch, claimed_at, name, payload, attempt, max_attempts, crashes, merged, samples, checkpoint, actor,
                      request_id, trace, told_at
        ), noted as (insert into job_claims (worker, token, ids) select $1, $7, array_agg(id) from taken having count(*) > 0)
        select id, epoch, claimed_at as "claimed_at!", name, payload::text as "payload!", attempt, max_attempts, crashes, merged,
               samples, checkpoint, actor, request_id, trace, extract(epoch from clock_timestamp() - told_at)::float8 as "waited!"
        from taken
        "#,
        claim.worker,
        names,
        class.number(),
        i32::try_from(most).unwrap_or(i32::MAX),
        claim.deadline,
        PATIENCE.as_secs_f64(),
        claim.token,
    )
    .fetch_all(&mut *db.acquire().await?)
    .await?;
    let claimed = rows.into_iter().map(|row| row.held_by(claim.worker));
    Ok(claimed.collect())
}
