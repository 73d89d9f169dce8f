//! The rows of groups, as workers write them.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Result, Time};
use crate::notifications::TargetType;
use crate::settings::NotificationType;
use crate::{NotificationId, UserId};

/// What a group's row said so far.
#[derive(Clone, Debug)]
pub(in crate::notifications) struct Kept {
    pub(in crate::notifications) id: NotificationId,
    pub(in crate::notifications) bucket: Time,
    pub(in crate::notifications) actor_count: i32,
    pub(in crate::notifications) actor_ids: Vec<Uuid>,
    pub(in crate::notifications) latest: Option<Uuid>,
}

/// What a group's row is to say.
pub(in crate::notifications) struct Counted<'a> {
    pub(in crate::notifications) user: UserId,
    pub(in crate::notifications) kind: NotificationType,
    pub(in crate::notifications) target: Option<(TargetType, Uuid)>,
    pub(in crate::notifications) bucket: Time,
    pub(in crate::notifications) actor_count: i32,
    pub(in crate::notifications) actor_ids: &'a [Uuid],
    pub(in crate::notifications) latest: Option<Uuid>,
}

/// A notification in words of its own.
pub(in crate::notifications) struct Words<'a> {
    pub(in crate::notifications) id: NotificationId,
    pub(in crate::notifications) user: UserId,
    pub(in crate::notifications) kind: NotificationType,
    pub(in crate::notifications) target: Option<(TargetType, Uuid)>,
    pub(in crate::notifications) content: &'a str,
    pub(in crate::notifications) place: Uuid,
}

/// Every day of a group that has a row.
pub(in crate::notifications) async fn kept(
    connection: &mut PgConnection,
    user: UserId,
    kind: NotificationType,
    target: Option<(TargetType, Uuid)>,
) -> Result<Vec<Kept>> {
    // `is not distinct from` finds no index.
    match target {
        Some((target_type, target_id)) => {
            sqlx::query_as!(
                Kept,
                r#"
                select id as "id: NotificationId", bucket, actor_count, actor_ids, latest from notifications
                where user_id = $1 and kind = $2 and target_type = $3 and target_id = $4
                "#,
                user.0,
                kind as NotificationType,
                target_type as TargetType,
                target_id,
            )
            .fetch_all(connection)
            .await
        }
        None => {
            sqlx::query_as!(
                Kept,
                r#"
                select id as "id: NotificationId", bucket, actor_count, actor_ids, latest from notifications
                where user_id = $1 and kind = $2 and target_type is null and target_id is null
                "#,
                user.0,
                kind as NotificationType,
            )
            .fetch_all(connection)
            .await
        }
    }
}

/// What is gathered in a group.
pub(in crate::notifications) struct Group {
    pub(in crate::notifications) kind: NotificationType,
    pub(in crate::notifications) target_type: Option<TargetType>,
    pub(in crate::notifications) target_id: Option<Uuid>,
}

/// Of the latest groups of a person, those in which another takes part, or may.
pub(in crate::notifications) async fn groups_with(
    connection: &mut PgConnection,
    user: UserId,
    other: UserId,
) -> Result<Vec<Group>> {
    sqlx::query_as!(
        Group,
        r#"
        select kind as "kind: NotificationType", target_type as "target_type: TargetType", target_id
        from (select kind, target_type, target_id, actor_ids, actor_count from notifications
              where user_id = $1 order by place desc limit 500) as latest
        where $2 = any(actor_ids) or actor_count > cardinality(actor_ids)
        "#,
        user.0,
        other.0,
    )
    .fetch_all(connection)
    .await
}

/// Something new came: the row moves to `place`, unread, whatever became of it before.
pub(in crate::notifications) async fn gain(
    connection: &mut PgConnection,
    row: &Counted<'_>,
    place: Uuid,
    now: Time,
) -> Result<NotificationId> {
    let (target_type, target_id) = row.target.unzip();
    sqlx::query_scalar!(
        r#"
        insert into notifications (id, user_id, kind, target_type, target_id, bucket, actor_count, actor_ids, latest,
                                   place, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
        on conflict on constraint notifications_grouped do update
        set actor_count = excluded.actor_count, actor_ids = excluded.actor_ids, latest = excluded.latest,
            place = excluded.place, read_at = null, dismissed_at = null, updated_at = excluded.updated_at
        returning id as "id: NotificationId"
        "#,
        NotificationId::at(now).0,
        row.user.0,
        row.kind as NotificationType,
        target_type as Option<TargetType>,
        target_id,
        row.bucket,
        row.actor_count,
        row.actor_ids,
        row.latest,
        place,
        now,
    )
    .fetch_one(connection)
    .await
}

/// Somebody took theirs back: the row says so, and stays where it is.
pub(in crate::notifications) async fn correct(
    connection: &mut PgConnection,
    id: NotificationId,
    row: &Counted<'_>,
) -> Result<()> {
    sqlx::query!(
        "update notifications set actor_count = $2, actor_ids = $3, latest = $4 where id = $1",
        id.0,
        row.actor_count,
        row.actor_ids,
        row.latest,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Nobody did it after all.
pub(in crate::notifications) async fn delete(
    connection: &mut PgConnection,
    ids: &[NotificationId],
) -> Result<()> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    sqlx::query!("delete from notifications where id = any($1)", &ids)
        .execute(connection)
        .await?;
    Ok(())
}

/// A group of its own: a bucket that no other has.
pub(in crate::notifications) async fn insert_words(
    connection: &mut PgConnection,
    words: &Words<'_>,
    now: Time,
) -> Result<()> {
    let (target_type, target_id) = words.target.unzip();
    sqlx::query!(
        r#"
        insert into notifications (id, user_id, kind, target_type, target_id, bucket, content, place, created_at,
                                   updated_at)
        select $1, $2, $3, $4, $5,
               greatest($8, (select max(bucket) + interval '1 microsecond' from notifications
                             where user_id = $2 and kind = $3 and bucket >= $8)),
               $6, $7, $8, $8
        "#,
        words.id.0,
        words.user.0,
        words.kind as NotificationType,
        target_type as Option<TargetType>,
        target_id,
        words.content,
        words.place,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(in crate::notifications) async fn purge(
    connection: &mut PgConnection,
    before: Time,
    limit: i64,
) -> Result<u64> {
    let deleted = sqlx::query!(
        "delete from notifications where id = any(array(
             select id from notifications where updated_at < $1 order by updated_at limit $2
             for update skip locked))",
        before,
        limit,
    )
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}
