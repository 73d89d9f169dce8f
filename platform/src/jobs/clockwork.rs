//! The schedule's memory: the last due time each entry was enqueued for.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::Db;

pub async fn last_due(db: &Db, entry: &str) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    sqlx::query_scalar!(
        "select last_due_at from schedule_entries where name = $1",
        entry
    )
    .fetch_optional(&mut *db.acquire().await?)
    .await
}

/// A new entry starts with its next tick, not with the one before it was written.
pub async fn introduce(db: &Db, entry: &str, last_due: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into schedule_entries (name, last_due_at) values ($1, $2) on conflict (name) do nothing",
        entry,
        last_due,
    )
    .execute(&mut *db.acquire().await?)
    .await?;
    Ok(())
}

/// True for the one caller that moves the entry from `last` to `next`.
pub async fn advance(
    connection: &mut PgConnection,
    entry: &str,
    last: DateTime<Utc>,
    next: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let moved = sqlx::query!(
        "update schedule_entries set last_due_at = $3 where name = $1 and last_due_at = $2",
        entry,
        last,
        next,
    )
    .execute(connection)
    .await?;
    Ok(moved.rows_affected() == 1)
}
