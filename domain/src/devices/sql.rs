//! Statements about installations.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{DevicePlatform, NewDevice, PushToken};
use crate::people::Actor;
use crate::{DeviceId, SessionId, UserId};

type Time = DateTime<Utc>;
type Result<T> = std::result::Result<T, sqlx::Error>;

pub(super) struct Row {
    pub(super) id: DeviceId,
    pub(super) session_id: SessionId,
    pub(super) platform: DevicePlatform,
    pub(super) created_at: Time,
    pub(super) last_used_at: Time,
}

/// Whether it stands; whoever ends it waits.
pub(super) async fn lock_session(
    connection: &mut PgConnection,
    session: SessionId,
    user: UserId,
) -> Result<bool> {
    let stands = sqlx::query_scalar!(
        "select id from sessions where id = $1 and user_id = $2 and revoked_at is null for no key update",
        session.0,
        user.0,
    );
    Ok(stands.fetch_optional(connection).await?.is_some())
}

/// What the session registered before, and what another person did with this token.
pub(super) async fn forget_others(
    connection: &mut PgConnection,
    actor: Actor,
    token: &PushToken,
) -> Result<()> {
    sqlx::query!(
        "delete from devices where (session_id = $1 and token <> $2) or (token = $2 and user_id <> $3)",
        actor.session.0,
        token.expose(),
        actor.user.0,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn upsert(
    connection: &mut PgConnection,
    id: DeviceId,
    actor: Actor,
    new: &NewDevice,
    now: Time,
) -> Result<Row> {
    sqlx::query_as!(
        Row,
        r#"
        insert into devices as d (id, user_id, session_id, platform, token, created_at, last_used_at)
        values ($1, $2, $3, $4, $5, $6, $6)
        on conflict on constraint devices_token_once do update
        set user_id = excluded.user_id, session_id = excluded.session_id, platform = excluded.platform,
            last_used_at = excluded.last_used_at
        returning id as "id: DeviceId", session_id as "session_id: SessionId", platform as "platform: DevicePlatform",
                  created_at, last_used_at
        "#,
        id.0,
        actor.user.0,
        actor.session.0,
        new.platform as DevicePlatform,
        new.token.expose(),
        now,
    )
    .fetch_one(connection)
    .await
}

/// Of sessions that stand.
pub(super) async fn list(
    connection: &mut PgConnection,
    user: UserId,
    now: Time,
) -> Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"
        select d.id as "id: DeviceId", d.session_id as "session_id: SessionId", d.platform as "platform: DevicePlatform",
               d.created_at, d.last_used_at
        from devices d join sessions s on s.id = d.session_id
        where d.user_id = $1 and s.revoked_at is null and s.expires_at > $2
        order by d.last_used_at desc, d.id desc
        "#,
        user.0,
        now,
    )
    .fetch_all(connection)
    .await
}

pub(super) async fn delete(
    connection: &mut PgConnection,
    user: UserId,
    device: DeviceId,
) -> Result<bool> {
    let gone = sqlx::query!(
        "delete from devices where id = $1 and user_id = $2",
        device.0,
        user.0,
    );
    Ok(gone.execute(connection).await?.rows_affected() == 1)
}

pub(super) async fn delete_dead(
    connection: &mut PgConnection,
    device: DeviceId,
    token: &str,
) -> Result<()> {
    sqlx::query!(
        "delete from devices where id = $1 and token = $2",
        device.0,
        token,
    )
    .execute(connection)
    .await?;
    Ok(())
}
