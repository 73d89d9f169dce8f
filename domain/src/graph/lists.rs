//! Lists of people by what is between them, the latest first. Whoever is hidden from the viewer is left out, and the page
//! is filled up with those who follow.

use sqlx::PgConnection;
use uuid::Uuid;

use super::sql;
use crate::people::{self, PersonCard, PersonRef};
use crate::{Error, Result, UserId};

/// Lists that have no counter are counted up to here.
pub(super) const MOST_COUNTED: i64 = 500;

/// Which part of a list: so many after a place, or after so many.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub after: Option<Uuid>,
    pub offset: i64,
    pub limit: i64,
}

/// A part of a list, one row longer than the limit where there are more.
#[derive(Clone, Debug)]
pub struct Found<T> {
    pub rows: Vec<T>,
    /// How many there are in the whole list.
    pub total: i64,
    pub total_is_estimate: bool,
}

/// A person in a list, and where they stand there.
#[derive(Clone, Copy, Debug)]
pub struct Listed {
    pub place: Uuid,
    pub person: UserId,
}

impl Span {
    /// The lowest place that is not wanted any more.
    pub fn before(&self) -> Uuid {
        self.after.unwrap_or(Uuid::max())
    }
}

impl<T> Found<T> {
    pub(super) fn exactly(rows: Vec<T>, total: i64) -> Self {
        Self {
            rows,
            total,
            total_is_estimate: false,
        }
    }

    /// Counted up to [`MOST_COUNTED`].
    pub(super) fn up_to(rows: Vec<T>, total: i64) -> Self {
        Self {
            rows,
            total,
            total_is_estimate: total == MOST_COUNTED,
        }
    }
}

/// How many there are in the whole list, where this part of it says so.
pub(super) fn whole<T>(span: &Span, rows: &[T]) -> Option<i64> {
    let here = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let from_the_start = span.after.is_none() && (span.offset == 0 || here > 0);
    (from_the_start && here <= span.limit).then(|| span.offset + here)
}

/// Each row with the card of its person; people whom the viewer does not see are left out.
pub(super) async fn with_cards<T: Copy>(
    connection: &mut PgConnection,
    viewer: UserId,
    rows: &[T],
    person: impl Fn(&T) -> UserId,
) -> Result<Vec<(T, PersonCard)>> {
    let ids: Vec<UserId> = rows.iter().map(&person).collect();
    let mut cards = people::cards(connection, viewer, &ids)
        .await?
        .into_iter()
        .peekable();
    let pairs = rows.iter().filter_map(|row| {
        let card = cards.next_if(|card| card.id == person(row))?;
        Some((*row, card))
    });
    Ok(pairs.collect())
}

/// Who follows a person. Of a private account only to those who follow it.
pub async fn followers(
    connection: &mut PgConnection,
    viewer: UserId,
    person: &PersonRef,
    span: &Span,
) -> Result<Found<Listed>> {
    let open = open(connection, viewer, person).await?;
    let rows = sql::lists::followers(connection, viewer, open.id, span).await?;
    Ok(counted(span, rows, open.follower_count))
}

/// Whom a person follows. Of a private account only to those who follow it.
pub async fn following(
    connection: &mut PgConnection,
    viewer: UserId,
    person: &PersonRef,
    span: &Span,
) -> Result<Found<Listed>> {
    let open = open(connection, viewer, person).await?;
    let rows = sql::lists::following(connection, viewer, open.id, span).await?;
    Ok(counted(span, rows, open.following_count))
}

/// Whom the viewer follows of those who follow a person. Of a private account too: it tells nothing that the lists of
/// those people, which are open to the viewer, would not.
pub async fn mutuals(
    connection: &mut PgConnection,
    viewer: UserId,
    person: &PersonRef,
    span: &Span,
) -> Result<Found<Listed>> {
    let person = people::resolve(connection, viewer, person).await?;
    let rows = sql::lists::mutuals(connection, viewer, person, span).await?;
    if let Some(total) = whole(span, &rows) {
        return Ok(Found::exactly(rows, total));
    }
    let total = sql::lists::count_mutuals(connection, viewer, person, MOST_COUNTED).await?;
    Ok(Found::up_to(rows, total))
}

async fn open(
    connection: &mut PgConnection,
    viewer: UserId,
    person: &PersonRef,
) -> Result<sql::lists::Open> {
    let person = people::resolve(connection, viewer, person).await?;
    let open = sql::lists::open(connection, viewer, person).await?;
    let open = open.ok_or(Error::NotFound("person"))?;
    match open.is_open {
        true => Ok(open),
        false => Err(Error::denied(
            "account_private",
            "Only those who follow this account see that.",
        )),
    }
}

/// The counter also knows people who are hidden from the viewer: a guess, unless the whole list was seen.
fn counted(span: &Span, rows: Vec<Listed>, count: i64) -> Found<Listed> {
    match whole(span, &rows) {
        Some(total) => Found::exactly(rows, total),
        None => Found {
            rows,
            total: count,
            total_is_estimate: true,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_known_whole_where_a_part_from_its_start_reaches_its_end() {
        let span = |after, offset| Span {
            after,
            offset,
            limit: 2,
        };
        assert_eq!(whole(&span(None, 0), &[1, 2]), Some(2));
        assert_eq!(whole(&span(None, 0), &[1, 2, 3]), None);
        assert_eq!(whole(&span(None, 4), &[5]), Some(5));
        assert_eq!(whole::<i32>(&span(None, 4), &[]), None);
        assert_eq!(whole(&span(Some(Uuid::nil()), 0), &[5]), None);
    }
}
