//! Every statement about settings.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use sqlx::types::Json;

use super::notifications::Moved;
use super::{FollowsBy, PrivacyChange, Theme};
use crate::UserId;
use crate::people::Audience;

type Time = DateTime<Utc>;
type Result<T> = std::result::Result<T, sqlx::Error>;

pub(super) struct Kept {
    pub(super) language: Option<String>,
    pub(super) timezone: Option<String>,
    pub(super) theme: Option<Theme>,
    pub(super) notifications: Json<Moved>,
    pub(super) last_seen_to: Audience,
    pub(super) messages_from: Audience,
    pub(super) is_private: bool,
    pub(super) found_by_phone: bool,
}

pub(super) async fn settings(connection: &mut PgConnection, user: UserId) -> Result<Option<Kept>> {
    sqlx::query_as!(
        Kept,
        "select kept.language as \"language?\", kept.timezone as \"timezone?\", kept.theme as \"theme?: Theme\",
                coalesce(kept.notifications, '{}') as \"notifications!: Json<Moved>\",
                users.last_seen_to as \"last_seen_to: Audience\", users.messages_from as \"messages_from: Audience\",
                users.is_private, users.found_by_phone
         from users left join user_settings as kept on kept.user_id = users.id where users.id = $1",
        user.0,
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn notifications(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Option<Json<Moved>>> {
    sqlx::query_scalar!(
        "select notifications as \"notifications: Json<Moved>\" from user_settings where user_id = $1",
        user.0,
    )
    .fetch_optional(connection)
    .await
}

/// What is none of the switches; absent stays as it is.
#[derive(Clone, Copy, Default)]
pub(super) struct Looks<'a> {
    pub(super) language: Option<&'a str>,
    pub(super) timezone: Option<&'a str>,
    pub(super) theme: Option<Theme>,
}

impl Looks<'_> {
    pub(super) fn are_given(self) -> bool {
        self.language.is_some() || self.timezone.is_some() || self.theme.is_some()
    }
}

pub(super) async fn language(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Option<String>> {
    let kept = sqlx::query_scalar!(
        "select language from user_settings where user_id = $1",
        user.0,
    );
    Ok(kept.fetch_optional(connection).await?.flatten())
}

/// Writes what is given over what is there; of two at once the second writes over what the first left.
pub(super) async fn keep(
    connection: &mut PgConnection,
    user: UserId,
    looks: Looks<'_>,
    moved: Moved,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "insert into user_settings as kept (user_id, language, theme, notifications, created_at, updated_at, timezone)
         values ($1, $2, $3, $4, $5, $5, $6)
         on conflict (user_id) do update
         set language = coalesce(excluded.language, kept.language), theme = coalesce(excluded.theme, kept.theme),
             timezone = coalesce(excluded.timezone, kept.timezone),
             notifications = kept.notifications || excluded.notifications, updated_at = excluded.updated_at",
        user.0,
        looks.language,
        looks.theme as Option<Theme>,
        Json(moved) as Json<Moved>,
        now,
        looks.timezone,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn keep_privacy(
    connection: &mut PgConnection,
    user: UserId,
    privacy: PrivacyChange,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "update users set last_seen_to = coalesce($2, last_seen_to), messages_from = coalesce($3, messages_from),
                          is_private = coalesce($4, is_private), found_by_phone = coalesce($5, found_by_phone),
                          updated_at = $6
         where id = $1",
        user.0,
        privacy.who_sees_last_seen as Option<Audience>,
        privacy.who_may_message.map(Audience::from) as Option<Audience>,
        privacy.who_may_follow.map(|by| by == FollowsBy::OnRequest),
        privacy.found_by_phone,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}
