//! Notifications as they look to their reader: made in one place for the list and the stream, whole pages at a time.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use platform::config;
use poem_openapi::Object;
use poem_openapi::types::Example;
use sqlx::PgConnection;
use uuid::Uuid;

use super::texts::Summary;
use super::{TargetType, sql};
use crate::people::{self, PersonCard};
use crate::settings::{self, NotificationType};
use crate::{NotificationId, Result, Tongue, UserId};

/// Lists, and what is unread, are counted up to here.
pub(super) const MOST_COUNTED: i64 = 500;

/// What happened to a person, grouped by day.
#[derive(Clone, Debug, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct Notification {
    pub id: NotificationId,
    #[oai(rename = "type")]
    pub kind: NotificationType,
    /// What it is about. Absent where it is about the person themselves.
    pub target_type: Option<TargetType>,
    pub target_id: Option<Uuid>,
    /// Who did it last.
    pub actor: Option<PersonCard>,
    /// Those who did it last, at most eight.
    pub actors: Vec<PersonCard>,
    /// How many did it.
    pub actor_count: i64,
    /// It in words, in the language of the reader.
    pub content: String,
    pub is_read: bool,
    /// Where it stands: it moves up when something is added. The `id` of the event in the stream.
    pub place: Uuid,
    pub created_at: DateTime<Utc>,
    /// When something was last added.
    pub updated_at: DateTime<Utc>,
}

/// How many notifications are unread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Object)]
#[oai(example)]
pub struct UnreadCount {
    /// Counted up to 500.
    pub unread_count: i64,
}

/// Which notifications.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Those that are unread, or those that are read.
    pub unread: Option<bool>,
    pub kind: Option<NotificationType>,
    pub after: Option<Uuid>,
    pub offset: i64,
    pub limit: i64,
}

/// A part of the list, one longer than the limit where there are more.
#[derive(Clone, Debug)]
pub struct Found {
    pub rows: Vec<Notification>,
    pub total: i64,
    pub total_is_estimate: bool,
}

/// The latest first. What its reader may not see any more is left out.
pub async fn list(
    connection: &mut PgConnection,
    defaults: &config::People,
    user: UserId,
    filter: &Filter,
) -> Result<Found> {
    let rows = sql::reading::list(connection, user, filter).await?;
    let total = sql::reading::count(connection, user, filter).await?;
    Ok(Found {
        rows: shown(connection, defaults, user, rows).await?,
        total,
        total_is_estimate: total == MOST_COUNTED,
    })
}

/// Those after a place, the earliest first: what a stream has not shown yet.
pub async fn after(
    connection: &mut PgConnection,
    defaults: &config::People,
    user: UserId,
    place: Uuid,
    limit: i64,
) -> Result<Vec<Notification>> {
    let rows = sql::reading::after(connection, user, place, limit).await?;
    shown(connection, defaults, user, rows).await
}

/// The place after which all is yet to come.
pub async fn latest_place(connection: &mut PgConnection, user: UserId) -> Result<Uuid> {
    let latest = sql::places::latest(connection, user).await?;
    Ok(latest.unwrap_or(Uuid::nil()))
}

pub async fn unread_count(connection: &mut PgConnection, user: UserId) -> Result<UnreadCount> {
    let unread_count = sql::reading::unread(connection, user).await?;
    Ok(UnreadCount { unread_count })
}

async fn shown(
    connection: &mut PgConnection,
    defaults: &config::People,
    user: UserId,
    rows: Vec<sql::reading::Row>,
) -> Result<Vec<Notification>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let actors = rows.iter().flat_map(|row| &row.actor_ids);
    let actors: BTreeSet<UserId> = actors.copied().map(UserId).collect();
    let actors: Vec<UserId> = actors.into_iter().collect();
    let cards = people::cards(connection, user, &actors).await?;
    let cards: HashMap<Uuid, PersonCard> =
        cards.into_iter().map(|card| (card.id.0, card)).collect();
    let tongue = settings::tongue(connection, defaults, user).await?;
    let shown = rows.into_iter().map(|row| one(row, &cards, tongue));
    Ok(shown.collect())
}

fn one(row: sql::reading::Row, cards: &HashMap<Uuid, PersonCard>, tongue: Tongue) -> Notification {
    let actors = row.actor_ids.iter().filter_map(|id| cards.get(id));
    let actors: Vec<PersonCard> = actors.cloned().collect();
    // Those of the latest who are hidden by now do not count.
    let hidden = i64::try_from(row.actor_ids.len() - actors.len()).unwrap_or_default();
    let actor_count = i64::from(row.actor_count) - hidden;
    let names: Vec<&str> = actors.iter().map(|card| card.name.as_str()).collect();
    let summary = Summary {
        kind: row.kind,
        target: row.target_type,
        names: &names,
        count: actor_count,
        content: None,
    };
    // Words of its own stand alone: who wrote them stands beside.
    let words = row.content.clone();
    let content = words.unwrap_or_else(|| summary.text(tongue).to_string());
    Notification {
        id: row.id,
        kind: row.kind,
        target_type: row.target_type,
        target_id: row.target_id,
        actor: actors.first().cloned(),
        actors,
        actor_count,
        content,
        is_read: row.is_read,
        place: row.place,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

impl Example for Notification {
    fn example() -> Self {
        let at = DateTime::from_timestamp(1_731_672_600, 0).unwrap_or_default();
        Self {
            id: NotificationId::example(),
            kind: NotificationType::Like,
            target_type: Some(TargetType::Post),
            target_id: Some(NotificationId::example().0),
            actor: Some(PersonCard::example()),
            actors: vec![PersonCard::example()],
            actor_count: 13,
            content: "John and 12 others like your post".to_owned(),
            is_read: false,
            place: NotificationId::example().0,
            created_at: at,
            updated_at: at,
        }
    }
}

impl Example for UnreadCount {
    fn example() -> Self {
        Self { unread_count: 3 }
    }
}
