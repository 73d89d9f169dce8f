//! Mutes. One whose time has passed counts for nothing, whether or not it was purged.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Result, Time};
use crate::UserId;
use crate::expiry::delete_expired;
use crate::graph::lists::Span;
use crate::graph::mutes::Muted;

pub(in crate::graph) async fn mute(
    connection: &mut PgConnection,
    muter: UserId,
    muted: UserId,
    until: Option<Time>,
    id: Uuid,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "insert into mutes (muter_id, muted_id, id, muted_until, created_at) values ($1, $2, $3, $4, $5)
         on conflict on constraint mutes_once do update set muted_until = excluded.muted_until",
        muter.0,
        muted.0,
        id,
        until,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(in crate::graph) async fn unmute(
    connection: &mut PgConnection,
    muter: UserId,
    muted: UserId,
) -> Result<()> {
    sqlx::query!(
        "delete from mutes where muter_id = $1 and muted_id = $2",
        muter.0,
        muted.0,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(in crate::graph) async fn list(
    connection: &mut PgConnection,
    user: UserId,
    now: Time,
    span: &Span,
) -> Result<Vec<Muted>> {
    sqlx::query_as!(
        Muted,
        r#"
        select id as place, muted_id as "person: UserId", created_at as at, muted_until as until from mutes
        where muter_id = $1 and id < $2 and coalesce(muted_until > $3, true) and not is_hidden_from($1, muted_id)
        order by id desc offset $4 limit $5
        "#,
        user.0,
        span.before(),
        now,
        span.offset,
        span.limit + 1,
    )
    .fetch_all(connection)
    .await
}

pub(in crate::graph) async fn count(
    connection: &mut PgConnection,
    user: UserId,
    now: Time,
    most: i64,
) -> Result<i64> {
    sqlx::query_scalar!(
        r#"
        select count(*) as "count!" from (
            select from mutes
            where muter_id = $1 and coalesce(muted_until > $2, true) and not is_hidden_from($1, muted_id)
            limit $3) as found
        "#,
        user.0,
        now,
        most,
    )
    .fetch_one(connection)
    .await
}

delete_expired!(pub(in crate::graph) purge, "mutes", "muted_until", "muted_until <= $1");
