//! Every statement of the office.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::UserId;
use crate::people::{Role, VerificationLevel};

type Time = DateTime<Utc>;
type Result<T> = std::result::Result<T, sqlx::Error>;

/// The level before. None where there is no such person.
pub(super) async fn set_verification_level(
    connection: &mut PgConnection,
    user: UserId,
    level: VerificationLevel,
    now: Time,
) -> Result<Option<VerificationLevel>> {
    sqlx::query_scalar!(
        r#"
        update users set verification_level = $2, updated_at = $3 from users as before
        where users.id = $1 and before.id = users.id and users.deleted_at is null
        returning before.verification_level as "before: VerificationLevel"
        "#,
        user.0,
        level as VerificationLevel,
        now,
    )
    .fetch_optional(connection)
    .await
}

/// Whether there is such a person.
pub(super) async fn suspend(
    connection: &mut PgConnection,
    user: UserId,
    why: &str,
    until: Option<Time>,
    now: Time,
) -> Result<bool> {
    let updated = sqlx::query!(
        "update users set suspended_at = coalesce(suspended_at, $4), suspended_until = $3, suspended_why = $2,
                          updated_at = $4
         where id = $1 and deleted_at is null",
        user.0,
        why,
        until,
        now,
    )
    .execute(connection)
    .await?;
    Ok(updated.rows_affected() == 1)
}

/// Lifts a suspension. Whether there was one; None where there is no such person.
pub(super) async fn lift_suspension(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Option<bool>> {
    sqlx::query_scalar!(
        r#"
        with lifted as (
            update users set suspended_at = null, suspended_until = null, suspended_why = null
            where id = $1 and suspended_at is not null
            returning id)
        select exists (select from lifted) as "lifted!" from users where id = $1
        "#,
        user.0,
    )
    .fetch_optional(connection)
    .await
}

/// Lifts a suspension that is over by Postgres' clock. Answers the seconds that it still lasts (none or fewer: it was
/// lifted); None where the person is not suspended, or without an end.
pub(super) async fn end_suspension(
    connection: &mut PgConnection,
    user: UserId,
    clock_offset: f64,
) -> Result<Option<f64>> {
    sqlx::query_scalar!(
        r#"
        with suspended as (
            select id, extract(epoch from suspended_until - clock_timestamp())::float8 - $2::float8 as seconds
            from users where id = $1 and suspended_at is not null and suspended_until is not null for no key update),
        lifted as (
            update users set suspended_at = null, suspended_until = null, suspended_why = null
            where id = (select id from suspended where seconds <= 0))
        select seconds as "seconds!" from suspended
        "#,
        user.0,
        clock_offset,
    )
    .fetch_optional(connection)
    .await
}

/// Accounts whose suspension has been over for so many seconds.
pub(super) async fn overdue_suspensions(
    connection: &mut PgConnection,
    seconds: f64,
    clock_offset: f64,
    limit: i64,
) -> Result<Vec<UserId>> {
    sqlx::query_scalar!(
        r#"select id as "id: UserId" from users
           where suspended_at is not null and suspended_until < now() + ($2::float8 - $1::float8) * interval '1 second'
           order by suspended_until limit $3"#,
        seconds,
        clock_offset,
        limit,
    )
    .fetch_all(connection)
    .await
}

/// How many other administrators there are. All of them stay as they are until the transaction ends.
pub(super) async fn lock_other_administrators(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<usize> {
    let administrators = sqlx::query_scalar!(
        "select id from users where role = 'admin' and is_active(users)
         order by id for no key update",
    )
    .fetch_all(connection)
    .await?;
    Ok(administrators
        .into_iter()
        .filter(|id| *id != user.0)
        .count())
}

pub(super) async fn role(connection: &mut PgConnection, user: UserId) -> Result<Option<Role>> {
    sqlx::query_scalar!(
        r#"select role as "role: Role" from users where id = $1 and deleted_at is null for no key update"#,
        user.0,
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn set_role(
    connection: &mut PgConnection,
    user: UserId,
    role: Role,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "update users set role = $2, updated_at = $3 where id = $1",
        user.0,
        role as Role,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}
