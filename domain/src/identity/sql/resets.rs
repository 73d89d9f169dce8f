//! New passwords: those that were asked for, and those that were set.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::expiry::delete_expired;
use crate::identity::hashing::PasswordHash;
use crate::people::{Email, Username};
use crate::{PasswordResetId, SessionId, UserId};

type Time = DateTime<Utc>;
type Result<T> = std::result::Result<T, sqlx::Error>;

pub(in crate::identity) async fn insert_reset(
    connection: &mut PgConnection,
    id: PasswordResetId,
    email: &Email,
    now: Time,
    expires_at: Time,
) -> Result<()> {
    sqlx::query!(
        "insert into password_resets (id, email, created_at, expires_at) values ($1, $2, $3, $4)",
        id.0,
        email.as_str(),
        now,
        expires_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Finds the account behind a wish, and remembers it. None: there is none, or nothing is open any more.
pub(in crate::identity) async fn find_resettable(
    connection: &mut PgConnection,
    id: PasswordResetId,
    now: Time,
) -> Result<Option<OpenReset>> {
    sqlx::query_as!(
        OpenReset,
        "update password_resets as asked set user_id = users.id from users
         where asked.id = $1 and asked.used_at is null and asked.expires_at > $2
           and lower(users.email) = lower(asked.email) and users.deleted_at is null
           and coalesce(asked.user_id = users.id, true)
         returning users.email as \"email!: Email\", asked.expires_at",
        id.0,
        now,
    )
    .fetch_optional(connection)
    .await
}

/// A wish that nobody's account answers: gone.
pub(in crate::identity) async fn delete_unknown_reset(
    connection: &mut PgConnection,
    id: PasswordResetId,
) -> Result<()> {
    sqlx::query!(
        "delete from password_resets where id = $1 and user_id is null",
        id.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(in crate::identity) struct OpenReset {
    pub(in crate::identity) email: Email,
    pub(in crate::identity) expires_at: Time,
}

/// A wish as it stands. Not open where it is used or late, or the address is no longer the account's.
pub(in crate::identity) struct Reset {
    pub(in crate::identity) user_id: UserId,
    pub(in crate::identity) username: Username,
    pub(in crate::identity) used: bool,
    pub(in crate::identity) open: bool,
}

pub(in crate::identity) async fn reset(
    connection: &mut PgConnection,
    id: PasswordResetId,
    now: Time,
) -> Result<Option<Reset>> {
    sqlx::query_as!(
        Reset,
        "select users.id as \"user_id: UserId\", users.username as \"username: Username\",
                asked.used_at is not null as \"used!\",
                (asked.used_at is null and asked.expires_at > $2 and users.deleted_at is null
                 and coalesce(lower(users.email) = lower(asked.email), false)) as \"open!\"
         from password_resets as asked join users on users.id = asked.user_id where asked.id = $1",
        id.0,
        now,
    )
    .fetch_optional(connection)
    .await
}

/// Uses a wish up. Of two at once the second waits for the first, then finds it used.
pub(in crate::identity) async fn use_reset(
    connection: &mut PgConnection,
    id: PasswordResetId,
    now: Time,
) -> Result<bool> {
    let used = sqlx::query!(
        "update password_resets set used_at = $2 where id = $1 and used_at is null and expires_at > $2",
        id.0,
        now,
    )
    .execute(connection)
    .await?;
    Ok(used.rows_affected() > 0)
}

/// Held until the transaction ends: what changes a password or an address happens one after the other.
pub(in crate::identity) async fn lock_account(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<()> {
    sqlx::query!(
        "select id from users where id = $1 for no key update",
        user.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(())
}

/// A new password for whoever proved that the address is theirs. False where it is not the account's any more.
pub(in crate::identity) async fn reset_password(
    connection: &mut PgConnection,
    id: PasswordResetId,
    hash: &PasswordHash,
    now: Time,
) -> Result<bool> {
    let set = sqlx::query!(
        "update users set password_hash = $2, email_verified_at = coalesce(users.email_verified_at, $3), updated_at = $3
         from password_resets as asked
         where asked.id = $1 and users.id = asked.user_id and lower(users.email) = lower(asked.email)
           and users.deleted_at is null",
        id.0,
        hash.0,
        now,
    )
    .execute(connection)
    .await?;
    Ok(set.rows_affected() > 0)
}

/// Puts one password in the place of another, if that one still stands.
pub(in crate::identity) async fn replace_password(
    connection: &mut PgConnection,
    user: UserId,
    old: Option<&str>,
    new: &PasswordHash,
    now: Time,
) -> Result<bool> {
    let set = sqlx::query!(
        "update users set password_hash = $3, updated_at = $4
         where id = $1 and password_hash is not distinct from $2",
        user.0,
        old,
        new.0,
        now,
    )
    .execute(connection)
    .await?;
    Ok(set.rows_affected() > 0)
}

/// The same password, kept in another way: nothing that anybody would call a change.
pub(in crate::identity) async fn rehash_password(
    connection: &mut PgConnection,
    user: UserId,
    old: &str,
    new: &PasswordHash,
) -> Result<bool> {
    let set = sqlx::query!(
        "update users set password_hash = $3 where id = $1 and password_hash = $2",
        user.0,
        old,
        new.0,
    )
    .execute(connection)
    .await?;
    Ok(set.rows_affected() > 0)
}

pub(in crate::identity) async fn password_hash(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Option<String>> {
    let found = sqlx::query_scalar!("select password_hash from users where id = $1", user.0)
        .fetch_optional(connection)
        .await?;
    Ok(found.flatten())
}

/// Wishes for a new password or another address that stand open: they are worth nothing any more.
pub(in crate::identity) async fn void_wishes(
    connection: &mut PgConnection,
    user: UserId,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "with resets as (
             update password_resets set expires_at = $2
             where user_id = $1 and used_at is null and expires_at > $2)
         update email_verifications set expires_at = $2
         where user_id = $1 and is_change and used_at is null and expires_at > $2",
        user.0,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What somebody who is signed in can show again.
pub(in crate::identity) struct Known {
    pub(in crate::identity) username: Username,
    pub(in crate::identity) password_hash: Option<String>,
    pub(in crate::identity) signed_in_at: Time,
}

pub(in crate::identity) async fn known(
    connection: &mut PgConnection,
    user: UserId,
    session: SessionId,
) -> Result<Option<Known>> {
    sqlx::query_as!(
        Known,
        "select users.username as \"username: Username\", users.password_hash, sessions.created_at as signed_in_at
         from sessions join users on users.id = sessions.user_id where sessions.id = $2 and users.id = $1",
        user.0,
        session.0,
    )
    .fetch_optional(connection)
    .await
}

delete_expired!(
    pub(in crate::identity) delete_expired_resets,
    "password_resets",
    "expires_at",
    "expires_at <= $1"
);
