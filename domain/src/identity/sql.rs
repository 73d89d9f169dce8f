//! Every statement of identity.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::accounts::NewUser;
use super::sessions::Device;
use super::{Account, Actor, Email, PersonName, Role, Username};
use crate::{SessionId, UserId, VerificationId};

type Time = DateTime<Utc>;
type Result<T> = std::result::Result<T, sqlx::Error>;

pub(super) async fn insert_user(
    connection: &mut PgConnection,
    id: UserId,
    new: &NewUser,
    now: Time,
) -> Result<Account> {
    sqlx::query_as!(
        Account,
        "insert into users (id, username, email, email_verified_at, password_hash, first_name, last_name, role,
                            created_at, updated_at)
         values ($1, $2, $3, case when $4 then $9::timestamptz end, $5, $6, $7, $8, $9, $9)
         returning id as \"id: UserId\", username as \"username: Username\", email as \"email: Email\",
                   email_verified_at is not null as \"email_verified!\",
                   first_name as \"first_name: PersonName\", last_name as \"last_name: PersonName\",
                   role as \"role: Role\", last_login_at, created_at",
        id.0,
        new.username.as_str(),
        new.email.as_str(),
        new.email_is_verified,
        new.password_hash.0,
        new.first_name.as_ref().map(PersonName::as_str),
        new.last_name.as_ref().map(PersonName::as_str),
        new.role as Role,
        now,
    )
    .fetch_one(connection)
    .await
}

pub(super) async fn account(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Option<Account>> {
    sqlx::query_as!(
        Account,
        "select id as \"id: UserId\", username as \"username: Username\", email as \"email: Email\",
                email_verified_at is not null as \"email_verified!\",
                first_name as \"first_name: PersonName\", last_name as \"last_name: PersonName\",
                role as \"role: Role\", last_login_at, created_at
         from users where id = $1",
        user.0,
    )
    .fetch_optional(connection)
    .await
}

pub(super) struct Credentials {
    pub(super) id: UserId,
    pub(super) password_hash: Option<String>,
}

pub(super) async fn credentials_by_email(
    connection: &mut PgConnection,
    email: &str,
) -> Result<Option<Credentials>> {
    sqlx::query_as!(
        Credentials,
        "select id as \"id: UserId\", password_hash from users where lower(email) = lower($1)",
        email,
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn credentials_by_username(
    connection: &mut PgConnection,
    username: &str,
) -> Result<Option<Credentials>> {
    sqlx::query_as!(
        Credentials,
        "select id as \"id: UserId\", password_hash from users where lower(username) = lower($1)",
        username,
    )
    .fetch_optional(connection)
    .await
}

/// None where the password is no longer the one that was proved.
pub(super) async fn note_login(
    connection: &mut PgConnection,
    user: UserId,
    password_hash: &str,
    now: Time,
) -> Result<Option<Account>> {
    sqlx::query_as!(
        Account,
        "update users set last_login_at = $3 where id = $1 and password_hash = $2
         returning id as \"id: UserId\", username as \"username: Username\", email as \"email: Email\",
                   email_verified_at is not null as \"email_verified!\",
                   first_name as \"first_name: PersonName\", last_name as \"last_name: PersonName\",
                   role as \"role: Role\", last_login_at, created_at",
        user.0,
        password_hash,
        now,
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn insert_session(
    connection: &mut PgConnection,
    id: SessionId,
    user: UserId,
    device: &Device,
    now: Time,
    expires_at: Time,
) -> Result<()> {
    sqlx::query!(
        "insert into sessions (id, user_id, ip, user_agent, created_at, seen_at, expires_at)
         values ($1, $2, $3, $4, $5, $5, $6)",
        id.0,
        user.0,
        device.ip,
        device.user_agent,
        now,
        expires_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn insert_refresh_token(
    connection: &mut PgConnection,
    hash: &[u8],
    session: SessionId,
    now: Time,
    expires_at: Time,
) -> Result<()> {
    sqlx::query!(
        "insert into refresh_tokens (hash, session_id, created_at, expires_at) values ($1, $2, $3, $4)",
        hash,
        session.0,
        now,
        expires_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Uses the token up. Of two at once the second waits for the first, then finds it used.
pub(super) async fn use_refresh_token(
    connection: &mut PgConnection,
    hash: &[u8],
    now: Time,
) -> Result<Option<SessionId>> {
    sqlx::query_scalar!(
        "update refresh_tokens set used_at = $2 where hash = $1 and used_at is null and expires_at > $2
         returning session_id as \"session_id: SessionId\"",
        hash,
        now,
    )
    .fetch_optional(connection)
    .await
}

pub(super) struct KnownRefreshToken {
    pub(super) session_id: SessionId,
    pub(super) used: bool,
}

pub(super) async fn refresh_token(
    connection: &mut PgConnection,
    hash: &[u8],
) -> Result<Option<KnownRefreshToken>> {
    sqlx::query_as!(
        KnownRefreshToken,
        "select session_id as \"session_id: SessionId\", used_at is not null as \"used!\"
         from refresh_tokens where hash = $1",
        hash,
    )
    .fetch_optional(connection)
    .await
}

/// None where the session is revoked.
pub(super) async fn extend_session(
    connection: &mut PgConnection,
    session: SessionId,
    now: Time,
    expires_at: Time,
) -> Result<Option<Actor>> {
    sqlx::query_as!(
        Actor,
        "update sessions set seen_at = $2, expires_at = $3 from users
         where sessions.id = $1 and sessions.revoked_at is null and users.id = sessions.user_id
         returning users.id as \"user: UserId\", sessions.id as \"session: SessionId\", users.role as \"role: Role\"",
        session.0,
        now,
        expires_at,
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn revoke_session(
    connection: &mut PgConnection,
    session: SessionId,
    why: &str,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "update sessions set revoked_at = $3, revoked_why = $2 where id = $1 and revoked_at is null",
        session.0,
        why,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn role_in_session(
    connection: &mut PgConnection,
    session: SessionId,
    user: UserId,
    now: Time,
) -> Result<Option<Role>> {
    sqlx::query_scalar!(
        "select users.role as \"role: Role\" from sessions join users on users.id = sessions.user_id
         where sessions.id = $1 and sessions.user_id = $2 and sessions.revoked_at is null and sessions.expires_at > $3",
        session.0,
        user.0,
        now,
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn insert_verification(
    connection: &mut PgConnection,
    id: VerificationId,
    user: UserId,
    email: &Email,
    now: Time,
    expires_at: Time,
) -> Result<()> {
    sqlx::query!(
        "insert into email_verifications (id, user_id, email, created_at, expires_at) values ($1, $2, $3, $4, $5)",
        id.0,
        user.0,
        email.as_str(),
        now,
        expires_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) struct Asked {
    pub(super) email: Email,
    pub(super) email_verified: bool,
    pub(super) last_asked_at: Option<Time>,
}

pub(super) async fn lock_last_verification(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Option<Asked>> {
    // The lock first, in a statement of its own: the next one then sees what the one before us wrote.
    sqlx::query!("select id from users where id = $1 for update", user.0)
        .fetch_optional(&mut *connection)
        .await?;
    sqlx::query_as!(
        Asked,
        "select email as \"email: Email\", email_verified_at is not null as \"email_verified!\",
                (select max(created_at) from email_verifications where user_id = users.id) as last_asked_at
         from users where id = $1",
        user.0,
    )
    .fetch_optional(connection)
    .await
}

pub(super) struct Used {
    pub(super) user_id: UserId,
    pub(super) email: Email,
}

pub(super) async fn use_verification(
    connection: &mut PgConnection,
    id: VerificationId,
    now: Time,
) -> Result<Option<Used>> {
    sqlx::query_as!(
        Used,
        "update email_verifications set used_at = $2 where id = $1 and used_at is null and expires_at > $2
         returning user_id as \"user_id: UserId\", email as \"email: Email\"",
        id.0,
        now,
    )
    .fetch_optional(connection)
    .await
}

/// Whether the address had been verified before. None where it is no longer the account's.
pub(super) async fn mark_verified(
    connection: &mut PgConnection,
    user: UserId,
    email: &Email,
    now: Time,
) -> Result<Option<bool>> {
    sqlx::query_scalar!(
        "update users set email_verified_at = coalesce(before.email_verified_at, $3), updated_at = $3
         from users as before
         where users.id = $1 and before.id = users.id and lower(users.email) = lower($2)
         returning before.email_verified_at is not null as \"already!\"",
        user.0,
        email.as_str(),
        now,
    )
    .fetch_optional(connection)
    .await
}

/// The address this question was about, where it is the account's and verified.
pub(super) async fn verified_by(
    connection: &mut PgConnection,
    id: VerificationId,
) -> Result<Option<Email>> {
    sqlx::query_scalar!(
        "select users.email as \"email: Email\" from email_verifications as asked
         join users on users.id = asked.user_id and lower(users.email) = lower(asked.email)
         where asked.id = $1 and users.email_verified_at is not null",
        id.0,
    )
    .fetch_optional(connection)
    .await
}

pub(super) struct OpenVerification {
    pub(super) email: Email,
    pub(super) expires_at: Time,
}

/// The question, where it still is one.
pub(super) async fn open_verification(
    connection: &mut PgConnection,
    id: VerificationId,
    now: Time,
) -> Result<Option<OpenVerification>> {
    sqlx::query_as!(
        OpenVerification,
        "select users.email as \"email: Email\", asked.expires_at
         from email_verifications as asked
         join users on users.id = asked.user_id and lower(users.email) = lower(asked.email)
         where asked.id = $1 and asked.used_at is null and asked.expires_at > $2 and users.email_verified_at is null",
        id.0,
        now,
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn delete_expired_refresh_tokens(
    connection: &mut PgConnection,
    now: Time,
    limit: i64,
) -> Result<u64> {
    let deleted = sqlx::query!(
        "delete from refresh_tokens where hash = any(array(
             select hash from refresh_tokens where expires_at <= $1 order by expires_at limit $2
             for update skip locked))",
        now,
        limit,
    )
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}

pub(super) async fn delete_expired_sessions(
    connection: &mut PgConnection,
    now: Time,
    limit: i64,
) -> Result<u64> {
    let deleted = sqlx::query!(
        "delete from sessions where id = any(array(
             select id from sessions where expires_at <= $1 order by expires_at limit $2
             for update skip locked))",
        now,
        limit,
    )
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}

pub(super) async fn delete_expired_verifications(
    connection: &mut PgConnection,
    now: Time,
    limit: i64,
) -> Result<u64> {
    let deleted = sqlx::query!(
        "delete from email_verifications where id = any(array(
             select id from email_verifications where expires_at <= $1 order by expires_at limit $2
             for update skip locked))",
        now,
        limit,
    )
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}
