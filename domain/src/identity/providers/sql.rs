//! Every statement about accounts elsewhere.

use chrono::{DateTime, Utc};
use platform::oauth::Identity;
use sqlx::PgConnection;

use super::LinkedIdentity;
use super::attempt::Departure;
use crate::expiry::delete_expired;
use crate::people::{Actor, Email};
use crate::{IdentityId, UserId};

type Time = DateTime<Utc>;
type Result<T> = std::result::Result<T, sqlx::Error>;

pub(super) async fn insert_attempt(
    connection: &mut PgConnection,
    departure: &Departure,
    linking: Option<UserId>,
    now: Time,
    expires_at: Time,
) -> Result<()> {
    let (state_hash, browser_hash) = departure.hashes();
    let way_back = departure.way_back.as_ref();
    sqlx::query!(
        "insert into provider_attempts (state_hash, browser_hash, signed_by, provider, return_to, app_state,
                                        code_challenge, user_id, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        state_hash,
        browser_hash,
        departure.signed_by,
        departure.provider,
        way_back.map(|way| way.return_to.as_str()),
        way_back.and_then(|way| way.app_state.as_deref()),
        way_back.map(|way| way.code_challenge.as_str()),
        linking.map(|user| user.0),
        now,
        expires_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) struct TakenAttempt {
    pub(super) signed_by: String,
    pub(super) return_to: Option<String>,
    pub(super) app_state: Option<String>,
    pub(super) code_challenge: Option<String>,
    pub(super) user_id: Option<UserId>,
}

/// Uses the attempt up. Of two at once the second waits for the first, then finds nothing. A wrong cookie leaves it to
/// whoever has the right one.
pub(super) async fn take_attempt(
    connection: &mut PgConnection,
    state_hash: &[u8],
    provider: &str,
    browser_hash: &[u8],
    now: Time,
) -> Result<Option<TakenAttempt>> {
    sqlx::query_as!(
        TakenAttempt,
        "delete from provider_attempts
         where state_hash = $1 and provider = $2 and expires_at > $4
           and (browser_hash = $3 or (user_id is not null and return_to is not null))
         returning signed_by, return_to, app_state, code_challenge, user_id as \"user_id: UserId\"",
        state_hash,
        provider,
        browser_hash,
        now,
    )
    .fetch_optional(connection)
    .await
}

/// The person an account elsewhere belongs to; notes that they came.
pub(super) async fn use_identity(
    connection: &mut PgConnection,
    provider: &str,
    subject: &str,
    email: Option<&str>,
    now: Time,
) -> Result<Option<UserId>> {
    sqlx::query_scalar!(
        "update user_identities set last_used_at = $4, email = $3 where provider = $1 and subject = $2
         returning user_id as \"user_id: UserId\"",
        provider,
        subject,
        email,
        now,
    )
    .fetch_optional(connection)
    .await
}

pub(super) struct Holder {
    pub(super) id: UserId,
    pub(super) email_verified: bool,
}

/// Whose address it is. Locked: they do not change it before we have decided.
pub(super) async fn lock_holder(
    connection: &mut PgConnection,
    email: &str,
) -> Result<Option<Holder>> {
    sqlx::query_as!(
        Holder,
        "select id as \"id: UserId\", email_verified_at is not null as \"email_verified!\"
         from users where lower(email) = lower($1) for no key update",
        email,
    )
    .fetch_optional(connection)
    .await
}

pub(super) struct NewIdentity<'a> {
    pub(super) id: IdentityId,
    pub(super) user: UserId,
    pub(super) provider: &'a str,
    pub(super) subject: &'a str,
    pub(super) email: Option<&'a str>,
}

/// None where it is linked to another person.
pub(super) async fn insert_identity(
    connection: &mut PgConnection,
    new: &NewIdentity<'_>,
    now: Time,
) -> Result<Option<LinkedIdentity>> {
    sqlx::query_as!(
        LinkedIdentity,
        "insert into user_identities (id, user_id, provider, subject, email, created_at, last_used_at)
         values ($1, $2, $3, $4, $5, $6, $6)
         on conflict on constraint user_identities_taken
         do update set email = excluded.email where user_identities.user_id = excluded.user_id
         returning id as \"id: IdentityId\", provider, email as \"email: Email\", created_at, last_used_at",
        new.id.0,
        new.user.0,
        new.provider,
        new.subject,
        new.email,
        now,
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn identities(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Vec<LinkedIdentity>> {
    sqlx::query_as!(
        LinkedIdentity,
        "select id as \"id: IdentityId\", provider, email as \"email: Email\", created_at, last_used_at
         from user_identities where user_id = $1 order by id",
        user.0,
    )
    .fetch_all(connection)
    .await
}

pub(super) enum Unlinked {
    Done,
    Unknown,
    LastWayIn,
}

/// The person has to be locked.
pub(super) async fn delete_identity(
    connection: &mut PgConnection,
    user: UserId,
    id: IdentityId,
    has_another_way: bool,
) -> Result<Unlinked> {
    let found = sqlx::query!(
        "with mine as (select id from user_identities where user_id = $1),
              gone as (delete from user_identities
                       where id = $2 and user_id = $1 and ($3 or exists (select from mine where id <> $2))
                       returning id)
         select exists (select from mine where id = $2) as \"known!\", exists (select from gone) as \"gone!\"",
        user.0,
        id.0,
        has_another_way,
    )
    .fetch_one(connection)
    .await?;
    Ok(match (found.known, found.gone) {
        (_, true) => Unlinked::Done,
        (true, false) => Unlinked::LastWayIn,
        (false, false) => Unlinked::Unknown,
    })
}

pub(super) struct ShowedWhoTheyAre {
    pub(super) signed_in_at: Time,
    pub(super) email_unverified: bool,
}

pub(super) async fn showed_who_they_are(
    connection: &mut PgConnection,
    actor: Actor,
) -> Result<Option<ShowedWhoTheyAre>> {
    sqlx::query_as!(
        ShowedWhoTheyAre,
        "select sessions.created_at as signed_in_at,
                (users.email is not null and users.email_verified_at is null) as \"email_unverified!\"
         from sessions join users on users.id = sessions.user_id
         where sessions.id = $1 and users.id = $2",
        actor.session.0,
        actor.user.0,
    )
    .fetch_optional(connection)
    .await
}

pub(super) struct NewCode<'a> {
    pub(super) hash: &'a [u8],
    pub(super) challenge: &'a str,
    pub(super) user: UserId,
    pub(super) link: Option<(&'a str, &'a Identity)>,
}

pub(super) async fn insert_code(
    connection: &mut PgConnection,
    new: &NewCode<'_>,
    now: Time,
    expires_at: Time,
) -> Result<()> {
    sqlx::query!(
        "insert into provider_codes (hash, code_challenge, user_id, provider, subject, email, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        new.hash,
        new.challenge,
        new.user.0,
        new.link.map(|(provider, _)| provider),
        new.link.map(|(_, identity)| identity.subject.as_str()),
        new.link.and_then(|(_, identity)| identity.email.as_deref()),
        now,
        expires_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Uses the code up, where it is one to sign in with.
pub(super) async fn use_code(
    connection: &mut PgConnection,
    hash: &[u8],
    challenge: &str,
    now: Time,
) -> Result<Option<UserId>> {
    sqlx::query_scalar!(
        "delete from provider_codes
         where hash = $1 and code_challenge = $2 and expires_at > $3 and provider is null
         returning user_id as \"user_id: UserId\"",
        hash,
        challenge,
        now,
    )
    .fetch_optional(connection)
    .await
}

pub(super) struct Link {
    pub(super) provider: String,
    pub(super) subject: String,
    pub(super) email: Option<String>,
}

/// Uses the code up, where it links an account to this person.
pub(super) async fn use_link_code(
    connection: &mut PgConnection,
    hash: &[u8],
    challenge: &str,
    user: UserId,
    now: Time,
) -> Result<Option<Link>> {
    sqlx::query_as!(
        Link,
        "delete from provider_codes
         where hash = $1 and code_challenge = $2 and user_id = $3 and expires_at > $4 and provider is not null
         returning provider as \"provider!\", subject as \"subject!\", email",
        hash,
        challenge,
        user.0,
        now,
    )
    .fetch_optional(connection)
    .await
}

delete_expired!(pub(super) delete_expired_attempts, "provider_attempts", "expires_at", "expires_at <= $1");

delete_expired!(pub(super) delete_expired_codes, "provider_codes", "expires_at", "expires_at <= $1");
