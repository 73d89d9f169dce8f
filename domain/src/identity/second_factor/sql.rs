//! Every statement of second factors.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::TwoFactor;
use crate::expiry::delete_expired;
use crate::people::{Email, Username};
use crate::{ChallengeId, UserId};

type Time = DateTime<Utc>;
type Result<T> = std::result::Result<T, sqlx::Error>;

pub(super) struct Standing {
    pub(super) enabled_at: Option<Time>,
    pub(super) recovery_codes_left: i64,
}

pub(super) async fn standing(connection: &mut PgConnection, user: UserId) -> Result<TwoFactor> {
    let standing = sqlx::query_as!(
        Standing,
        "select (select confirmed_at from second_factors where user_id = $1) as enabled_at,
                (select count(*) from recovery_codes where user_id = $1 and used_at is null) as \"recovery_codes_left!\"",
        user.0,
    )
    .fetch_one(connection)
    .await?;
    Ok(TwoFactor {
        enabled: standing.enabled_at.is_some(),
        enabled_at: standing.enabled_at,
        recovery_codes_left: standing.recovery_codes_left,
    })
}

/// Takes the place of one that was never confirmed. The account's name, where there was none that is.
pub(super) async fn start(
    connection: &mut PgConnection,
    user: UserId,
    sealed: &[u8],
    now: Time,
) -> Result<Option<Username>> {
    sqlx::query_scalar!(
        "insert into second_factors (user_id, secret, created_at) values ($1, $2, $3)
         on conflict (user_id) do update
         set secret = excluded.secret, created_at = excluded.created_at, last_step = 0, wrong_tries = 0,
             wrong_since = null
         where second_factors.confirmed_at is null
         returning (select username from users where id = $1) as \"username!: Username\"",
        user.0,
        sealed,
        now,
    )
    .fetch_optional(connection)
    .await
}

pub(super) struct Factor {
    pub(super) secret: Vec<u8>,
    pub(super) confirmed_at: Option<Time>,
    pub(super) last_step: i64,
    pub(super) wrong_tries: i16,
    pub(super) wrong_since: Option<Time>,
}

/// Locked until the transaction ends: whoever shows a code waits for whoever showed one before.
pub(super) async fn lock(connection: &mut PgConnection, user: UserId) -> Result<Option<Factor>> {
    sqlx::query_as!(
        Factor,
        "select secret, confirmed_at, last_step, wrong_tries, wrong_since
         from second_factors where user_id = $1 for update",
        user.0,
    )
    .fetch_optional(connection)
    .await
}

/// Takes the step, where no other took it or a later one. Whoever shows a right code is not guessing.
pub(super) async fn take_step(
    connection: &mut PgConnection,
    user: UserId,
    step: i64,
) -> Result<bool> {
    let taken = sqlx::query!(
        "update second_factors set last_step = $2, wrong_tries = 0, wrong_since = null
         where user_id = $1 and last_step < $2",
        user.0,
        step,
    )
    .execute(connection)
    .await?;
    Ok(taken.rows_affected() == 1)
}

pub(super) async fn confirm(connection: &mut PgConnection, user: UserId, now: Time) -> Result<()> {
    sqlx::query!(
        "update second_factors set confirmed_at = $2 where user_id = $1",
        user.0,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Uses a recovery code up. Of two at once one finds it.
pub(super) async fn use_recovery_code(
    connection: &mut PgConnection,
    user: UserId,
    hash: &[u8],
    now: Time,
) -> Result<bool> {
    let used = sqlx::query!(
        "with used as (
             update recovery_codes set used_at = $3 where user_id = $1 and hash = $2 and used_at is null
             returning user_id)
         update second_factors set wrong_tries = 0, wrong_since = null
         where user_id in (select user_id from used)",
        user.0,
        hash,
        now,
    )
    .execute(connection)
    .await?;
    Ok(used.rows_affected() == 1)
}

/// The tries since `since`, with this one. Whether they are `most`, and their owner has not been told since `told`.
pub(super) async fn count_wrong(
    connection: &mut PgConnection,
    user: UserId,
    most: i16,
    since: Time,
    told: Time,
    now: Time,
) -> Result<bool> {
    sqlx::query_scalar!(
        "update second_factors
         set wrong_tries = next.tries,
             wrong_since = case when next.tries > 1 then wrong_since else $5 end,
             told_at = case when next.tells then $5 else told_at end
         from (select tries, tries >= $2 and coalesce(told_at <= $4, true) as tells
               from (select case when wrong_since > $3 then wrong_tries + 1 else 1 end as tries, told_at
                     from second_factors where user_id = $1) as counted) as next
         where user_id = $1
         returning next.tells as \"tells!\"",
        user.0,
        i32::from(most),
        since,
        told,
        now,
    )
    .fetch_one(connection)
    .await
}

/// A sheet in the place of the one before.
pub(super) async fn replace_recovery_codes(
    connection: &mut PgConnection,
    user: UserId,
    hashes: &[Vec<u8>],
    now: Time,
) -> Result<()> {
    sqlx::query!("delete from recovery_codes where user_id = $1", user.0)
        .execute(&mut *connection)
        .await?;
    sqlx::query!(
        "insert into recovery_codes (user_id, hash, created_at) select $1, hash, $3 from unnest($2::bytea[]) as hash",
        user.0,
        hashes,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn delete(connection: &mut PgConnection, user: UserId) -> Result<()> {
    sqlx::query!(
        "with codes as (delete from recovery_codes where user_id = $1),
              asked as (delete from second_factor_challenges where user_id = $1)
         delete from second_factors where user_id = $1",
        user.0,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Asks, where there is something to ask for.
pub(super) async fn ask(
    connection: &mut PgConnection,
    id: ChallengeId,
    user: UserId,
    way: &str,
    now: Time,
    expires_at: Time,
) -> Result<bool> {
    let asked = sqlx::query!(
        "insert into second_factor_challenges (id, user_id, way, created_at, expires_at)
         select $1, user_id, $3, $4, $5 from second_factors where user_id = $2 and confirmed_at is not null",
        id.0,
        user.0,
        way,
        now,
        expires_at,
    )
    .execute(connection)
    .await?;
    Ok(asked.rows_affected() == 1)
}

/// Whom the challenge asks, where it still does. Locks their account, as every way in does first.
pub(super) async fn lock_asked(
    connection: &mut PgConnection,
    id: ChallengeId,
    most: i16,
    now: Time,
) -> Result<Option<UserId>> {
    sqlx::query_scalar!(
        "select users.id as \"id: UserId\" from second_factor_challenges as asked
         join users on users.id = asked.user_id
         where asked.id = $1 and asked.used_at is null and asked.expires_at > $3 and asked.wrong_tries < $2
         for no key update of users",
        id.0,
        most,
        now,
    )
    .fetch_optional(connection)
    .await
}

/// Uses the challenge up. Of two at once one does.
pub(super) async fn answer(
    connection: &mut PgConnection,
    id: ChallengeId,
    most: i16,
    now: Time,
) -> Result<bool> {
    let answered = sqlx::query!(
        "update second_factor_challenges set used_at = $3
         where id = $1 and used_at is null and expires_at > $3 and wrong_tries < $2",
        id.0,
        most,
        now,
    )
    .execute(connection)
    .await?;
    Ok(answered.rows_affected() == 1)
}

pub(super) async fn count_wrong_answer(
    connection: &mut PgConnection,
    id: ChallengeId,
) -> Result<()> {
    sqlx::query!(
        "update second_factor_challenges set wrong_tries = wrong_tries + 1 where id = $1",
        id.0,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Nobody is let in any more by what they had shown before.
pub(super) async fn void(connection: &mut PgConnection, user: UserId) -> Result<()> {
    sqlx::query!(
        "delete from second_factor_challenges where user_id = $1",
        user.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

delete_expired!(pub(super) delete_expired, "second_factor_challenges", "expires_at", "expires_at <= $1");

pub(super) struct Sealed {
    pub(super) user_id: UserId,
    pub(super) secret: Vec<u8>,
}

/// Secrets in the order of their owners.
pub(super) async fn secrets(
    connection: &mut PgConnection,
    after: Option<UserId>,
    limit: i64,
) -> Result<Vec<Sealed>> {
    sqlx::query_as!(
        Sealed,
        "select user_id as \"user_id: UserId\", secret from second_factors
         where user_id > coalesce($1, '00000000-0000-0000-0000-000000000000'::uuid) order by user_id limit $2",
        after.map(|user| user.0),
        limit,
    )
    .fetch_all(connection)
    .await
}

/// The same secret under another seal, unless it is another secret by now.
pub(super) async fn reseal(
    connection: &mut PgConnection,
    user: UserId,
    from: &[u8],
    to: &[u8],
) -> Result<()> {
    sqlx::query!(
        "update second_factors set secret = $3 where user_id = $1 and secret = $2",
        user.0,
        from,
        to,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) struct Addressee {
    pub(super) email: Email,
    pub(super) recovery_codes_left: i64,
}

/// Where a person can be told, if they have proved an address.
pub(super) async fn addressee(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Option<Addressee>> {
    sqlx::query_as!(
        Addressee,
        "select email as \"email!: Email\",
                (select count(*) from recovery_codes where user_id = users.id and used_at is null)
                    as \"recovery_codes_left!\"
         from users
         where id = $1 and email is not null and email_verified_at is not null and deleted_at is null",
        user.0,
    )
    .fetch_optional(connection)
    .await
}
