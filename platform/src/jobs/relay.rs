//! Telling workers what nobody else tells them: jobs that fall due, jobs whose ticket went missing, and everything that
//! is ready after Redis lost its memory. Any number of processes may run these; Postgres keeps them out of each
//! other's way.

use std::time::Duration;

use chrono::{DateTime, Utc};
use redis::AsyncCommands;
use sqlx::PgPool;
use uuid::Uuid;

use super::ledger::tickets;
use super::{Ticket, Tickets};

/// Rows in one statement of the relay.
pub const SLICE: i64 = 5_000;
/// Tickets at the head of a list that are asked how old they are.
const HEADS: isize = 32;
/// How long a ticket that was taken may be on its way to a claim.
const GRACE: Duration = Duration::from_secs(3);

#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Redis(#[from] redis::RedisError),
}

/// Makes a slice of scheduled jobs ready that are due at `now`.
pub async fn make_due_ready(pool: &PgPool, now: DateTime<Utc>) -> Result<Vec<Ticket>, sqlx::Error> {
    let rows = sqlx::query!(
        "update jobs set state = 'ready', told_at = clock_timestamp(), due_at = null
         where id in (select id from jobs where due_at <= $1 order by due_at limit $2 for update skip locked)
         returning id, pool, class",
        now,
        SLICE,
    )
    .fetch_all(pool)
    .await?;
    Ok(tickets(
        rows.into_iter().map(|row| (row.id, row.pool, row.class)),
    ))
}

/// When the next scheduled job is due.
pub async fn next_due(pool: &PgPool) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    sqlx::query_scalar!("select min(due_at) from jobs where due_at is not null")
        .fetch_one(pool)
        .await
}

/// Ready rows that were told before the ticket now at the head of their list, or long ago while their list is empty:
/// their own ticket is gone. Told again, and as old as ever; what operators have paused waits for the resume.
pub async fn find_lost(pool: &PgPool, tickets: &Tickets) -> Result<Vec<Ticket>, RelayError> {
    let (mut names, mut classes, mut heads, mut list_of_head) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (list, ((pool, class), waiting)) in (0_i32..).zip(tickets.heads(HEADS).await?) {
        names.push(pool.name().to_owned());
        classes.push(class.number());
        list_of_head.extend(waiting.iter().map(|_| list));
        heads.extend(waiting);
    }
    Ok(tell_older_than_heads(pool, &names, &classes, &heads, &list_of_head).await?)
}

async fn tell_older_than_heads(
    pool: &PgPool,
    names: &[String],
    classes: &[i16],
    heads: &[Uuid],
    list_of_head: &[i32],
) -> Result<Vec<Ticket>, sqlx::Error> {
    let rows = sqlx::query!(
        "with list as (
             select pool, class, number - 1 as number
             from unnest($1::text[], $2::smallint[]) with ordinality as list (pool, class, number)
         ), head as (
             select list, min(greatest(told_at, retold_at)) as told_at
             from unnest($3::uuid[], $4::integer[]) as head (id, list)
             left join jobs on jobs.id = head.id and jobs.state = 'ready'
             group by list
         ), horizon as (
             select pool, class, case when head.list is null then now() else head.told_at end
                                 - $5::float8 * interval '1 second' as at
             from list left join head on head.list = list.number
         ), lost as (
             select row.id from horizon cross join lateral (
                 select id from jobs j
                 where j.pool = horizon.pool and j.class = horizon.class and j.told_at < horizon.at and j.state = 'ready'
                   and (j.retold_at is null or j.retold_at < horizon.at)
                   and not exists (select from job_pauses p where p.pool = j.pool or p.name = j.name)
                 order by j.told_at limit $6 for update skip locked
             ) as row
         )
         update jobs set retold_at = clock_timestamp() where id in (select id from lost)
         returning id, pool, class",
        names,
        classes,
        heads,
        list_of_head,
        GRACE.as_secs_f64(),
        SLICE,
    )
    .fetch_all(pool)
    .await?;
    Ok(self::tickets(
        rows.into_iter().map(|row| (row.id, row.pool, row.class)),
    ))
}

/// Redis remembers a generation. Where it is gone, so are the tickets: everything that is ready is told again.
pub async fn rebuild_if_forgotten(pool: &PgPool, tickets: &Tickets) -> Result<u64, RelayError> {
    let redis = tickets.redis();
    let key = redis.key("generation");
    if redis.shared().exists(&key).await? {
        return Ok(0);
    }
    // One process tells them all; the others find the key when it is done.
    let mut turn = pool.begin().await?;
    let mine = sqlx::query_scalar!(
        "select pg_try_advisory_xact_lock(hashtext('jobs.rebuild')) as \"mine!\""
    )
    .fetch_one(&mut *turn)
    .await?;
    if !mine || redis.shared().exists(&key).await? {
        return Ok(0);
    }
    let (mut told, mut after) = (0, Uuid::nil());
    loop {
        let rows = sqlx::query!(
            "select id, pool, class from jobs where told_at is not null and state = 'ready' and id > $1 order by id limit $2",
            after,
            SLICE,
        )
        .fetch_all(pool)
        .await?;
        let Some(last) = rows.last().map(|row| row.id) else {
            break;
        };
        after = last;
        told += rows.len() as u64;
        tickets
            .push(&self::tickets(
                rows.into_iter().map(|row| (row.id, row.pool, row.class)),
            ))
            .await?;
    }
    let _: () = redis.shared().set(&key, told).await?;
    Ok(told)
}
