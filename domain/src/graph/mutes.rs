//! Muting: for a while or for good, and the muted learn nothing of it.

use chrono::{DateTime, Utc};
use platform::{Tx, id_at};
use poem_openapi::Object;
use poem_openapi::types::Example;
use sqlx::PgConnection;
use uuid::Uuid;

use super::lists::{Found, MOST_COUNTED, Span, whole, with_cards};
use super::sql;
use crate::people::{self, PersonCard, PersonRef};
use crate::{Error, Result, UserId};

/// How long somebody is muted.
#[derive(Clone, Debug, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct MuteRequest {
    /// In the future. Until it is lifted where nothing is said.
    pub until: Option<DateTime<Utc>>,
}

/// Whether whoever asks mutes a person.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct MuteState {
    pub user_id: UserId,
    pub is_muted: bool,
    /// Absent where it lasts until it is lifted.
    pub until: Option<DateTime<Utc>>,
}

/// Somebody who is muted.
#[derive(Clone, Debug, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct MutedPerson {
    #[oai(flatten)]
    pub person: PersonCard,
    pub muted_at: DateTime<Utc>,
    /// Absent where it lasts until it is lifted.
    pub until: Option<DateTime<Utc>>,
}

/// A mute in a list.
#[derive(Clone, Copy, Debug)]
pub struct Muted {
    pub place: Uuid,
    pub person: UserId,
    pub at: DateTime<Utc>,
    pub until: Option<DateTime<Utc>>,
}

/// Mutes a person. Doing it again changes until when.
pub async fn mute(
    tx: &mut Tx,
    actor: UserId,
    person: &PersonRef,
    asked: &MuteRequest,
) -> Result<MuteState> {
    let (id, now, until) = (id_at(tx.now()), tx.now(), asked.until);
    if until.is_some_and(|until| until <= now) {
        return Err(Error::invalid("until", "passed", "must be in the future"));
    }
    let person = people::resolve(tx.connection(), actor, person).await?;
    if person == actor {
        return Err(Error::conflict(
            "self_mute",
            "People do not mute themselves.",
        ));
    }
    sql::mutes::mute(tx.connection(), actor, person, until, id, now).await?;
    Ok(MuteState {
        user_id: person,
        is_muted: true,
        until,
    })
}

/// Mutes a person no more. Doing it again changes nothing.
pub async fn unmute(tx: &mut Tx, actor: UserId, person: &PersonRef) -> Result<MuteState> {
    let person = people::resolve(tx.connection(), actor, person).await?;
    sql::mutes::unmute(tx.connection(), actor, person).await?;
    Ok(MuteState {
        user_id: person,
        is_muted: false,
        until: None,
    })
}

/// Whom `user` mutes at `now`, the latest first.
pub async fn mutes(
    connection: &mut PgConnection,
    user: UserId,
    now: DateTime<Utc>,
    span: &Span,
) -> Result<Found<Muted>> {
    let rows = sql::mutes::list(connection, user, now, span).await?;
    if let Some(total) = whole(span, &rows) {
        return Ok(Found::exactly(rows, total));
    }
    let total = sql::mutes::count(connection, user, now, MOST_COUNTED).await?;
    Ok(Found::up_to(rows, total))
}

/// The mutes of a page, with the cards of the muted.
pub async fn muted(
    connection: &mut PgConnection,
    viewer: UserId,
    page: &[Muted],
) -> Result<Vec<MutedPerson>> {
    let cards = with_cards(connection, viewer, page, |row| row.person).await?;
    let muted = cards.into_iter().map(|(row, person)| MutedPerson {
        person,
        muted_at: row.at,
        until: row.until,
    });
    Ok(muted.collect())
}

/// Deletes mutes whose time has passed, at most `limit` of them. How many there were.
pub async fn purge_mutes(tx: &mut Tx, limit: i64) -> Result<u64> {
    let now = tx.now();
    Ok(sql::mutes::purge(tx.connection(), now, limit).await?)
}

fn one_day() -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(4_102_444_800, 0)
}

impl Example for MuteRequest {
    fn example() -> Self {
        Self { until: one_day() }
    }
}

impl Example for MuteState {
    fn example() -> Self {
        Self {
            user_id: UserId::example(),
            is_muted: true,
            until: one_day(),
        }
    }
}

impl Example for MutedPerson {
    fn example() -> Self {
        Self {
            person: PersonCard::example(),
            muted_at: DateTime::from_timestamp(1_731_672_600, 0).unwrap_or_default(),
            until: one_day(),
        }
    }
}
