//! Sessions and their refresh tokens.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::expiry::delete_expired;
use crate::identity::Device;
use crate::identity::devices::SessionRow;
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
        "with extended as (
             update sessions set seen_at = $2, expires_at = $3 where id = $1 and revoked_at is null
             returning id, user_id)
         update users set last_seen_at = $2 from extended as sessions where users.id = sessions.user_id
         returning users.id as \"user: UserId\", sessions.id as \"session: SessionId\", users.role as \"role: Role\"",
        session.0,
        now,
        expires_at,
    )
    .fetch_optional(connection)
    .await
}

/// Whose it was, where it stood.
pub(in crate::identity) async fn revoke_session(
    connection: &mut PgConnection,
    session: SessionId,
    why: &str,
    now: Time,
) -> Result<Option<UserId>> {
    sqlx::query_scalar!(
        "update sessions set revoked_at = $3, revoked_why = $2 where id = $1 and revoked_at is null
         returning user_id as \"user_id: UserId\"",
        session.0,
        why,
        now,
    )
    .fetch_optional(connection)
    .await
}

/// The devices that these sessions registered get no more pushes. A statement of its own, after they have ended: it sees
/// what was registered until then.
pub(in crate::identity) async fn silence(
    connection: &mut PgConnection,
    sessions: &[SessionId],
) -> Result<()> {
    let sessions: Vec<uuid::Uuid> = sessions.iter().map(|session| session.0).collect();
    sqlx::query!("delete from devices where session_id = any($1)", &sessions)
        .execute(connection)
        .await?;
    Ok(())
}

/// Whether it was theirs, and stood.
pub(in crate::identity) async fn revoke_own_session(
    connection: &mut PgConnection,
    session: SessionId,
    user: UserId,
    why: &str,
    now: Time,
) -> Result<bool> {
    let revoked = sqlx::query!(
        "update sessions set revoked_at = $4, revoked_why = $3
         where id = $1 and user_id = $2 and revoked_at is null and expires_at > $4",
        session.0,
        user.0,
        why,
        now,
    )
    .execute(connection)
    .await?;
    Ok(revoked.rows_affected() == 1)
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
         where user_id = $1 and revoked_at is null and expires_at > $4 and id is distinct from $2
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

/// Those of a person that stand, the last used first, after a place in that order.
pub(in crate::identity) async fn sessions(
    connection: &mut PgConnection,
    user: UserId,
    now: Time,
    after: Option<(Time, SessionId)>,
    offset: i64,
    limit: i64,
) -> Result<Vec<SessionRow>> {
    let (seen_at, id) = after.unzip();
    sqlx::query_as!(
        SessionRow,
        "select id as \"id: SessionId\", ip, user_agent, created_at, seen_at, expires_at
         from sessions
         where user_id = $1 and revoked_at is null and expires_at > $2
           and ($3::timestamptz is null or (seen_at, id) < ($3, $4::uuid))
         order by seen_at desc, id desc limit $6 offset $5",
        user.0,
        now,
        seen_at,
        id.map(|id| id.0),
        offset,
        limit,
    )
    .fetch_all(connection)
    .await
}

pub(in crate::identity) async fn count_sessions(
    connection: &mut PgConnection,
    user: UserId,
    now: Time,
) -> Result<i64> {
    sqlx::query_scalar!(
        "select count(*) as \"count!\" from sessions where user_id = $1 and revoked_at is null and expires_at > $2",
        user.0,
        now,
    )
    .fetch_one(connection)
    .await
}

delete_expired!(
    pub(in crate::identity) delete_expired_refresh_tokens,
    "refresh_tokens",
    "expires_at",
    "expires_at <= $1"
);

delete_expired!(
    pub(in crate::identity) delete_expired_sessions,
    "sessions",
    "expires_at",
    "expires_at <= $1"
);
