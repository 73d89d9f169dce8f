//! Accounts.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::UserId;
use crate::identity::accounts::{Account, NewUser};
use crate::people::{Email, PersonName, Phone, Role, Username};

type Time = DateTime<Utc>;
type Result<T> = std::result::Result<T, sqlx::Error>;

pub(in crate::identity) struct Credentials {
    pub(in crate::identity) id: UserId,
    pub(in crate::identity) password_hash: Option<String>,
}

pub(in crate::identity) async fn credentials_by_email(
    connection: &mut PgConnection,
    email: &str,
) -> Result<Option<Credentials>> {
    sqlx::query_as!(
        Credentials,
        "select id as \"id: UserId\", password_hash from users where lower(email) = lower($1)",
        email,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::identity) async fn credentials_by_username(
    connection: &mut PgConnection,
    username: &str,
) -> Result<Option<Credentials>> {
    sqlx::query_as!(
        Credentials,
        "select id as \"id: UserId\", password_hash from users where lower(username) = lower($1)",
        username,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::identity) async fn credentials_by_phone(
    connection: &mut PgConnection,
    phone: &str,
) -> Result<Option<Credentials>> {
    sqlx::query_as!(
        Credentials,
        "select id as \"id: UserId\", password_hash from users where phone = $1",
        phone,
    )
    .fetch_optional(connection)
    .await
}

/// Whoever else is about to register this address waits.
pub(in crate::identity) async fn lock_address(
    connection: &mut PgConnection,
    email: &Email,
) -> Result<()> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('register ' || lower($1), 0))",
        email.as_str(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(in crate::identity) async fn set_savepoint(connection: &mut PgConnection) -> Result<()> {
    sqlx::query!("savepoint registration")
        .execute(connection)
        .await?;
    Ok(())
}

pub(in crate::identity) async fn back_to_savepoint(connection: &mut PgConnection) -> Result<()> {
    sqlx::query!("rollback to savepoint registration")
        .execute(connection)
        .await?;
    Ok(())
}

/// Makes an account. With `unseen`, one whose address is known is made without it; answers whose it is.
pub(in crate::identity) async fn insert_user(
    connection: &mut PgConnection,
    id: UserId,
    new: &NewUser,
    unseen: bool,
    now: Time,
) -> Result<Option<UserId>> {
    sqlx::query_scalar!(
        "with known as (select id from users where $14 and lower(email) = lower($3)),
         made as (
             insert into users (id, username, email, email_verified_at, phone, phone_verified_at, password_hash,
                                first_name, last_name, full_name, profile_picture_url, bio, role, created_at, updated_at)
             values ($1, $2, case when not exists (select from known) then $3 end, case when $4 then $13::timestamptz end, $5,
                     case when $5::text is not null then $13::timestamptz end,
                     $6, $7, $8, $9, $10, $11, $12, $13, $13)
             returning id),
         counted as (insert into user_counts (user_id, created_at) select id, $13 from made)
         select (select id from known) as \"known: UserId\"",
        id.0,
        new.username.as_str(),
        new.email.as_ref().map(Email::as_str),
        new.email_is_verified,
        new.phone.as_ref().map(Phone::as_str),
        new.password_hash.as_ref().map(|hash| hash.0.as_str()),
        new.first_name.as_ref().map(PersonName::as_str),
        new.last_name.as_ref().map(PersonName::as_str),
        new.full_name.as_ref().map(PersonName::as_str),
        new.picture_url,
        new.bio,
        new.role as Role,
        now,
        unseen,
    )
    .fetch_one(connection)
    .await
}

pub(in crate::identity) async fn account(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Option<Account>> {
    sqlx::query_as!(
        Account,
        "select id as \"id: UserId\", username as \"username: Username\", email as \"email: Email\",
                email_verified_at is not null as \"email_verified!\", phone as \"phone: Phone\",
                first_name as \"first_name: PersonName\", last_name as \"last_name: PersonName\",
                full_name as \"full_name: PersonName\", profile_picture_url, role as \"role: Role\",
                last_login_at, created_at
         from users where id = $1",
        user.0,
    )
    .fetch_optional(connection)
    .await
}

/// What stands between somebody who showed who they are and their account.
pub(in crate::identity) struct Threshold {
    pub(in crate::identity) deleted: bool,
    pub(in crate::identity) suspended: bool,
    /// It has an address that is not proved.
    pub(in crate::identity) unproved: bool,
    pub(in crate::identity) password_hash: Option<String>,
}

/// Locks the account until the transaction ends: a suspension, a new password and an entry happen one after the other.
pub(in crate::identity) async fn threshold(
    connection: &mut PgConnection,
    user: UserId,
    now: Time,
) -> Result<Option<Threshold>> {
    sqlx::query_as!(
        Threshold,
        "select deleted_at is not null as \"deleted!\",
                (suspended_at is not null and coalesce(suspended_until > $2, true)) as \"suspended!\",
                (email is not null and email_verified_at is null) as \"unproved!\", password_hash
         from users where id = $1 for no key update",
        user.0,
        now,
    )
    .fetch_optional(connection)
    .await
}

/// What an entry changed of an account.
pub(in crate::identity) struct Admitted {
    /// A deletion is called off.
    pub(in crate::identity) is_kept: bool,
    /// Nobody saw it.
    pub(in crate::identity) is_back: bool,
}

/// Notes the entry; coming back lifts what the owner had put on the account, and a suspension whose time has passed.
pub(in crate::identity) async fn admit(
    connection: &mut PgConnection,
    user: UserId,
    now: Time,
) -> Result<Admitted> {
    sqlx::query_as!(
        Admitted,
        "update users set last_login_at = $2, last_seen_at = $2, deactivated_at = null, delete_at = null,
                          suspended_at = null, suspended_until = null, suspended_why = null
         from users as before where users.id = $1 and before.id = users.id
         returning before.delete_at is not null as \"is_kept!\", not is_active(before) as \"is_back!\"",
        user.0,
        now,
    )
    .fetch_one(connection)
    .await
}

/// By what somebody can come in. The last of it is not taken away.
pub(in crate::identity) struct WaysIn {
    pub(in crate::identity) password_hash: Option<String>,
    pub(in crate::identity) by_phone: bool,
    pub(in crate::identity) from_elsewhere: bool,
}

/// Locks the account until the transaction ends: whoever takes another way away at the same moment waits.
pub(in crate::identity) async fn lock_ways_in(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Option<WaysIn>> {
    // The lock first, in a statement of its own: the next one then sees what the one before us took away.
    super::lock_account(connection, user).await?;
    sqlx::query_as!(
        WaysIn,
        "select password_hash, phone is not null as \"by_phone!\",
                exists (select from user_identities where user_id = users.id) as \"from_elsewhere!\"
         from users where id = $1",
        user.0,
    )
    .fetch_optional(connection)
    .await
}
