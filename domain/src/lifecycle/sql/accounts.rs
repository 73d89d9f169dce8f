//! Accounts that are put away, leave, or are gone.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::UserId;
use crate::expiry::delete_expired;

type Time = DateTime<Utc>;
type Result<T> = std::result::Result<T, sqlx::Error>;

pub(in crate::lifecycle) async fn deactivate(
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

pub(in crate::lifecycle) struct Planned {
    pub(in crate::lifecycle) delete_at: Time,
    pub(in crate::lifecycle) is_new: bool,
}

pub(in crate::lifecycle) async fn plan_deletion(
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

pub(in crate::lifecycle) async fn suspend(
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

/// How an account stands, for the mails.
pub(in crate::lifecycle) struct Standing {
    pub(in crate::lifecycle) email: Option<String>,
    pub(in crate::lifecycle) delete_at: Option<Time>,
    pub(in crate::lifecycle) suspended: bool,
}

pub(in crate::lifecycle) async fn standing(
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

pub(in crate::lifecycle) struct Due {
    pub(in crate::lifecycle) id: UserId,
    pub(in crate::lifecycle) delete_at: Time,
}

pub(in crate::lifecycle) async fn due(
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

pub(in crate::lifecycle) struct Account {
    pub(in crate::lifecycle) username: String,
    pub(in crate::lifecycle) delete_at: Option<Time>,
    pub(in crate::lifecycle) deleted: bool,
}

pub(in crate::lifecycle) async fn lock_account(
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

pub(in crate::lifecycle) async fn rest_name(
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
pub(in crate::lifecycle) async fn anonymise(
    connection: &mut PgConnection,
    user: UserId,
    nobody: &str,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "update users
         set username = $2, deleted_at = $3, updated_at = $3, email = null, email_verified_at = null, phone = null,
             phone_verified_at = null, password_hash = null, first_name = null, last_name = null, full_name = null,
             display_name = null, bio = null, profile_picture_url = null, profile_banner_url = null,
             profile_picture_id = null, profile_banner_id = null, location = null, website = null, education_level = null, institution = null, business_info = null, role = 'member',
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
pub(in crate::lifecycle) async fn delete_slice(
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

pub(in crate::lifecycle) async fn finish_purge(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<()> {
    sqlx::query!(
        "update users set delete_at = null where id = $1 and deleted_at is not null",
        user.0,
    )
    .execute(connection)
    .await?;
    Ok(())
}

delete_expired!(pub(in crate::lifecycle) release_names, "resting_names", "rests_until", "rests_until <= $1");
