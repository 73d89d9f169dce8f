//! Blocking: from the commit on neither exists for the other, at any door.

use chrono::{DateTime, Utc};
use platform::{Tx, id_at};
use poem_openapi::Object;
use poem_openapi::types::Example;
use sqlx::PgConnection;
use uuid::Uuid;

use super::lists::{Found, MOST_COUNTED, Span, whole};
use super::sql;
use crate::people::{PersonRef, Username};
use crate::{Error, Result, UserId, notifications};

/// Whether whoever asks blocks a person.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct BlockState {
    pub user_id: UserId,
    pub is_blocked: bool,
}

/// Somebody who is blocked: as much as it takes to know them again. The rest is hidden both ways.
#[derive(Clone, Debug, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct BlockedPerson {
    pub id: UserId,
    pub username: Username,
    pub display_name: Option<String>,
    pub profile_picture_url: Option<String>,
    pub blocked_at: DateTime<Utc>,
    #[oai(skip)]
    pub place: Uuid,
}

/// Blocks a person: follows and requests between the two end, both ways. Doing it again changes nothing.
pub async fn block(tx: &mut Tx, actor: UserId, person: &PersonRef) -> Result<BlockState> {
    let person = known(tx.connection(), actor, person).await?;
    if person == actor {
        return Err(Error::conflict(
            "self_block",
            "People do not block themselves.",
        ));
    }
    sql::lock_pair(tx.connection(), actor, person).await?;
    let (id, now) = (id_at(tx.now()), tx.now());
    sql::blocks::block(tx.connection(), actor, person, id, now).await?;
    notifications::part(tx, actor, person).await?;
    Ok(BlockState {
        user_id: person,
        is_blocked: true,
    })
}

/// Blocks a person no more. What the block ended stays ended. Doing it again changes nothing.
pub async fn unblock(tx: &mut Tx, actor: UserId, person: &PersonRef) -> Result<BlockState> {
    let person = known(tx.connection(), actor, person).await?;
    sql::lock_pair(tx.connection(), actor, person).await?;
    sql::blocks::unblock(tx.connection(), actor, person).await?;
    Ok(BlockState {
        user_id: person,
        is_blocked: false,
    })
}

/// Whom `user` blocks, the latest first.
pub async fn blocks(
    connection: &mut PgConnection,
    user: UserId,
    span: &Span,
) -> Result<Found<BlockedPerson>> {
    let rows = sql::blocks::list(connection, user, span).await?;
    if let Some(total) = whole(span, &rows) {
        return Ok(Found::exactly(rows, total));
    }
    let total = sql::blocks::count(connection, user, MOST_COUNTED).await?;
    Ok(Found::up_to(rows, total))
}

/// As [`people::resolve`](crate::people::resolve), but a block of one's own does not hide whom it can be lifted from.
async fn known(connection: &mut PgConnection, actor: UserId, person: &PersonRef) -> Result<UserId> {
    let found = match person {
        PersonRef::Me => return Ok(actor),
        PersonRef::Id(id) => sql::blocks::known_by_id(connection, actor, *id).await?,
        PersonRef::Name(name) => sql::blocks::known_by_name(connection, actor, name).await?,
    };
    found.ok_or(Error::NotFound("person"))
}

impl Example for BlockState {
    fn example() -> Self {
        Self {
            user_id: UserId::example(),
            is_blocked: true,
        }
    }
}

impl Example for BlockedPerson {
    fn example() -> Self {
        Self {
            id: UserId::example(),
            username: Username::example(),
            display_name: Some("John".to_owned()),
            profile_picture_url: None,
            blocked_at: DateTime::from_timestamp(1_731_672_600, 0).unwrap_or_default(),
            place: Uuid::nil(),
        }
    }
}
