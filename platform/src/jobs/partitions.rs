//! The tables of finished jobs come and go by the calendar; dropping one is how a day of jobs is purged.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use sqlx::{Connection as _, PgConnection};

use crate::Db;

/// Rows deleted in one statement.
const SLICE: i64 = 5_000;
pub(super) const SLOT: Duration = Duration::from_secs(6 * 3600);
const AHEAD: Duration = Duration::from_secs(3 * 24 * 3600);

/// Makes the partitions of the next days, so that a finish always finds one.
pub async fn ensure(db: &Db, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    let mut connection = db.acquire().await?;
    let mut tx = connection.begin().await?;
    give_up_soon(&mut tx).await?;
    sqlx::query!(
        "select ensure_finished_jobs_partitions($1, $2)",
        now,
        now + AHEAD
    )
    .fetch_one(&mut *tx)
    .await?;
    tx.commit().await
}

/// Drops every partition whose last row is older than `before`.
pub async fn drop_before(db: &Db, before: DateTime<Utc>) -> Result<u64, sqlx::Error> {
    let names = sqlx::query_scalar!(
        "select inhrelid::regclass::text as \"name!\" from pg_inherits where inhparent = 'finished_jobs'::regclass
         union select relname::text from pg_class where relname like 'finished\\_jobs\\_until\\_%' and relkind = 'r'"
    )
    .fetch_all(&mut *db.acquire().await?)
    .await?;
    let mut dropped = 0;
    for name in names
        .iter()
        .filter(|name| slot_end(name).is_some_and(|end| end <= before))
    {
        let mut connection = db.acquire().await?;
        let mut tx = connection.begin().await?;
        give_up_soon(&mut tx).await?;
        sqlx::query(sqlx::AssertSqlSafe(format!("drop table if exists {name}")))
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        dropped += 1;
    }
    Ok(dropped)
}

/// Dead and quarantined jobs that nobody came for.
pub async fn delete_parked(db: &Db, before: DateTime<Utc>) -> Result<u64, sqlx::Error> {
    let deleted = sqlx::query!(
        "delete from jobs where id in (select id from jobs where parked_at < $1 order by parked_at limit $2 for update skip locked)",
        before,
        SLICE,
    )
    .execute(&mut *db.acquire().await?)
    .await?;
    Ok(deleted.rows_affected())
}

/// A change of partitions that waits for a reader (a backup) stands in the way of every finish behind it: it gives up
/// soon, and its job tries again.
pub(super) async fn give_up_soon(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("set local lock_timeout = '2s'")
        .execute(connection)
        .await?;
    Ok(())
}

fn slot_end(name: &str) -> Option<DateTime<Utc>> {
    let stamp = name.strip_prefix("finished_jobs_")?;
    if let Some(end) = stamp.strip_prefix("until_") {
        return time(end);
    }
    Some(time(stamp)? + SLOT)
}

/// A table of strays that ends at `end`.
pub(super) fn until_name(end: DateTime<Utc>) -> String {
    format!("finished_jobs_until_{}", end.format("%Y%m%d_%H"))
}

fn time(stamp: &str) -> Option<DateTime<Utc>> {
    let time = NaiveDateTime::parse_from_str(&format!("{stamp}00"), "%Y%m%d_%H%M").ok()?;
    Some(time.and_utc())
}
