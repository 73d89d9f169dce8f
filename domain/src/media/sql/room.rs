//! Statements about how much room a person's files take.

use sqlx::PgConnection;

use super::Result;
use crate::UserId;

/// Others who ask for the same person's room wait until the transaction ends.
pub(in crate::media) async fn lock_room(
    connection: &mut PgConnection,
    owner: UserId,
) -> Result<()> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('media ' || $1::uuid, 0))",
        owner.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Bytes of all that is here or announced.
pub(in crate::media) async fn used(connection: &mut PgConnection, owner: UserId) -> Result<i64> {
    sqlx::query_scalar!(
        r#"select coalesce(sum(size), 0)::bigint as "used!" from media where owner_id = $1 and state <> 'deleting'"#,
        owner.0,
    )
    .fetch_one(connection)
    .await
}
