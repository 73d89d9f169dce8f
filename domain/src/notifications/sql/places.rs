//! How far the places of a person are given out.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Result, Time};
use crate::UserId;

/// The last that was given out; nobody else gives one out until the transaction ends.
pub(in crate::notifications) async fn hold(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select place from notification_places where user_id = $1 for no key update",
        user.0,
    )
    .fetch_optional(connection)
    .await
}

/// For somebody who was never told of anything.
pub(in crate::notifications) async fn begin(
    connection: &mut PgConnection,
    user: UserId,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "insert into notification_places (user_id, place, created_at)
         select id, $2, $3 from users where id = $1
         on conflict (user_id) do nothing",
        user.0,
        Uuid::nil(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(in crate::notifications) async fn keep(
    connection: &mut PgConnection,
    user: UserId,
    place: Uuid,
) -> Result<()> {
    sqlx::query!(
        "update notification_places set place = $2 where user_id = $1",
        user.0,
        place,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(in crate::notifications) async fn latest(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select place from notification_places where user_id = $1",
        user.0,
    )
    .fetch_optional(connection)
    .await
}
