//! What people set: language, time zone, theme, [notifications], and who sees and may do what with them.

mod notifications;
mod sql;

pub use notifications::{
    Channel, Channels, ChannelsChange, NotificationChange, NotificationSettings, NotificationType,
    NotificationTypes, NotificationTypesChange, Notifications,
};

use platform::Tx;
use platform::config::{self, LanguageTag};
use poem_openapi::registry::MetaSchema;
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object};
use sqlx::PgConnection;

use crate::people::{self, Audience};
use crate::wire::{Fault, WireText, wire_text};
use crate::{Error, OnConstraint, Result, Tongue, UserId, graph, hashtags};

/// A language as BCP 47 writes it: `en`, `pt-BR`, `zh-Hant`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Language(LanguageTag);

wire_text!(Language);

/// A time zone as the world calls it: `Europe/Berlin`, `UTC`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timezone(String);

wire_text!(Timezone);

/// How an app looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum, sqlx::Type)]
#[oai(rename_all = "lowercase")]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum Theme {
    /// As the device does.
    #[default]
    System,
    Light,
    Dark,
}

/// Who may begin a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "lowercase")]
pub enum MessagesFrom {
    Everyone,
    Followers,
    Nobody,
}

/// How somebody becomes a follower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum FollowsBy {
    Everyone,
    /// The account is private: each follow takes its owner's consent.
    OnRequest,
}

/// All that a person set, with the defaults where they set nothing.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub struct Settings {
    pub language: Language,
    /// Where the person is: their weekly digest comes on Monday morning there.
    pub timezone: Timezone,
    pub theme: Theme,
    pub notifications: NotificationSettings,
    pub privacy: Privacy,
}

/// What changes; what is absent stays as it is.
#[derive(Clone, Debug, Default, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct SettingsChange {
    pub language: Option<Language>,
    pub timezone: Option<Timezone>,
    pub theme: Option<Theme>,
    pub notifications: Option<NotificationChange>,
    pub privacy: Option<PrivacyChange>,
}

/// Another language.
#[derive(Clone, Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct LanguageChange {
    pub language: Language,
}

/// Another theme.
#[derive(Clone, Copy, Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct ThemeChange {
    pub theme: Theme,
}

/// Who sees and may do what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Object)]
#[oai(example)]
pub struct Privacy {
    pub who_sees_last_seen: Audience,
    pub who_may_message: MessagesFrom,
    pub who_may_follow: FollowsBy,
    /// Whether those who have their number find them by it.
    pub found_by_phone: bool,
}

/// What changes of it; what is absent stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct PrivacyChange {
    pub who_sees_last_seen: Option<Audience>,
    pub who_may_message: Option<MessagesFrom>,
    pub who_may_follow: Option<FollowsBy>,
    pub found_by_phone: Option<bool>,
}

/// A person's settings.
pub async fn settings(
    connection: &mut PgConnection,
    defaults: &config::People,
    user: UserId,
) -> Result<Settings> {
    let kept = sql::settings(connection, user).await?;
    let kept = kept.ok_or(Error::NotFound("account"))?;
    Ok(Settings {
        language: kept
            .language
            .and_then(|tag| Language::read(&tag).ok())
            .unwrap_or_else(|| Language(defaults.language.clone())),
        timezone: Timezone(kept.timezone.unwrap_or_else(|| defaults.timezone.clone())),
        theme: kept.theme.unwrap_or_default(),
        notifications: Notifications(kept.notifications.0).shown(),
        privacy: Privacy {
            who_sees_last_seen: kept.last_seen_to,
            who_may_message: kept.messages_from.into(),
            who_may_follow: match kept.is_private {
                true => FollowsBy::OnRequest,
                false => FollowsBy::Everyone,
            },
            found_by_phone: kept.found_by_phone,
        },
    })
}

/// What a person wants to hear of: for whoever is about to tell them.
pub async fn notifications(connection: &mut PgConnection, user: UserId) -> Result<Notifications> {
    let moved = sql::notifications(connection, user).await?;
    Ok(Notifications(
        moved.map(|moved| moved.0).unwrap_or_default(),
    ))
}

/// In which language we speak to a person.
pub async fn tongue(
    connection: &mut PgConnection,
    defaults: &config::People,
    user: UserId,
) -> Result<Tongue> {
    let chosen = sql::language(connection, user).await?;
    let tag = chosen.as_deref().unwrap_or(defaults.language.as_str());
    Ok(Tongue::of(tag))
}

/// Changes what is given and nothing else: two who change different things at once both succeed.
pub async fn change(
    tx: &mut Tx,
    defaults: &config::People,
    user: UserId,
    change: SettingsChange,
) -> Result<Settings> {
    let now = tx.now();
    let moved = change
        .notifications
        .map(|moved| moved.moved("notifications."));
    let moved = moved.transpose()?.unwrap_or_default();
    let looks = sql::Looks {
        language: change.language.as_ref().map(|language| language.0.as_str()),
        timezone: change.timezone.as_ref().map(|zone| zone.0.as_str()),
        theme: change.theme,
    };
    if looks.are_given() || !moved.is_empty() {
        let kept = sql::keep(tx.connection(), user, looks, moved, now).await;
        kept.on_constraint("user_settings_timezone_known", unknown_timezone())?;
    }
    if let Some(privacy) = change.privacy {
        sql::keep_privacy(tx.connection(), user, privacy, now).await?;
        people::changed(tx, user).await?;
        if privacy.who_may_follow.is_some() {
            hashtags::author_changed(tx, user).await?;
        }
        if privacy.who_may_follow == Some(FollowsBy::Everyone) {
            graph::accept_all(tx, user).await?;
        }
    }
    settings(tx.connection(), defaults, user).await
}

/// The same for notifications alone.
pub async fn change_notifications(
    tx: &mut Tx,
    defaults: &config::People,
    user: UserId,
    change: NotificationChange,
) -> Result<Settings> {
    let (moved, now) = (change.moved("")?, tx.now());
    sql::keep(tx.connection(), user, sql::Looks::default(), moved, now).await?;
    settings(tx.connection(), defaults, user).await
}

/// Ends the mails of one kind, or the weekly digest, for somebody who clicked a link in one. Ending them again changes
/// nothing; nor does it where the account is gone.
pub async fn end_mails(tx: &mut Tx, user: UserId, kind: Option<NotificationType>) -> Result<()> {
    let (moved, now) = (notifications::without_mails(kind), tx.now());
    if sql::settings(tx.connection(), user).await?.is_some() {
        sql::keep(tx.connection(), user, sql::Looks::default(), moved, now).await?;
    }
    Ok(())
}

fn unknown_timezone() -> Error {
    Error::invalid("timezone", "unknown", "is not a time zone that we know")
}

impl From<Audience> for MessagesFrom {
    fn from(audience: Audience) -> Self {
        match audience {
            Audience::Everyone => Self::Everyone,
            Audience::Followers => Self::Followers,
            // No account has `contacts` here: a constraint says so.
            Audience::Contacts | Audience::Nobody => Self::Nobody,
        }
    }
}

impl From<MessagesFrom> for Audience {
    fn from(from: MessagesFrom) -> Self {
        match from {
            MessagesFrom::Everyone => Self::Everyone,
            MessagesFrom::Followers => Self::Followers,
            MessagesFrom::Nobody => Self::Nobody,
        }
    }
}

impl WireText for Language {
    const NAME: &'static str = "Language";

    fn read(text: &str) -> Result<Self, Fault> {
        let tag = text.trim().parse();
        tag.map(Self).map_err(|why| Fault::new("invalid", why))
    }

    fn show(&self) -> String {
        self.0.as_str().to_owned()
    }

    fn schema() -> MetaSchema {
        MetaSchema {
            min_length: Some(2),
            max_length: Some(10),
            example: Some("en".into()),
            ..MetaSchema::new("string")
        }
    }
}

impl WireText for Timezone {
    const NAME: &'static str = "Timezone";

    /// Whether there is one of this name, Postgres knows.
    fn read(text: &str) -> Result<Self, Fault> {
        let plain = |c: u8| c.is_ascii_alphanumeric() || b"_+-/".contains(&c);
        match (1..=64).contains(&text.len()) && text.bytes().all(plain) {
            true => Ok(Self(text.to_owned())),
            false => Err(Fault::new(
                "invalid",
                "is not a time zone such as Europe/Berlin",
            )),
        }
    }

    fn show(&self) -> String {
        self.0.clone()
    }

    fn schema() -> MetaSchema {
        MetaSchema {
            min_length: Some(1),
            max_length: Some(64),
            example: Some("Europe/Berlin".into()),
            ..MetaSchema::new("string")
        }
    }
}

impl Example for Timezone {
    fn example() -> Self {
        Self("Europe/Berlin".to_owned())
    }
}

impl Example for Language {
    fn example() -> Self {
        Self(LanguageTag::ENGLISH)
    }
}

impl Example for Settings {
    fn example() -> Self {
        Self {
            language: Language::example(),
            timezone: Timezone::example(),
            theme: Theme::System,
            notifications: NotificationSettings::example(),
            privacy: Privacy::example(),
        }
    }
}

impl Example for SettingsChange {
    fn example() -> Self {
        Self {
            language: Some(Language::example()),
            timezone: Some(Timezone::example()),
            theme: Some(Theme::Dark),
            notifications: Some(NotificationChange::example()),
            privacy: Some(PrivacyChange::example()),
        }
    }
}

impl Example for LanguageChange {
    fn example() -> Self {
        Self {
            language: Language::example(),
        }
    }
}

impl Example for ThemeChange {
    fn example() -> Self {
        Self { theme: Theme::Dark }
    }
}

impl Example for Privacy {
    fn example() -> Self {
        Self {
            who_sees_last_seen: Audience::Everyone,
            who_may_message: MessagesFrom::Everyone,
            who_may_follow: FollowsBy::Everyone,
            found_by_phone: true,
        }
    }
}

impl Example for PrivacyChange {
    fn example() -> Self {
        Self {
            who_sees_last_seen: Some(Audience::Contacts),
            who_may_message: Some(MessagesFrom::Followers),
            who_may_follow: Some(FollowsBy::OnRequest),
            found_by_phone: Some(false),
        }
    }
}
