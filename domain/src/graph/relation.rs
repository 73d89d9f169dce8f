//! How two people stand to each other.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::sql;
use crate::{Result, UserId};

/// How a viewer stands to a person. Not for the wire as it is: nobody is told that they are blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    pub is_following: bool,
    /// The viewer asks to follow them, and waits.
    pub is_requested: bool,
    pub is_followed_by: bool,
    /// They ask to follow the viewer, and wait.
    pub is_asked_by: bool,
    pub is_blocked: bool,
    pub is_blocked_by: bool,
    pub is_muted: bool,
    /// None where the mute lasts until it is lifted.
    pub muted_until: Option<DateTime<Utc>>,
}

/// In one query, as of `now`. Between people and themselves there is nothing.
pub async fn relation(
    connection: &mut PgConnection,
    viewer: UserId,
    person: UserId,
    now: DateTime<Utc>,
) -> Result<Relation> {
    Ok(sql::relation(connection, viewer, person, now).await?)
}
