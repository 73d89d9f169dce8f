//! Who is followed most, verified people first. Written anew every hour, see `popular_people` in the migration.

use platform::Tx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::sql;
use crate::Result;

/// So many are kept.
const KEPT: usize = 500;

/// Counters that one statement looks through.
const SLICE: i64 = 50_000;

/// Looks through all counters in slices, and answers those to keep, the first first.
pub async fn most_followed(connection: &mut PgConnection) -> Result<Vec<Uuid>> {
    let kept = i64::try_from(KEPT).unwrap_or(i64::MAX);
    let (mut best, mut after) = (Vec::new(), Uuid::nil());
    loop {
        let end = sql::popular::slice_end(connection, after, SLICE - 1).await?;
        let until = end.unwrap_or(Uuid::max());
        best.extend(sql::popular::best_of(connection, after, until, kept).await?);
        best.sort_by_key(|one| std::cmp::Reverse((one.is_verified, one.follower_count)));
        best.truncate(KEPT);
        if end.is_none() {
            return Ok(best.into_iter().map(|one| one.user_id).collect());
        }
        after = until;
    }
}

/// Writes them down in place of those of the last hour.
pub async fn keep_popular(tx: &mut Tx, people: &[Uuid]) -> Result<()> {
    let now = tx.now();
    sql::popular::replace(tx.connection(), people, now).await?;
    Ok(())
}
