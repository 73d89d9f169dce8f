//! Notifications as their reader has them.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Result, Time};
use crate::notifications::TargetType;
use crate::notifications::view::{Filter, MOST_COUNTED};
use crate::settings::NotificationType;
use crate::{NotificationId, UserId};

#[derive(Clone, Debug)]
pub(in crate::notifications) struct Row {
    pub(in crate::notifications) id: NotificationId,
    pub(in crate::notifications) kind: NotificationType,
    pub(in crate::notifications) target_type: Option<TargetType>,
    pub(in crate::notifications) target_id: Option<Uuid>,
    pub(in crate::notifications) actor_count: i32,
    pub(in crate::notifications) actor_ids: Vec<Uuid>,
    pub(in crate::notifications) content: Option<String>,
    pub(in crate::notifications) is_read: bool,
    pub(in crate::notifications) place: Uuid,
    pub(in crate::notifications) created_at: Time,
    pub(in crate::notifications) updated_at: Time,
}

/// The latest first, one more than the limit where there are more.
pub(in crate::notifications) async fn list(
    connection: &mut PgConnection,
    user: UserId,
    filter: &Filter,
) -> Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"
        select id as "id!: NotificationId", kind as "kind!: NotificationType", target_type as "target_type: TargetType",
               target_id, actor_count as "actor_count!", actor_ids as "actor_ids!", content,
               read_at is not null as "is_read!", place as "place!", created_at as "created_at!",
               updated_at as "updated_at!"
        from notifications_of($1)
        where place < $2 and ($3::boolean is null or (read_at is null) = $3) and ($4::text is null or kind = $4)
        order by place desc offset $5 limit $6
        "#,
        user.0,
        filter.after.unwrap_or(Uuid::max()),
        filter.unread,
        filter.kind.map(NotificationType::name),
        filter.offset,
        filter.limit + 1,
    )
    .fetch_all(connection)
    .await
}

pub(in crate::notifications) async fn count(
    connection: &mut PgConnection,
    user: UserId,
    filter: &Filter,
) -> Result<i64> {
    sqlx::query_scalar!(
        r#"
        select count(*) as "count!" from (
            select from notifications_of($1)
            where ($2::boolean is null or (read_at is null) = $2) and ($3::text is null or kind = $3)
            limit $4) as found
        "#,
        user.0,
        filter.unread,
        filter.kind.map(NotificationType::name),
        MOST_COUNTED,
    )
    .fetch_one(connection)
    .await
}

/// Those after a place, the earliest first.
pub(in crate::notifications) async fn after(
    connection: &mut PgConnection,
    user: UserId,
    place: Uuid,
    limit: i64,
) -> Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"
        select id as "id!: NotificationId", kind as "kind!: NotificationType", target_type as "target_type: TargetType",
               target_id, actor_count as "actor_count!", actor_ids as "actor_ids!", content,
               read_at is not null as "is_read!", place as "place!", created_at as "created_at!",
               updated_at as "updated_at!"
        from notifications_of($1)
        where place > $2
        order by place limit $3
        "#,
        user.0,
        place,
        limit,
    )
    .fetch_all(connection)
    .await
}

pub(in crate::notifications) async fn unread(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<i64> {
    sqlx::query_scalar!(
        r#"
        select count(*) as "count!" from (
            select from notifications_of($1) where read_at is null limit $2) as found
        "#,
        user.0,
        MOST_COUNTED,
    )
    .fetch_one(connection)
    .await
}

/// Whether there is such a notification, and whether this changed it.
pub(in crate::notifications) async fn read(
    connection: &mut PgConnection,
    user: UserId,
    id: NotificationId,
    now: Time,
) -> Result<Option<bool>> {
    sqlx::query_scalar!(
        r#"
        with found as (
            select id from notifications_of($1) where id = $2),
        changed as (
            update notifications set read_at = $3 where id = (select id from found) and read_at is null
            returning id)
        select exists (select from changed) as "changed!" from found
        "#,
        user.0,
        id.0,
        now,
    )
    .fetch_optional(connection)
    .await
}

/// What has moved on past `up_to` meanwhile is not changed: Postgres looks at the row again once it has its lock.
pub(in crate::notifications) async fn read_all(
    connection: &mut PgConnection,
    user: UserId,
    up_to: Uuid,
    now: Time,
) -> Result<u64> {
    let changed = sqlx::query!(
        "update notifications set read_at = $3 where user_id = $1 and read_at is null and place <= $2",
        user.0,
        up_to,
        now,
    )
    .execute(connection)
    .await?;
    Ok(changed.rows_affected())
}

/// Whether there was such a notification.
pub(in crate::notifications) async fn dismiss(
    connection: &mut PgConnection,
    user: UserId,
    id: NotificationId,
    now: Time,
) -> Result<bool> {
    let changed = sqlx::query!(
        "update notifications set dismissed_at = $3, read_at = coalesce(read_at, $3)
         where id = (select id from notifications_of($1) where id = $2) and dismissed_at is null",
        user.0,
        id.0,
        now,
    )
    .execute(connection)
    .await?;
    Ok(changed.rows_affected() == 1)
}
