//! Every statement of idempotency.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{Fingerprint, KeptAnswer};
use crate::expiry::delete_expired;

type Result<T> = std::result::Result<T, sqlx::Error>;

pub(super) async fn try_lock(connection: &mut PgConnection, key: i64) -> Result<bool> {
    sqlx::query_scalar!("select pg_try_advisory_xact_lock($1) as \"locked!\"", key)
        .fetch_one(connection)
        .await
}

pub(super) struct Kept {
    pub(super) fingerprint: Vec<u8>,
    pub(super) status: i16,
    pub(super) content_type: String,
    pub(super) body: Vec<u8>,
}

pub(super) async fn kept(
    connection: &mut PgConnection,
    key: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<Kept>> {
    sqlx::query_as!(
        Kept,
        "select fingerprint, status, content_type, body from idempotency_keys where key = $1 and expires_at > $2",
        key,
        now,
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn keep(
    connection: &mut PgConnection,
    key: &[u8],
    asked: &Fingerprint,
    answer: &KeptAnswer,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<()> {
    // An expired answer that nobody purged yet makes room.
    sqlx::query!(
        "insert into idempotency_keys (key, fingerprint, status, content_type, body, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (key) do update
         set fingerprint = excluded.fingerprint, status = excluded.status, content_type = excluded.content_type,
             body = excluded.body, created_at = excluded.created_at, expires_at = excluded.expires_at",
        key,
        asked.as_slice(),
        i16::try_from(answer.status).unwrap_or(200),
        answer.content_type,
        answer.body,
        now,
        until,
    )
    .execute(connection)
    .await?;
    Ok(())
}

delete_expired!(pub(super) delete_expired, "idempotency_keys", "expires_at", "expires_at <= $1");
