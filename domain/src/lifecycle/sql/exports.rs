//! Exports, and what they show.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use crate::expiry::delete_expired;
use crate::lifecycle::exports::{DataExport, ExportState};
use crate::{ExportId, UserId};

type Time = DateTime<Utc>;
type Result<T> = std::result::Result<T, sqlx::Error>;

/// False: there is one already since then.
pub(in crate::lifecycle) async fn insert_export(
    connection: &mut PgConnection,
    id: ExportId,
    user: UserId,
    now: Time,
    since: Time,
) -> Result<bool> {
    let inserted = sqlx::query!(
        "insert into data_exports (id, user_id, created_at)
         select $1, $2, $3 where not exists (
             select from data_exports where user_id = $2 and created_at > $4 and state in ('ready', 'expired'))",
        id.0,
        user.0,
        now,
        since,
    )
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() > 0)
}

pub(in crate::lifecycle) async fn last_export(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Option<Time>> {
    sqlx::query_scalar!(
        "select created_at from data_exports where user_id = $1 and state in ('ready', 'expired')
         order by id desc limit 1",
        user.0,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::lifecycle) async fn exports(
    connection: &mut PgConnection,
    user: UserId,
    now: Time,
    after: Option<ExportId>,
    offset: i64,
    limit: i64,
) -> Result<Vec<DataExport>> {
    sqlx::query_as!(
        DataExport,
        r#"
        select id as "id: ExportId",
               case when state = 'ready' and expires_at <= $2 then 'expired' else state end as "state!: ExportState",
               size, created_at, expires_at
        from data_exports where user_id = $1 and ($3::uuid is null or id < $3) order by id desc offset $4 limit $5
        "#,
        user.0,
        now,
        after.map(|after| after.0),
        offset,
        limit,
    )
    .fetch_all(connection)
    .await
}

pub(in crate::lifecycle) async fn count_exports(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from data_exports where user_id = $1"#,
        user.0,
    )
    .fetch_one(connection)
    .await
}

pub(in crate::lifecycle) async fn export(
    connection: &mut PgConnection,
    user: UserId,
    id: ExportId,
    now: Time,
) -> Result<Option<DataExport>> {
    sqlx::query_as!(
        DataExport,
        r#"
        select id as "id: ExportId",
               case when state = 'ready' and expires_at <= $3 then 'expired' else state end as "state!: ExportState",
               size, created_at, expires_at
        from data_exports where id = $2 and user_id = $1
        "#,
        user.0,
        id.0,
        now,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::lifecycle) async fn export_state(
    connection: &mut PgConnection,
    id: ExportId,
) -> Result<Option<(ExportState, Time)>> {
    let found = sqlx::query!(
        r#"select state as "state: ExportState", created_at from data_exports where id = $1"#,
        id.0,
    )
    .fetch_optional(connection)
    .await?;
    Ok(found.map(|found| (found.state, found.created_at)))
}

pub(in crate::lifecycle) async fn export_is_ready(
    connection: &mut PgConnection,
    id: ExportId,
    size: i64,
    now: Time,
    until: Time,
) -> Result<bool> {
    let ready = sqlx::query!(
        "update data_exports set state = 'ready', size = $2, finished_at = $3, expires_at = $4
         where id = $1 and state = 'pending'",
        id.0,
        size,
        now,
        until,
    )
    .execute(connection)
    .await?;
    Ok(ready.rows_affected() > 0)
}

pub(in crate::lifecycle) struct ReadyExport {
    pub(in crate::lifecycle) user_id: UserId,
    pub(in crate::lifecycle) email: String,
    pub(in crate::lifecycle) created_at: Time,
    pub(in crate::lifecycle) expires_at: Time,
}

/// An export that can be fetched, of somebody whose address is proved.
pub(in crate::lifecycle) async fn ready_export(
    connection: &mut PgConnection,
    id: ExportId,
    now: Time,
) -> Result<Option<ReadyExport>> {
    sqlx::query_as!(
        ReadyExport,
        r#"
        select e.user_id as "user_id: UserId", u.email as "email!", e.created_at, e.expires_at as "expires_at!"
        from data_exports e join users u on u.id = e.user_id
        where e.id = $1 and e.state = 'ready' and e.expires_at > $2
          and u.email is not null and u.email_verified_at is not null
        "#,
        id.0,
        now,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::lifecycle) async fn fail_exports(
    connection: &mut PgConnection,
    before: Time,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "update data_exports set state = 'failed', finished_at = $2 where state = 'pending' and created_at < $1",
        before,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(in crate::lifecycle) struct ExpiredExport {
    pub(in crate::lifecycle) id: ExportId,
    pub(in crate::lifecycle) user_id: UserId,
}

pub(in crate::lifecycle) async fn expired_exports(
    connection: &mut PgConnection,
    now: Time,
    limit: i64,
) -> Result<Vec<ExpiredExport>> {
    sqlx::query_as!(
        ExpiredExport,
        r#"
        select id as "id: ExportId", user_id as "user_id: UserId" from data_exports
        where state = 'ready' and expires_at <= $1 order by expires_at limit $2
        "#,
        now,
        limit,
    )
    .fetch_all(connection)
    .await
}

pub(in crate::lifecycle) async fn exports_are_expired(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<()> {
    sqlx::query!(
        "update data_exports set state = 'expired' where id = any($1) and state = 'ready'",
        ids,
    )
    .execute(connection)
    .await?;
    Ok(())
}

delete_expired!(
    pub(in crate::lifecycle) delete_exports,
    "data_exports",
    "created_at",
    "created_at < $1 and state in ('failed', 'expired')"
);

/// Opens the cursor of this transaction over a query of the registry.
pub(in crate::lifecycle) async fn open_cursor(
    connection: &mut PgConnection,
    query: &'static str,
    user: UserId,
) -> Result<()> {
    // A plan whose first rows are soon there: one that has to sort a million first would be cut off.
    sqlx::query!("select set_config('cursor_tuple_fraction', '0.0001', true)")
        .fetch_one(&mut *connection)
        .await?;
    let declare = format!("declare gathered no scroll cursor for {query}");
    sqlx::query(AssertSqlSafe(declare))
        .bind(user.0)
        .execute(connection)
        .await?;
    Ok(())
}

pub(in crate::lifecycle) async fn fetch(
    connection: &mut PgConnection,
    rows: usize,
) -> Result<Vec<Value>> {
    // What it answers depends on the cursor: nothing to prepare.
    sqlx::query_scalar(AssertSqlSafe(format!("fetch {rows} from gathered")))
        .persistent(false)
        .fetch_all(connection)
        .await
}
