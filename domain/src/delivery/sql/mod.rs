//! Statements about deliveries.

mod digests;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::claims::{Stand, Way};
use crate::settings::{Channel, NotificationType};
use crate::{DeviceId, NotificationId, UserId};

pub(super) use digests::{
    Content, FoundPost, Group, Walk, begin_digest, digest, digest_sent, digest_stand,
    give_digest_back, purge_digests, slice_of_house, slice_of_zone, zones_due,
};

type Time = DateTime<Utc>;
type Result<T> = std::result::Result<T, sqlx::Error>;

/// A notification that its reader is to be told of.
pub(super) struct Told {
    pub(super) id: NotificationId,
    pub(super) user_id: UserId,
    pub(super) kind: String,
    pub(super) target_type: Option<String>,
    pub(super) target_id: Option<Uuid>,
    /// Without those of the latest who are not named.
    pub(super) actor_count: i32,
    pub(super) actors: Vec<String>,
    pub(super) content: Option<String>,
    pub(super) place: Uuid,
    pub(super) updated_at: Time,
    pub(super) language: Option<String>,
    /// Where it is proved.
    pub(super) email: Option<String>,
    /// The same.
    pub(super) phone: Option<String>,
}

impl Told {
    /// None: a later version wrote it.
    pub(super) fn kind(&self) -> Option<NotificationType> {
        NotificationType::named(&self.kind)
    }
}

/// None where it is gone, read, or not to be told.
pub(super) async fn told(
    connection: &mut PgConnection,
    notification: NotificationId,
    now: Time,
) -> Result<Option<Told>> {
    sqlx::query_as!(
        Told,
        r#"
        select n.id as "id: NotificationId", n.user_id as "user_id: UserId", n.kind, n.target_type, n.target_id,
               n.actor_count - cardinality(n.actor_ids) + cardinality(told.names) as "actor_count!",
               told.names as "actors!", n.content, n.place, n.updated_at,
               kept.language as "language?",
               case when users.email_verified_at is not null then users.email end as email,
               case when users.phone_verified_at is not null then users.phone end as phone
        from notifications n join users on users.id = n.user_id left join user_settings kept on kept.user_id = n.user_id
        cross join lateral (
            select array(select name from actors_told(n.actor_ids, n.user_id, $2) order by place) as names offset 0) as told
        where n.id = $1 and n.read_at is null
          and exists (select from notifications_told(n.user_id, $2) shown where shown.id = n.id offset 0)
        "#,
        notification.0,
        now,
    )
    .fetch_optional(connection)
    .await
}

/// Those whose sessions stand.
pub(super) async fn devices(
    connection: &mut PgConnection,
    user: UserId,
    now: Time,
) -> Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select d.id from devices d join sessions s on s.id = d.session_id
         where d.user_id = $1 and s.revoked_at is null and s.expires_at > $2 order by d.id",
        user.0,
        now,
    )
    .fetch_all(connection)
    .await
}

/// Ways to these devices that there were not yet. A device that goes at this moment is left out.
pub(super) async fn new_pushes(
    connection: &mut PgConnection,
    told: &Told,
    devices: &[Uuid],
    now: Time,
) -> Result<Vec<DeviceId>> {
    let ids: Vec<Uuid> = devices.iter().map(|_| platform::id_at(now)).collect();
    sqlx::query_scalar!(
        r#"
        insert into deliveries (id, notification_id, channel, device_id, place, created_at)
        select way.id, $1, 'push', devices.id, $2, $5
        from unnest($3::uuid[], $4::uuid[]) as way (id, device_id)
        join lateral (select id from devices where id = way.device_id for key share) as devices on true
        on conflict on constraint deliveries_once do nothing returning device_id as "device_id!: DeviceId"
        "#,
        told.id.0,
        told.place,
        &ids,
        devices,
        now,
    )
    .fetch_all(connection)
    .await
}

/// Whether this is the first of its channel.
pub(super) async fn new_once(
    connection: &mut PgConnection,
    told: &Told,
    channel: Channel,
    now: Time,
) -> Result<bool> {
    let made = sqlx::query!(
        "insert into deliveries (id, notification_id, channel, place, created_at)
         select $1, $2, $3, $4, $5
         where not exists (select from deliveries where notification_id = $2 and channel = $3)
         on conflict on constraint deliveries_once do nothing",
        platform::id_at(now),
        told.id.0,
        channel.name(),
        told.place,
        now,
    );
    Ok(made.execute(connection).await?.rows_affected() == 1)
}

pub(super) async fn begin(
    connection: &mut PgConnection,
    way: Way,
    now: Time,
    abandoned: Time,
) -> Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "update deliveries set begun_at = $5
         where notification_id = $1 and channel = $2 and device_id is not distinct from $3 and place = $4
           and sent_at is null and coalesce(begun_at <= $6, true)
         returning id",
        way.notification.0,
        way.channel.name(),
        way.device.map(|device| device.0),
        way.place,
        now,
        abandoned,
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn stand(connection: &mut PgConnection, way: Way) -> Result<Option<Stand>> {
    sqlx::query_as!(
        Stand,
        "select begun_at, sent_at from deliveries
         where notification_id = $1 and channel = $2 and device_id is not distinct from $3 and place = $4",
        way.notification.0,
        way.channel.name(),
        way.device.map(|device| device.0),
        way.place,
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn sent(connection: &mut PgConnection, id: Uuid, now: Time) -> Result<()> {
    sqlx::query!("update deliveries set sent_at = $2 where id = $1", id, now)
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn give_back(connection: &mut PgConnection, id: Uuid) -> Result<()> {
    sqlx::query!(
        "update deliveries set begun_at = null where id = $1 and sent_at is null",
        id,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The token of a device that gets pushes of this person.
pub(super) async fn token(
    connection: &mut PgConnection,
    device: DeviceId,
    user: UserId,
    now: Time,
) -> Result<Option<String>> {
    sqlx::query_scalar!(
        "select d.token from devices d join sessions s on s.id = d.session_id
         where d.id = $1 and d.user_id = $2 and s.revoked_at is null and s.expires_at > $3",
        device.0,
        user.0,
        now,
    )
    .fetch_optional(connection)
    .await
}
