//! Every statement of leaving, but those that the registry of tables holds.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::exports::{DataExport, ExportState};
use crate::{ExportId, UserId};

type Time = DateTime<Utc>;
type Result<T> = std::result::Result<T, sqlx::Error>;

/// False: there is one already since then.
pub(super) async fn insert_export(
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

pub(super) async fn last_export(
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

pub(super) async fn exports(
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

pub(super) async fn count_exports(connection: &mut PgConnection, user: UserId) -> Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from data_exports where user_id = $1"#,
        user.0,
    )
    .fetch_one(connection)
    .await
}

pub(super) async fn export(
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

pub(super) async fn export_state(
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

pub(super) async fn export_is_ready(
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

pub(super) struct ReadyExport {
    pub(super) user_id: UserId,
    pub(super) email: String,
    pub(super) created_at: Time,
    pub(super) expires_at: Time,
}

/// An export that can be fetched, of somebody whose address is proved.
pub(super) async fn ready_export(
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

pub(super) async fn fail_exports(
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

pub(super) struct ExpiredExport {
    pub(super) id: ExportId,
    pub(super) user_id: UserId,
}

pub(super) async fn expired_exports(
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

pub(super) async fn exports_are_expired(connection: &mut PgConnection, ids: &[Uuid]) -> Result<()> {
    sqlx::query!(
        "update data_exports set state = 'expired' where id = any($1) and state = 'ready'",
        ids,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn delete_exports(
    connection: &mut PgConnection,
    before: Time,
    limit: i64,
) -> Result<u64> {
    let deleted = sqlx::query!(
        "delete from data_exports where id = any(array(
             select id from data_exports where created_at < $1 and state in ('failed', 'expired')
             order by created_at limit $2 for update skip locked))",
        before,
        limit,
    )
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}

pub(super) async fn release_names(
    connection: &mut PgConnection,
    now: Time,
    limit: i64,
) -> Result<u64> {
    let released = sqlx::query!(
        "delete from resting_names where hash = any(array(
             select hash from resting_names where rests_until <= $1 order by rests_until limit $2
             for update skip locked))",
        now,
        limit,
    )
    .execute(connection)
    .await?;
    Ok(released.rows_affected())
}

/// Opens the cursor of this transaction over a query of the registry.
pub(super) async fn open_cursor(
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

pub(super) async fn fetch(connection: &mut PgConnection, rows: usize) -> Result<Vec<Value>> {
    // What it answers depends on the cursor: nothing to prepare.
    sqlx::query_scalar(AssertSqlSafe(format!("fetch {rows} from gathered")))
        .persistent(false)
        .fetch_all(connection)
        .await
}

pub(super) async fn deactivate(
    connection: &mut PgConnection,
    user: UserId,
    now: Time,
) -> Result<Option<Time>> {
    sqlx::query_scalar!(
        "update users set deactivated_at = coalesce(deactivated_at, $2), updated_at = $2
         where id = $1 and deleted_at is null returning deactivated_at as \"deactivated_at!\"",
        user.0,
        now,
    )
    .fetch_optional(connection)
    .await
}

pub(super) struct Planned {
    pub(super) delete_at: Time,
    pub(super) is_new: bool,
}

pub(super) async fn plan_deletion(
    connection: &mut PgConnection,
    user: UserId,
    now: Time,
    at: Time,
) -> Result<Option<Planned>> {
    sqlx::query_as!(
        Planned,
        "update users set delete_at = coalesce(before.delete_at, $3), updated_at = $2
         from users as before
         where users.id = $1 and before.id = users.id and users.deleted_at is null
         returning users.delete_at as \"delete_at!\", before.delete_at is null as \"is_new!\"",
        user.0,
        now,
        at,
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn suspend(
    connection: &mut PgConnection,
    user: UserId,
    why: &str,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "update users set suspended_at = coalesce(suspended_at, $3), suspended_until = null,
                          suspended_why = coalesce(suspended_why, $2), updated_at = $3
         where id = $1 and deleted_at is null",
        user.0,
        why,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn account_by_id(
    connection: &mut PgConnection,
    id: Uuid,
) -> Result<Option<UserId>> {
    sqlx::query_scalar!(
        r#"select id as "id: UserId" from users where id = $1 and deleted_at is null"#,
        id,
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn account_by_name(
    connection: &mut PgConnection,
    name: &str,
) -> Result<Option<UserId>> {
    sqlx::query_scalar!(
        r#"select id as "id: UserId" from users where lower(username) = lower($1) and deleted_at is null"#,
        name,
    )
    .fetch_optional(connection)
    .await
}

/// How an account stands, for the mails.
pub(super) struct Standing {
    pub(super) email: Option<String>,
    pub(super) delete_at: Option<Time>,
    pub(super) suspended: bool,
}

pub(super) async fn standing(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Option<Standing>> {
    sqlx::query_as!(
        Standing,
        r#"
        select email, delete_at, suspended_at is not null as "suspended!"
        from users where id = $1 and deleted_at is null
        "#,
        user.0,
    )
    .fetch_optional(connection)
    .await
}

pub(super) struct Due {
    pub(super) id: UserId,
    pub(super) delete_at: Time,
}

pub(super) async fn due(
    connection: &mut PgConnection,
    now: Time,
    after: Option<(Time, UserId)>,
    limit: i64,
) -> Result<Vec<Due>> {
    let (time, id) = after.unzip();
    sqlx::query_as!(
        Due,
        r#"
        select id as "id: UserId", delete_at as "delete_at!" from users
        where delete_at <= $1 and ($2::timestamptz is null or (delete_at, id) > ($2, $3::uuid))
        order by delete_at, id limit $4
        "#,
        now,
        time,
        id.map(|id| id.0),
        limit,
    )
    .fetch_all(connection)
    .await
}

pub(super) struct Account {
    pub(super) username: String,
    pub(super) delete_at: Option<Time>,
    pub(super) deleted: bool,
}

pub(super) async fn lock_account(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Option<Account>> {
    sqlx::query_as!(
        Account,
        r#"select username, delete_at, deleted_at is not null as "deleted!" from users where id = $1 for update"#,
        user.0,
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn rest_name(
    connection: &mut PgConnection,
    name: &str,
    now: Time,
    until: Time,
) -> Result<()> {
    sqlx::query!(
        "insert into resting_names (hash, rests_until, created_at) values (name_hash($1), $3, $2)
         on conflict (hash) do update set rests_until = excluded.rests_until",
        name,
        now,
        until,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What others' rows may still point at: an id, since when it was there, and that it is gone.
pub(super) async fn anonymise(
    connection: &mut PgConnection,
    user: UserId,
    nobody: &str,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "update users
         set username = $2, deleted_at = $3, updated_at = $3, email = null, email_verified_at = null, phone = null,
             phone_verified_at = null, password_hash = null, first_name = null, last_name = null, full_name = null,
             display_name = null, bio = null, profile_picture_url = null, profile_banner_url = null, location = null,
             website = null, education_level = null, institution = null, business_info = null, role = 'member',
             verification_level = 'none', is_premium = false, is_business = false, is_private = true,
             last_seen_to = 'nobody', messages_from = 'nobody', found_by_phone = false, last_login_at = null,
             last_seen_at = null, deactivated_at = null, suspended_at = null, suspended_until = null,
             suspended_why = null
         where id = $1",
        user.0,
        nobody,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Runs a statement of the registry: how many rows it deleted.
pub(super) async fn delete_slice(
    connection: &mut PgConnection,
    statement: &'static str,
    user: UserId,
    limit: i64,
) -> Result<i64> {
    sqlx::query_scalar(statement)
        .bind(user.0)
        .bind(limit)
        .fetch_one(connection)
        .await
}

pub(super) async fn finish_purge(connection: &mut PgConnection, user: UserId) -> Result<()> {
    sqlx::query!(
        "update users set delete_at = null where id = $1 and deleted_at is not null",
        user.0,
    )
    .execute(connection)
    .await?;
    Ok(())
}
