//! Requests to follow private accounts, and what becomes of them.

use chrono::{DateTime, Utc};
use platform::{Tx, id_at};
use poem_openapi::Object;
use poem_openapi::types::Example;
use sqlx::PgConnection;
use uuid::Uuid;

use super::lists::{self, Found, Span};
use super::{jobs, sql};
use crate::notifications::{Cause, notify};
use crate::people::{self, PersonCard, PersonRef};
use crate::{Error, Result, UserId};

/// Requests that are accepted in one transaction.
const SLICE: i64 = 1_000;

/// Somebody who asks to follow, or is asked.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub struct FollowRequest {
    #[oai(flatten)]
    pub person: PersonCard,
    pub requested_at: DateTime<Utc>,
}

/// A request in a list: where it stands there, who the other one is, and since when.
#[derive(Clone, Copy, Debug)]
pub struct Requested {
    pub place: Uuid,
    pub person: UserId,
    pub at: DateTime<Utc>,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct AnsweredRequest {
    /// Who had asked.
    pub user_id: UserId,
    /// Whether they follow now.
    pub is_followed_by: bool,
    /// How many follow whoever asks now.
    pub follower_count: i64,
}

/// A slice of requests that became follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    pub count: usize,
    /// Whether there may be more: past the slice, or in somebody else's hands at the moment.
    pub more: bool,
}

/// Lets a person follow who asked to. Of two acceptances at once one finds the request.
pub async fn accept(tx: &mut Tx, actor: UserId, person: &PersonRef) -> Result<AnsweredRequest> {
    let person = people::resolve(tx.connection(), actor, person).await?;
    sql::lock_pair(tx.connection(), actor, person).await?;
    let (id, now) = (id_at(tx.now()), tx.now());
    let count = sql::requests::accept(tx.connection(), person, actor, id, now).await?;
    let follower_count = count.ok_or(Error::NotFound("follow request"))?;
    notify(tx, actor, Cause::FollowRequest).await?;
    Ok(AnsweredRequest {
        user_id: person,
        is_followed_by: true,
        follower_count,
    })
}

/// Refuses a person who asked to follow. They are not told, and may ask again.
pub async fn reject(tx: &mut Tx, actor: UserId, person: &PersonRef) -> Result<AnsweredRequest> {
    let person = people::resolve(tx.connection(), actor, person).await?;
    sql::lock_pair(tx.connection(), actor, person).await?;
    let count = sql::requests::reject(tx.connection(), person, actor).await?;
    let follower_count = count.ok_or(Error::NotFound("follow request"))?;
    notify(tx, actor, Cause::FollowRequest).await?;
    Ok(AnsweredRequest {
        user_id: person,
        is_followed_by: false,
        follower_count,
    })
}

/// Whoever makes an account public says so in the same transaction, after its row is changed: all who asked to follow it
/// do. What does not fit in one transaction is left to a job.
pub async fn accept_all(tx: &mut Tx, user: UserId) -> Result<()> {
    if accept_free(tx, user).await?.more {
        tx.enqueue(jobs::AcceptRequests { user_id: user }).await?;
    }
    Ok(())
}

/// The next slice, while the account is public; it stays so until this transaction has committed.
pub async fn accept_slice(tx: &mut Tx, user: UserId) -> Result<Accepted> {
    match sql::requests::hold_public(tx.connection(), user).await? {
        true => accept_free(tx, user).await,
        false => Ok(Accepted {
            count: 0,
            more: false,
        }),
    }
}

/// Takes the pairs that are free: whoever holds one may be waiting for the row of this person.
async fn accept_free(tx: &mut Tx, user: UserId) -> Result<Accepted> {
    let now = tx.now();
    let asked = sql::requests::lock_free(tx.connection(), user, SLICE).await?;
    let free = asked.iter().filter(|asked| asked.is_free);
    let free: Vec<Uuid> = free.map(|asked| asked.follower_id).collect();
    let ids: Vec<Uuid> = free.iter().map(|_| id_at(now)).collect();
    let count = match asked.last() {
        Some(last) if !free.is_empty() => {
            let last = last.place;
            sql::requests::accept_many(tx.connection(), user, &free, last, &ids, now).await?
        }
        _ => 0,
    };
    if count > 0 {
        notify(tx, user, Cause::FollowRequest).await?;
    }
    Ok(Accepted {
        count: usize::try_from(count).unwrap_or_default(),
        more: free.len() < asked.len() || asked.len() >= usize::try_from(SLICE).unwrap_or_default(),
    })
}

/// Who asks to follow `user`, the latest first.
pub async fn received(
    connection: &mut PgConnection,
    user: UserId,
    span: &Span,
) -> Result<Found<Requested>> {
    let rows = sql::requests::received(connection, user, span).await?;
    if let Some(found) = lists::whole(span, &rows) {
        return Ok(Found::exactly(rows, found));
    }
    let total = sql::requests::count_received(connection, user, lists::MOST_COUNTED).await?;
    Ok(Found::up_to(rows, total))
}

/// Whom `user` asks to follow, the latest first.
pub async fn sent(
    connection: &mut PgConnection,
    user: UserId,
    span: &Span,
) -> Result<Found<Requested>> {
    let rows = sql::requests::sent(connection, user, span).await?;
    if let Some(found) = lists::whole(span, &rows) {
        return Ok(Found::exactly(rows, found));
    }
    let total = sql::requests::count_sent(connection, user, lists::MOST_COUNTED).await?;
    Ok(Found::up_to(rows, total))
}

/// The requests of a page, with the cards of the others.
pub async fn requesters(
    connection: &mut PgConnection,
    viewer: UserId,
    page: &[Requested],
) -> Result<Vec<FollowRequest>> {
    let cards = lists::with_cards(connection, viewer, page, |row| row.person).await?;
    let requests = cards.into_iter().map(|(row, person)| FollowRequest {
        person,
        requested_at: row.at,
    });
    Ok(requests.collect())
}

impl Example for FollowRequest {
    fn example() -> Self {
        Self {
            person: PersonCard::example(),
            requested_at: DateTime::from_timestamp(1_731_672_600, 0).unwrap_or_default(),
        }
    }
}

impl Example for AnsweredRequest {
    fn example() -> Self {
        Self {
            user_id: UserId::example(),
            is_followed_by: true,
            follower_count: 41,
        }
    }
}
