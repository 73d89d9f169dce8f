//! How many mails went to whom.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::expiry::delete_expired;
use crate::identity::allowances::{EVERY, HOUR, IN_AN_HOUR};

type Time = DateTime<Utc>;
type Result<T> = std::result::Result<T, sqlx::Error>;

/// Counts one, where one is left.
pub(in crate::identity) async fn take_allowance(
    connection: &mut PgConnection,
    whom: &[u8],
    now: Time,
) -> Result<bool> {
    let taken = sqlx::query!(
        "insert into mail_allowances as known (whom, last_at, hour_at, in_hour, created_at)
         values ($1, $2, $2, 1, $2)
         on conflict (whom) do update
         set last_at = $2, hour_at = case when known.hour_at > $4 then known.hour_at else $2 end,
             in_hour = case when known.hour_at > $4 then known.in_hour + 1 else 1 end
         where known.last_at <= $3 and (known.hour_at <= $4 or known.in_hour < $5)",
        whom,
        now,
        now - EVERY,
        now - HOUR,
        IN_AN_HOUR,
    )
    .execute(connection)
    .await?;
    Ok(taken.rows_affected() > 0)
}

/// When there will be one again.
pub(in crate::identity) async fn next_allowance(
    connection: &mut PgConnection,
    whom: &[u8],
    now: Time,
) -> Result<Option<Time>> {
    let known = sqlx::query!(
        "select last_at, hour_at, in_hour from mail_allowances where whom = $1",
        whom,
    )
    .fetch_optional(connection)
    .await?;
    Ok(known.map(|known| {
        let spent = known.in_hour >= IN_AN_HOUR && known.hour_at > now - HOUR;
        let after = if spent { known.hour_at + HOUR } else { now };
        after.max(known.last_at + EVERY)
    }))
}

delete_expired!(
    pub(in crate::identity) delete_old_allowances,
    "mail_allowances",
    "last_at",
    "last_at <= $1::timestamptz - interval '1 hour'"
);
