//! Telling workers what nobody else tells them: jobs that fall due, and everything that is ready after Redis lost its
//! memory. Any number of processes may run these; Postgres keeps them out of each other's way.

use std::time::Duration;

use redis::AsyncCommands;

use sqlx::Connection as _;
use uuid::Uuid;

use super::ledger::tickets;
use super::{Ticket, Tickets};
use crate::{Clock, Db};

/// Rows in one statement of the relay.
pub const SLICE: i64 = 5_000;

#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Redis(#[from] redis::RedisError),
}

/// Makes a slice of scheduled jobs ready that are due by Postgres' clock.
pub async fn make_due_ready(db: &Db, clock: &Clock) -> Result<Vec<Ticket>, sqlx::Error> {
    let rows = sqlx::query!(
        "update jobs set state = 'ready', told_at = clock_timestamp(), due_at = null
         where id in (select id from jobs where due_at <= now() + $1::float8 * interval '1 second' order by due_at limit $2 for update skip locked)
         returning id, pool, class, lane",
        clock.offset(),
        SLICE,
    )
    .fetch_all(&mut *db.acquire().await?)
    .await?;
    Ok(tickets(
        rows.into_iter()
            .map(|row| (row.id, row.pool, row.class, row.lane)),
    ))
}

/// How long it is until the next scheduled job is due.
pub async fn next_due(db: &Db, clock: &Clock) -> Result<Option<Duration>, sqlx::Error> {
    let seconds = sqlx::query_scalar!(
        "select extract(epoch from min(due_at) - now())::float8 - $1::float8 from jobs where due_at is not null",
        clock.offset(),
    )
    .fetch_one(&mut *db.acquire().await?)
    .await?;
    Ok(seconds
        .map(|seconds| Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX)))
}

/// Redis remembers a generation. Where it is gone, so are the tickets: everything that is ready is told again.
pub async fn rebuild_if_forgotten(db: &Db, tickets: &Tickets) -> Result<u64, RelayError> {
    let redis = tickets.redis();
    let key = redis.key("generation");
    if redis.shared().exists(&key).await? {
        return Ok(0);
    }
    // One process tells them all; the others find the key when it is done.
    let mut connection = db.acquire().await?;
    let mut turn = connection.begin().await?;
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
            "select id, pool, class, lane from jobs where told_at is not null and state = 'ready' and id > $1 order by id limit $2",
            after,
            SLICE,
        )
        .fetch_all(&mut *db.acquire().await?)
        .await?;
        let Some(last) = rows.last().map(|row| row.id) else {
            break;
        };
        after = last;
        told += rows.len() as u64;
        tickets
            .push(&self::tickets(
                rows.into_iter()
                    .map(|row| (row.id, row.pool, row.class, row.lane)),
            ))
            .await?;
    }
    let _: () = redis.shared().set(&key, told).await?;
    Ok(told)
}
