//! Sessions and their refresh tokens.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::identity::Device;
use crate::people::{Actor, Role};
use crate::{SessionId, UserId};

type Time = DateTime<Utc>;
type Result<T> = std::result::Result<T, sqlx::Error>;

pub(in crate::identity) async fn insert_session(
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

pub(in crate::identity) async fn insert_refresh_token(
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
pub(in crate::identity) async fn use_refresh_token(
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

pub(in crate::identity) struct KnownRefreshToken {
    pub(in crate::identity) session_id: SessionId,
    pub(in crate::identity) used: bool,
}

pub(in crate::identity) async fn refresh_token(
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
pub(in crate::identity) async fn extend_session(
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

pub(in crate::identity) async fn revoke_session(
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

/// All sessions of a person that stand, but for one: now revoked.
pub(in crate::identity) async fn revoke_sessions(
    connection: &mut PgConnection,
    user: UserId,
    but: Option<SessionId>,
    why: &str,
    now: Time,
) -> Result<Vec<SessionId>> {
    sqlx::query_scalar!(
        "update sessions set revoked_at = $4, revoked_why = $3
         where user_id = $1 and revoked_at is null and id is distinct from $2
         returning id as \"id: SessionId\"",
        user.0,
        but.map(|session| session.0),
        why,
        now,
    )
    .fetch_all(connection)
    .await
}

pub(in crate::identity) async fn session_stands(
    connection: &mut PgConnection,
    session: SessionId,
    user: UserId,
    now: Time,
) -> Result<bool> {
    sqlx::query_scalar!(
        "select exists (select from sessions where id = $1 and user_id = $2 and revoked_at is null
                                               and expires_at > $3) as \"stands!\"",
        session.0,
        user.0,
        now,
    )
    .fetch_one(connection)
    .await
}

/// What somebody who is signed in can show again.
pub(in crate::identity) struct KnownProof {
    pub(in crate::identity) password_hash: Option<String>,
    pub(in crate::identity) signed_in_at: Option<Time>,
}

pub(in crate::identity) async fn proof_of(
    connection: &mut PgConnection,
    user: UserId,
    session: SessionId,
) -> Result<Option<KnownProof>> {
    sqlx::query_as!(
        KnownProof,
        "select password_hash, (select created_at from sessions where id = $2 and user_id = $1) as signed_in_at
         from users where id = $1",
        user.0,
        session.0,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::identity) async fn delete_expired_refresh_tokens(
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

pub(in crate::identity) async fn delete_expired_sessions(
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
