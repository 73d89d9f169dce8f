//! Finished jobs that found no partition of their time.
//!
//! They go to the default partition, where they stand in the way: while it has rows, making a partition scans them under a lock
//! that stops every finish. So the default partition is not emptied but exchanged: it is taken off, an empty one takes its
//! place, and the old one comes back as the partition of the time it covers. No row moves, and the lists go on showing them.

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::partitions::{SLOT, give_up_soon, until_name};
use crate::Db;

/// Rows moved in one statement.
const SLICE: u64 = 5_000;

/// Exchanges a default partition that has rows. Half done (a process died), it is completed by the next call.
pub async fn exchange(db: &Db) -> Result<(), sqlx::Error> {
    let mut connection = db.acquire().await?;
    // Scans of many rows, without a lock that anybody minds.
    sqlx::raw_sql("set statement_timeout = 0")
        .execute(&mut *connection)
        .await?;
    connection.close_on_drop();
    if !taken_off(&mut connection).await? {
        let filled =
            sqlx::query_scalar!("select exists (select from finished_jobs_rest) as \"filled!\"")
                .fetch_one(&mut *connection)
                .await?;
        if !filled {
            return Ok(());
        }
        take_off(&mut connection).await?;
    }
    bring_back(&mut connection).await
}

async fn taken_off(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!("select to_regclass('finished_jobs_strays') is not null as \"there!\"")
        .fetch_one(connection)
        .await
}

async fn take_off(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let mut tx = connection.begin().await?;
    give_up_soon(&mut tx).await?;
    sqlx::raw_sql(
        "alter table finished_jobs detach partition finished_jobs_rest;
         alter table finished_jobs_rest rename to finished_jobs_strays;
         create table finished_jobs_rest partition of finished_jobs default",
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

/// As a partition of its time, or, where others lie within that time, as a table of its own that leaves when its time is over.
async fn bring_back(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let (from, to) = span(connection).await?;
    let name = until_name(to);
    let check = format!(
        "alter table finished_jobs_strays drop constraint if exists finished_jobs_strays_span;
         alter table finished_jobs_strays add constraint finished_jobs_strays_span
             check (finished_at >= '{from}' and finished_at < '{to}') not valid;
         alter table finished_jobs_strays validate constraint finished_jobs_strays_span"
    );
    sqlx::raw_sql(AssertSqlSafe(check))
        .execute(&mut *connection)
        .await?;
    // What finished since the exchange belongs to the same time. Most of it moves before the lock, the last few rows under it.
    while gather(connection, to).await? == SLICE {}
    let mut tx = connection.begin().await?;
    give_up_soon(&mut tx).await?;
    sqlx::raw_sql("lock table finished_jobs_rest in access exclusive mode")
        .execute(&mut *tx)
        .await?;
    while gather(&mut tx, to).await? == SLICE {}
    let rename = format!("alter table finished_jobs_strays rename to {name}");
    sqlx::raw_sql(AssertSqlSafe(rename))
        .execute(&mut *tx)
        .await?;
    let mut attempt = tx.begin().await?;
    let attach = format!(
        "alter table finished_jobs attach partition {name} for values from ('{from}') to ('{to}')"
    );
    match sqlx::raw_sql(AssertSqlSafe(attach))
        .execute(&mut *attempt)
        .await
    {
        Ok(_) => attempt.commit().await?,
        Err(error) if overlaps(&error) => {
            attempt.rollback().await?;
            tracing::warn!("finished jobs of {from} to {to} are in no list: they stand in {name}");
        }
        Err(error) => return Err(error),
    }
    tx.commit().await
}

/// The whole slots that the strays lie in; the one that goes on now belongs to it, for its rows went there until now.
async fn span(
    connection: &mut PgConnection,
) -> Result<(DateTime<Utc>, DateTime<Utc>), sqlx::Error> {
    // No table of the schema: it is there only now.
    sqlx::query_as(
        "select date_bin($1 * interval '1 second', coalesce(min(finished_at), now()), 'epoch'),
                date_bin($1 * interval '1 second', coalesce(max(finished_at), now()), 'epoch') + $1 * interval '1 second'
         from finished_jobs_strays",
    )
    .bind(SLOT.as_secs_f64())
    .fetch_one(connection)
    .await
}

async fn gather(connection: &mut PgConnection, to: DateTime<Utc>) -> Result<u64, sqlx::Error> {
    let moved = sqlx::query(
        "with moved as (delete from finished_jobs_rest
                        where ctid = any(array(select ctid from finished_jobs_rest where finished_at < $1 limit $2)) returning *)
         insert into finished_jobs_strays select * from moved",
    )
    .bind(to)
    .bind(SLICE as i64)
    .execute(connection)
    .await?;
    Ok(moved.rows_affected())
}

fn overlaps(error: &sqlx::Error) -> bool {
    // "partition … would overlap partition …"
    error
        .as_database_error()
        .and_then(|error| error.code())
        .as_deref()
        == Some("42P17")
}
