//! Lists of posts: a person's, one's own that are not published, what a post said before.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::sql;
use crate::graph::{Found, Span};
use crate::people::{self, PersonRef};
use crate::{Error, PostId, Result, UserId};

/// Lists that have no counter are counted up to here.
pub(super) const MOST_COUNTED: i64 = 500;

/// A post in a list, and where it stands there.
#[derive(Clone, Copy, Debug)]
pub struct Placed {
    pub place: Uuid,
    pub post: PostId,
}

/// What a person has published, the latest first. Of a private account only to those who follow it.
pub async fn of_person(
    connection: &mut PgConnection,
    viewer: UserId,
    person: &PersonRef,
    span: &Span,
) -> Result<Found<Placed>> {
    let person = people::resolve(connection, viewer, person).await?;
    let wall = sql::lists::wall(connection, viewer, person).await?;
    let wall = wall.ok_or(Error::NotFound("person"))?;
    if !wall.is_open {
        return Err(Error::denied(
            "account_private",
            "Only those who follow this account see that.",
        ));
    }
    Ok(Found {
        rows: sql::lists::of_person(connection, viewer, person, span).await?,
        total: wall.post_count,
        total_is_estimate: true,
    })
}

/// One's own that are not published: drafts and those that will be, the latest first.
pub async fn unpublished(
    connection: &mut PgConnection,
    author: UserId,
    span: &Span,
) -> Result<Found<Placed>> {
    let total = sql::lists::count_unpublished(connection, author).await?;
    Ok(Found {
        rows: sql::lists::unpublished(connection, author, span).await?,
        total,
        total_is_estimate: total == MOST_COUNTED,
    })
}

/// The posts of a page as the viewer sees them.
pub async fn page(
    connection: &mut PgConnection,
    storage: &platform::Storage,
    viewer: UserId,
    rows: &[Placed],
    now: DateTime<Utc>,
) -> Result<Vec<super::Post>> {
    let ids: Vec<PostId> = rows.iter().map(|row| row.post).collect();
    super::views(connection, storage, viewer, &ids, now).await
}
