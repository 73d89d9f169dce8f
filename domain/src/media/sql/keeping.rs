//! Statements about what holds a file, and about those that leave.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::Result;
use crate::{MediaId, UserId};

type Time = DateTime<Utc>;

pub(in crate::media) async fn hold(connection: &mut PgConnection, ids: &[Uuid]) -> Result<()> {
    sqlx::query!(
        "update media set uses = uses + 1, unused_since = null where id = any($1)",
        ids
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(in crate::media) async fn let_go(
    connection: &mut PgConnection,
    ids: &[Uuid],
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "update media set uses = greatest(uses - 1, 0), unused_since = case when uses <= 1 then $2::timestamptz end
         where id = any($1)",
        ids,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Nobody sees it any more; a job deletes it. False: something shows it, or it is none of the owner's.
pub(in crate::media) async fn delete(
    connection: &mut PgConnection,
    owner: UserId,
    id: MediaId,
    now: Time,
) -> Result<bool> {
    let done = sqlx::query!(
        "update media set state = 'deleting', failure = null, unused_since = null, updated_at = $3
         where id = $1 and owner_id = $2 and uses = 0 and state <> 'deleting'",
        id.0,
        owner.0,
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The same for an upload that nobody completed.
pub(in crate::media) async fn abort(
    connection: &mut PgConnection,
    owner: UserId,
    id: MediaId,
    now: Time,
) -> Result<bool> {
    let done = sqlx::query!(
        "update media set state = 'deleting', unused_since = null, updated_at = $3
         where id = $1 and owner_id = $2 and state = 'reserved'",
        id.0,
        owner.0,
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A row of which there are no bytes any more, or never were.
pub(in crate::media) async fn forget(
    connection: &mut PgConnection,
    id: MediaId,
    state: &str,
) -> Result<()> {
    sqlx::query!(
        "delete from media where id = $1 and state = $2",
        id.0,
        state
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A slice of what nothing has shown since `before`: it is deleted from now on.
pub(in crate::media) async fn delete_unused(
    connection: &mut PgConnection,
    before: Time,
    limit: i64,
    now: Time,
) -> Result<Vec<MediaId>> {
    sqlx::query_scalar!(
        r#"
        update media set state = 'deleting', failure = null, unused_since = null, upload_until = null, updated_at = $3
        where id = any(array(select id from media where unused_since < $1 order by unused_since limit $2
                             for update skip locked))
        returning id as "id: MediaId"
        "#,
        before,
        limit,
        now,
    )
    .fetch_all(connection)
    .await
}

/// A slice of the uploads whose time is over.
pub(in crate::media) async fn delete_expired(
    connection: &mut PgConnection,
    limit: i64,
    now: Time,
) -> Result<Vec<MediaId>> {
    sqlx::query_scalar!(
        r#"
        update media set state = 'deleting', failure = null, unused_since = null, upload_until = null, updated_at = $2
        where id = any(array(select id from media where upload_until < $2 and state = 'reserved' order by upload_until
                             limit $1 for update skip locked))
        returning id as "id: MediaId"
        "#,
        limit,
        now,
    )
    .fetch_all(connection)
    .await
}

/// A slice of what is deleted since before `before`, and still there.
pub(in crate::media) async fn left(
    connection: &mut PgConnection,
    before: Time,
    limit: i64,
    now: Time,
) -> Result<Vec<MediaId>> {
    sqlx::query_scalar!(
        r#"
        update media set updated_at = $3
        where id = any(array(select id from media where state = 'deleting' and updated_at < $1 order by updated_at
                             limit $2 for update skip locked))
        returning id as "id: MediaId"
        "#,
        before,
        limit,
        now,
    )
    .fetch_all(connection)
    .await
}
