//! Codes and how many were sent.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::expiry::delete_expired;
use crate::people::Phone;
use crate::{CodeId, UserId};

type Time = DateTime<Utc>;
type Result<T> = std::result::Result<T, sqlx::Error>;

pub(super) struct NextCode {
    pub(super) id: CodeId,
    pub(super) resend_at: Time,
    pub(super) expires_at: Time,
}

/// Puts a code in the place of the last one. False where it is too early. Of two at once the second waits for the
/// first, then is too early.
pub(super) async fn replace_code(
    connection: &mut PgConnection,
    phone: &Phone,
    next: &NextCode,
    now: Time,
) -> Result<bool> {
    let replaced = sqlx::query!(
        "insert into phone_codes as last (phone, id, created_at, resend_at, expires_at) values ($1, $2, $3, $4, $5)
         on conflict (phone) do update
         set id = excluded.id, tries = 0, used_at = null, created_at = excluded.created_at,
             resend_at = excluded.resend_at, expires_at = excluded.expires_at
         where last.resend_at <= $3",
        phone.as_str(),
        next.id.0,
        now,
        next.resend_at,
        next.expires_at,
    )
    .execute(connection)
    .await?;
    Ok(replaced.rows_affected() > 0)
}

pub(super) async fn resend_at(
    connection: &mut PgConnection,
    phone: &Phone,
) -> Result<Option<Time>> {
    sqlx::query_scalar!(
        "select resend_at from phone_codes where phone = $1",
        phone.as_str(),
    )
    .fetch_optional(connection)
    .await
}

pub(super) struct Quota {
    pub(super) word: String,
    pub(super) sent: i32,
    pub(super) resets_at: Time,
}

/// Counts one more for each word, and locks the counts until the transaction ends: of many at once each sees what the
/// one before it counted. A count whose time has passed begins anew.
pub(super) async fn count_sent(
    connection: &mut PgConnection,
    words: &[String],
    resets: &[Time],
    now: Time,
) -> Result<Vec<Quota>> {
    sqlx::query_as!(
        Quota,
        "insert into code_quotas as quota (word, sent, created_at, resets_at)
         select word, 1, $3, resets_at from unnest($1::text[], $2::timestamptz[]) as asked (word, resets_at)
         on conflict (word) do update
         set sent = case when quota.resets_at <= $3 then 1 else quota.sent + 1 end,
             resets_at = case when quota.resets_at <= $3 then excluded.resets_at else quota.resets_at end
         returning word, sent, resets_at",
        words,
        resets,
        now,
    )
    .fetch_all(connection)
    .await
}

/// Counts a try at the code that a number was sent, and locks it. None where there is none to try: never sent, expired,
/// used, or tried too often.
pub(super) async fn try_code(
    connection: &mut PgConnection,
    phone: &Phone,
    most: i16,
    now: Time,
) -> Result<Option<CodeId>> {
    sqlx::query_scalar!(
        "update phone_codes set tries = tries + 1
         where phone = $1 and used_at is null and expires_at > $2 and tries < $3
         returning id as \"id: CodeId\"",
        phone.as_str(),
        now,
        most,
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn use_code(connection: &mut PgConnection, id: CodeId, now: Time) -> Result<()> {
    sqlx::query!(
        "update phone_codes set used_at = $2 where id = $1",
        id.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The number a code is for, while it is worth sending.
pub(super) async fn open_code(
    connection: &mut PgConnection,
    id: CodeId,
    now: Time,
) -> Result<Option<Phone>> {
    sqlx::query_scalar!(
        "select phone as \"phone: Phone\" from phone_codes
         where id = $1 and used_at is null and expires_at > $2",
        id.0,
        now,
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn owner_of(
    connection: &mut PgConnection,
    phone: &Phone,
) -> Result<Option<UserId>> {
    sqlx::query_scalar!(
        "select id as \"id: UserId\" from users where phone = $1",
        phone.as_str(),
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn set_phone(
    connection: &mut PgConnection,
    user: UserId,
    phone: &Phone,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "update users set phone = $2, phone_verified_at = $3, updated_at = $3 where id = $1",
        user.0,
        phone.as_str(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether there was a number.
pub(super) async fn remove_phone(
    connection: &mut PgConnection,
    user: UserId,
    now: Time,
) -> Result<bool> {
    let removed = sqlx::query!(
        "update users set phone = null, phone_verified_at = null, updated_at = $2 where id = $1 and phone is not null",
        user.0,
        now,
    )
    .execute(connection)
    .await?;
    Ok(removed.rows_affected() == 1)
}

delete_expired!(
    pub(super) delete_expired_codes,
    "phone_codes",
    "expires_at",
    "expires_at <= $1 and resend_at <= $1"
);

delete_expired!(pub(super) delete_old_quotas, "code_quotas", "resets_at", "resets_at <= $1");
