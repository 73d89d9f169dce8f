//! Every statement of the search. Words that begin alike are a range: a pattern would not be known to a plan that is
//! made once for all searches. `offset 0` keeps a walk a walk: one person after the other, the cheap questions first, and
//! no further than the page; without it whole tables are hashed, or everybody is asked the dearest question.

mod alike;
mod words;

use sqlx::PgConnection;

use super::{Place, Wanted, end_of};
use crate::UserId;

pub(super) use alike::{alike, by_alike, by_alike_pair};
pub(super) use words::{begun, by_pair, by_word};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Usernames that begin with `prefix`, by the alphabet.
pub(super) async fn by_username(
    connection: &mut PgConnection,
    viewer: UserId,
    prefix: &str,
    after: Option<&str>,
    most: i64,
) -> Result<Vec<(String, UserId)>> {
    let found = sqlx::query!(
        r#"
        select lower(username) as "name!", id as "id: UserId" from users
        where (lower(username) collate "C") >= $2 and (lower(username) collate "C") < $3
          and (lower(username) collate "C") > coalesce($4, '') and not is_hidden_from($1, id)
        order by lower(username) collate "C" limit $5
        "#,
        viewer.0,
        prefix,
        end_of(prefix),
        after,
        most,
    )
    .fetch_all(connection)
    .await?;
    Ok(found.into_iter().map(|row| (row.name, row.id)).collect())
}
