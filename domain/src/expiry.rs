//! Rows whose time is over leave in slices: the oldest first, and past whatever another holds at the moment.

/// A function that deletes at most `limit` rows of a table, those that are over at a time (`$1`), and says how many it
/// were. The index on `$since` finds them.
macro_rules! delete_expired {
    ($(#[$doc:meta])* $vis:vis $name:ident, $table:literal, $since:literal, $over:literal) => {
        $(#[$doc])*
        $vis async fn $name(
            connection: &mut sqlx::PgConnection,
            at: chrono::DateTime<chrono::Utc>,
            limit: i64,
        ) -> std::result::Result<u64, sqlx::Error> {
            let deleted = sqlx::query!(
                "delete from " + $table + " where ctid = any(array(select ctid from " + $table + " where " + $over
                    + " order by " + $since + " limit $2 for update skip locked))",
                at,
                limit,
            )
            .execute(connection)
            .await?;
            Ok(deleted.rows_affected())
        }
    };
}

pub(crate) use delete_expired;
