//! Reading notifications, and deleting them.

use platform::Tx;
use poem_openapi::Object;
use poem_openapi::types::Example;
use uuid::Uuid;

use super::{Changed, sql};
use crate::{Error, NotificationId, Result, UserId};

/// A notification that was read.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(example)]
pub struct ReadState {
    pub id: NotificationId,
    /// Always true.
    pub is_read: bool,
    /// How many are unread now.
    pub unread_count: i64,
}

/// How far somebody has read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct ReadAllRequest {
    /// The `place` of the latest notification that was shown. Where nothing is said: all that there are when the request
    /// comes.
    pub up_to: Option<Uuid>,
}

/// Notifications that were read.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(example)]
pub struct ReadAll {
    /// How many were not read before.
    pub marked: i64,
    /// How many are unread now: what came meanwhile.
    pub unread_count: i64,
}

/// A notification that was deleted.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(example)]
pub struct Dismissed {
    pub id: NotificationId,
    /// How many are unread now.
    pub unread_count: i64,
}

/// Marks one as read. Doing it again changes nothing.
pub async fn read(tx: &mut Tx, user: UserId, id: NotificationId) -> Result<ReadState> {
    let now = tx.now();
    let changed = sql::reading::read(tx.connection(), user, id, now).await?;
    if changed.ok_or(Error::NotFound("notification"))? {
        Changed::default().tell(tx, user);
    }
    Ok(ReadState {
        id,
        is_read: true,
        unread_count: sql::reading::unread(tx.connection(), user).await?,
    })
}

/// Marks all as read that have been shown; what gains something meanwhile stays unread.
pub async fn read_all(tx: &mut Tx, user: UserId, request: &ReadAllRequest) -> Result<ReadAll> {
    let up_to = match request.up_to {
        Some(place) => Some(place),
        None => sql::places::latest(tx.connection(), user).await?,
    };
    let (up_to, now) = (up_to.unwrap_or(Uuid::nil()), tx.now());
    let marked = sql::reading::read_all(tx.connection(), user, up_to, now).await?;
    if marked > 0 {
        Changed::default().tell(tx, user);
    }
    Ok(ReadAll {
        marked: i64::try_from(marked).unwrap_or(i64::MAX),
        unread_count: sql::reading::unread(tx.connection(), user).await?,
    })
}

/// Deletes one. It is back, with all that happened on its day, when something new comes.
pub async fn dismiss(tx: &mut Tx, user: UserId, id: NotificationId) -> Result<Dismissed> {
    let now = tx.now();
    if !sql::reading::dismiss(tx.connection(), user, id, now).await? {
        return Err(Error::NotFound("notification"));
    }
    Changed { gone: vec![id] }.tell(tx, user);
    Ok(Dismissed {
        id,
        unread_count: sql::reading::unread(tx.connection(), user).await?,
    })
}

impl Example for ReadState {
    fn example() -> Self {
        Self {
            id: NotificationId::example(),
            is_read: true,
            unread_count: 3,
        }
    }
}

impl Example for ReadAllRequest {
    fn example() -> Self {
        Self {
            up_to: Some(NotificationId::example().0),
        }
    }
}

impl Example for ReadAll {
    fn example() -> Self {
        Self {
            marked: 4,
            unread_count: 0,
        }
    }
}

impl Example for Dismissed {
    fn example() -> Self {
        Self {
            id: NotificationId::example(),
            unread_count: 2,
        }
    }
}
