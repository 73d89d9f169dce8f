//! Questions whether an address is its owner's.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::expiry::delete_expired;
use crate::people::Email;
use crate::{UserId, VerificationId};

type Time = DateTime<Utc>;
type Result<T> = std::result::Result<T, sqlx::Error>;

pub(in crate::identity) async fn insert_verification(
    connection: &mut PgConnection,
    id: VerificationId,
    user: UserId,
    email: &Email,
    now: Time,
    expires_at: Time,
) -> Result<()> {
    sqlx::query!(
        "insert into email_verifications (id, user_id, email, created_at, expires_at) values ($1, $2, $3, $4, $5)",
        id.0,
        user.0,
        email.as_str(),
        now,
        expires_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Asks whether an address shall be the account's, and remembers the one that would go. Earlier such questions are over:
/// one of them may have gone to a stranger by mistake.
pub(in crate::identity) async fn insert_change(
    connection: &mut PgConnection,
    id: VerificationId,
    user: UserId,
    email: &Email,
    now: Time,
    expires_at: Time,
) -> Result<()> {
    sqlx::query!(
        "with earlier as (
             update email_verifications set expires_at = $4
             where user_id = $2 and is_change and used_at is null and expires_at > $4)
         insert into email_verifications (id, user_id, email, is_change, replaces, created_at, expires_at)
         select $1, users.id, $3, true, users.email, $4, $5 from users where users.id = $2",
        id.0,
        user.0,
        email.as_str(),
        now,
        expires_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Locks the account that is asked, until the transaction ends.
pub(in crate::identity) async fn lock_asked(
    connection: &mut PgConnection,
    id: VerificationId,
) -> Result<()> {
    sqlx::query!(
        "select users.id from email_verifications as asked join users on users.id = asked.user_id
         where asked.id = $1 for no key update of users",
        id.0,
    )
    .fetch_optional(connection)
    .await?;
    Ok(())
}

pub(in crate::identity) struct Asked {
    pub(in crate::identity) email: Option<Email>,
    pub(in crate::identity) email_verified: bool,
    pub(in crate::identity) last_asked_at: Option<Time>,
}

pub(in crate::identity) async fn lock_last_verification(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Option<Asked>> {
    // The lock first, in a statement of its own: the next one then sees what the one before us wrote.
    sqlx::query!("select id from users where id = $1 for update", user.0)
        .fetch_optional(&mut *connection)
        .await?;
    sqlx::query_as!(
        Asked,
        "select email as \"email: Email\", email_verified_at is not null as \"email_verified!\",
                (select max(created_at) from email_verifications where user_id = users.id and not is_change) as last_asked_at
         from users where id = $1",
        user.0,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::identity) struct Used {
    pub(in crate::identity) user_id: UserId,
    pub(in crate::identity) email: Email,
    pub(in crate::identity) is_change: bool,
}

pub(in crate::identity) async fn use_verification(
    connection: &mut PgConnection,
    id: VerificationId,
    now: Time,
) -> Result<Option<Used>> {
    sqlx::query_as!(
        Used,
        "update email_verifications set used_at = $2 where id = $1 and used_at is null and expires_at > $2
         returning user_id as \"user_id: UserId\", email as \"email: Email\", is_change",
        id.0,
        now,
    )
    .fetch_optional(connection)
    .await
}

/// Whether the address had been verified before. None where it is no longer the account's.
pub(in crate::identity) async fn mark_verified(
    connection: &mut PgConnection,
    user: UserId,
    email: &Email,
    now: Time,
) -> Result<Option<bool>> {
    sqlx::query_scalar!(
        "update users set email_verified_at = coalesce(before.email_verified_at, $3), updated_at = $3
         from users as before
         where users.id = $1 and before.id = users.id and lower(users.email) = lower($2)
         returning before.email_verified_at is not null as \"already!\"",
        user.0,
        email.as_str(),
        now,
    )
    .fetch_optional(connection)
    .await
}

/// The address is the account's from now on. Where it is another's by now, Postgres says so (`users_email_taken`).
pub(in crate::identity) async fn adopt_email(
    connection: &mut PgConnection,
    user: UserId,
    email: &Email,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "update users set email = $2, email_verified_at = $3, updated_at = $3 where id = $1",
        user.0,
        email.as_str(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The address this question was about, where it is the account's and verified.
pub(in crate::identity) async fn verified_by(
    connection: &mut PgConnection,
    id: VerificationId,
) -> Result<Option<Email>> {
    sqlx::query_scalar!(
        "select users.email as \"email!: Email\" from email_verifications as asked
         join users on users.id = asked.user_id and lower(users.email) = lower(asked.email)
         where asked.id = $1 and users.email_verified_at is not null",
        id.0,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::identity) struct OpenVerification {
    pub(in crate::identity) email: Email,
    pub(in crate::identity) is_change: bool,
    /// Another account has it.
    pub(in crate::identity) taken: bool,
    pub(in crate::identity) expires_at: Time,
}

/// The question, where it still is one.
pub(in crate::identity) async fn open_verification(
    connection: &mut PgConnection,
    id: VerificationId,
    now: Time,
) -> Result<Option<OpenVerification>> {
    sqlx::query_as!(
        OpenVerification,
        "select asked.email as \"email: Email\", asked.is_change, asked.expires_at,
                exists (select from users as other where lower(other.email) = lower(asked.email)
                        and other.id <> asked.user_id) as \"taken!\"
         from email_verifications as asked join users on users.id = asked.user_id
         where asked.id = $1 and asked.used_at is null and asked.expires_at > $2 and users.deleted_at is null
           and (asked.is_change
                or users.email_verified_at is null and lower(users.email) = lower(asked.email))",
        id.0,
        now,
    )
    .fetch_optional(connection)
    .await
}

/// The address that another is about to take the place of, while the question is open.
pub(in crate::identity) async fn replaced_email(
    connection: &mut PgConnection,
    id: VerificationId,
    now: Time,
) -> Result<Option<Email>> {
    sqlx::query_scalar!(
        "select replaces as \"replaces!: Email\" from email_verifications
         where id = $1 and is_change and replaces is not null and expires_at > $2",
        id.0,
        now,
    )
    .fetch_optional(connection)
    .await
}

/// The address of an account, where it has one.
pub(in crate::identity) async fn email(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Option<Email>> {
    sqlx::query_scalar!(
        "select email as \"email!: Email\" from users
         where id = $1 and email is not null and deleted_at is null",
        user.0,
    )
    .fetch_optional(connection)
    .await
}

delete_expired!(
    pub(in crate::identity) delete_expired_verifications,
    "email_verifications",
    "expires_at",
    "expires_at <= $1"
);
