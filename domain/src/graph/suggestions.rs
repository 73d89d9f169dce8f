//! People whom somebody may want to follow: those whom the people they follow do, and after them the most followed.

use chrono::{DateTime, Utc};
use platform::Tx;
use poem_openapi::Object;
use poem_openapi::types::Example;
use sqlx::PgConnection;

use super::lists::{Found, Span, whole, with_cards};
use super::sql;
use crate::people::{self, PersonCard, PersonRef};
use crate::{Result, UserId};

/// Somebody to follow.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub struct Suggestion {
    #[oai(flatten)]
    pub person: PersonCard,
    /// How many of those whom whoever asks follows do follow this person, among the latest follows.
    pub mutual_count: i64,
}

/// A suggestion in a list.
#[derive(Clone, Copy, Debug)]
pub struct Suggested {
    pub person: UserId,
    pub mutual_count: i64,
}

/// Whom `user` may want to follow, those first whom most of their people follow. However much they follow, at most forty
/// thousand follows are looked at.
pub async fn suggest(
    connection: &mut PgConnection,
    user: UserId,
    now: DateTime<Utc>,
    span: &Span,
) -> Result<Found<Suggested>> {
    let rows = sql::suggestions::suggest(connection, user, now, span).await?;
    if let Some(total) = whole(span, &rows) {
        return Ok(Found::exactly(rows, total));
    }
    let seen = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    Ok(Found {
        total: span.offset + seen,
        total_is_estimate: true,
        rows,
    })
}

/// The suggestions of a page, with their cards.
pub async fn suggestions(
    connection: &mut PgConnection,
    viewer: UserId,
    page: &[Suggested],
) -> Result<Vec<Suggestion>> {
    let cards = with_cards(connection, viewer, page, |row| row.person).await?;
    let suggestions = cards.into_iter().map(|(row, person)| Suggestion {
        person,
        mutual_count: row.mutual_count,
    });
    Ok(suggestions.collect())
}

/// Suggests a person to `user` no more. Doing it again changes nothing.
pub async fn dismiss(tx: &mut Tx, user: UserId, person: &PersonRef) -> Result<()> {
    let (person, now) = (
        people::resolve(tx.connection(), user, person).await?,
        tx.now(),
    );
    sql::suggestions::dismiss(tx.connection(), user, person, now).await?;
    Ok(())
}

impl Example for Suggestion {
    fn example() -> Self {
        Self {
            person: PersonCard::example(),
            mutual_count: 7,
        }
    }
}
