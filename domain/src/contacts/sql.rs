//! Every statement about address books.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::people::{Email, PersonName, Phone};
use crate::{ContactId, UserId};

type Time = DateTime<Utc>;
type Result<T> = std::result::Result<T, sqlx::Error>;

pub(super) async fn by_id(
    connection: &mut PgConnection,
    viewer: UserId,
    id: UserId,
) -> Result<Option<UserId>> {
    sqlx::query_scalar!(
        "select id as \"id: UserId\" from users where id = $2 and not is_hidden_from($1, id)",
        viewer.0,
        id.0,
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn by_username(
    connection: &mut PgConnection,
    viewer: UserId,
    name: &str,
) -> Result<Option<UserId>> {
    sqlx::query_scalar!(
        "select id as \"id: UserId\" from users where lower(username) = lower($2) and not is_hidden_from($1, id)",
        viewer.0,
        name,
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn by_phone(
    connection: &mut PgConnection,
    viewer: UserId,
    phone: &Phone,
) -> Result<Option<UserId>> {
    sqlx::query_scalar!(
        "select id as \"id: UserId\" from users
         where phone = $2 and phone_verified_at is not null and (found_by_phone or id = $1)
           and not is_hidden_from($1, id)",
        viewer.0,
        phone.as_str(),
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn by_email(
    connection: &mut PgConnection,
    viewer: UserId,
    email: &Email,
) -> Result<Option<UserId>> {
    sqlx::query_scalar!(
        "select id as \"id: UserId\" from users
         where lower(email) = lower($2) and email_verified_at is not null and not is_hidden_from($1, id)",
        viewer.0,
        email.as_str(),
    )
    .fetch_optional(connection)
    .await
}

pub(super) struct Kept {
    pub(super) id: ContactId,
    pub(super) name: Option<PersonName>,
    pub(super) person: UserId,
}

/// Adds them, or finds them added. Of two at once the second finds the first's.
pub(super) async fn insert(
    connection: &mut PgConnection,
    id: ContactId,
    owner: UserId,
    person: UserId,
    name: Option<&PersonName>,
    now: Time,
) -> Result<Kept> {
    sqlx::query_as!(
        Kept,
        "insert into contacts as kept (id, owner_id, person_id, name, created_at) values ($1, $2, $3, $4, $5)
         on conflict (owner_id, person_id) do update set name = coalesce(excluded.name, kept.name)
         returning id as \"id: ContactId\", name as \"name: PersonName\", person_id as \"person: UserId\"",
        id.0,
        owner.0,
        person.0,
        name.map(PersonName::as_str),
        now,
    )
    .fetch_one(connection)
    .await
}

pub(super) async fn delete(
    connection: &mut PgConnection,
    owner: UserId,
    person: UserId,
) -> Result<()> {
    sqlx::query!(
        "delete from contacts where owner_id = $1 and person_id = $2",
        owner.0,
        person.0,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn delete_by_name(
    connection: &mut PgConnection,
    owner: UserId,
    name: &str,
) -> Result<()> {
    sqlx::query!(
        "delete from contacts where owner_id = $1
           and person_id = (select id from users where lower(username) = lower($2))",
        owner.0,
        name,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn page(
    connection: &mut PgConnection,
    owner: UserId,
    after: Option<Uuid>,
    offset: i64,
    limit: i64,
) -> Result<Vec<Kept>> {
    sqlx::query_as!(
        Kept,
        "select id as \"id: ContactId\", name as \"name: PersonName\", person_id as \"person: UserId\"
         from contacts
         where owner_id = $1 and id < coalesce($2, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
           and not is_hidden_from($1, person_id)
         order by id desc offset $3 limit $4",
        owner.0,
        after,
        offset,
        limit,
    )
    .fetch_all(connection)
    .await
}

pub(super) async fn count(connection: &mut PgConnection, owner: UserId, most: i64) -> Result<i64> {
    sqlx::query_scalar!(
        "select count(*) as \"count!\" from (
             select from contacts where owner_id = $1 and not is_hidden_from($1, person_id) limit $2) as counted",
        owner.0,
        most,
    )
    .fetch_one(connection)
    .await
}

pub(super) async fn salt(connection: &mut PgConnection) -> Result<String> {
    sqlx::query_scalar!("select contact_salt() as \"salt!\"")
        .fetch_one(connection)
        .await
}

/// People by the hashes of their numbers, each with the hash that found them.
pub(super) async fn by_hashes(
    connection: &mut PgConnection,
    viewer: UserId,
    hashes: &[Vec<u8>],
) -> Result<Vec<(UserId, Vec<u8>)>> {
    let found = sqlx::query!(
        "select id as \"id: UserId\", phone_hash(phone) as \"hash!\" from users
         where phone_hash(phone) = any($2) and phone is not null and phone_verified_at is not null
           and found_by_phone and id <> $1 and not is_hidden_from($1, id)
         order by id",
        viewer.0,
        hashes,
    )
    .fetch_all(connection)
    .await?;
    Ok(found.into_iter().map(|row| (row.id, row.hash)).collect())
}
