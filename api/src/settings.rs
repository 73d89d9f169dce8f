//! What people set.

use std::sync::Arc;

use domain::people::Actor;
use domain::settings::{
    self, LanguageChange, NotificationChange, PrivacyChange, Settings, SettingsChange, ThemeChange,
};
use platform::Platform;
use poem_openapi::OpenApi;

use crate::answer::Ok200;
use crate::apis::Tag;
use crate::auth::Signed;
use crate::body::Body;
use crate::problem::Answer;

pub(crate) struct SettingsApi {
    platform: Arc<Platform>,
}

#[OpenApi(prefix_path = "/settings", tag = "Tag::Settings")]
impl SettingsApi {
    /// My settings
    ///
    /// All of them, with the defaults where nothing was set.
    #[oai(path = "/", method = "get", operation_id = "getSettings")]
    async fn show(&self, Signed(actor): Signed) -> Answer<Ok200<Settings>> {
        let mut connection = self.platform.db.acquire().await?;
        let defaults = &self.platform.config.people;
        let settings = settings::settings(&mut connection, defaults, actor.user).await?;
        Ok(Ok200::of(settings))
    }

    /// Change settings
    ///
    /// Only what is given changes, down to a single cell of the notifications. Answers all settings.
    #[oai(path = "/", method = "put", operation_id = "changeSettings")]
    async fn change(
        &self,
        Signed(actor): Signed,
        body: Body<SettingsChange>,
    ) -> Answer<Ok200<Settings>> {
        Ok(self.apply(actor, body.0).await?)
    }

    /// Change the language
    ///
    /// As BCP 47 writes it. Answers all settings.
    #[oai(path = "/language", method = "put", operation_id = "changeLanguage")]
    async fn language(
        &self,
        Signed(actor): Signed,
        body: Body<LanguageChange>,
    ) -> Answer<Ok200<Settings>> {
        let change = SettingsChange {
            language: Some(body.0.language),
            ..SettingsChange::default()
        };
        Ok(self.apply(actor, change).await?)
    }

    /// Change the theme
    ///
    /// Answers all settings.
    #[oai(path = "/theme", method = "put", operation_id = "changeTheme")]
    async fn theme(
        &self,
        Signed(actor): Signed,
        body: Body<ThemeChange>,
    ) -> Answer<Ok200<Settings>> {
        let change = SettingsChange {
            theme: Some(body.0.theme),
            ..SettingsChange::default()
        };
        Ok(self.apply(actor, change).await?)
    }

    /// Change notifications
    ///
    /// Only the switches that are given move. Nothing comes by a channel whose switch is off, whatever its cells say.
    /// Answers all settings.
    #[oai(
        path = "/notifications",
        method = "put",
        operation_id = "changeNotifications"
    )]
    async fn notifications(
        &self,
        Signed(actor): Signed,
        body: Body<NotificationChange>,
    ) -> Answer<Ok200<Settings>> {
        let defaults = &self.platform.config.people;
        let mut tx = self.platform.db.begin().await?;
        let settings =
            settings::change_notifications(&mut tx, defaults, actor.user, body.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(settings))
    }

    /// Change privacy
    ///
    /// Who sees and may do what. Only what is given changes. Answers all settings.
    #[oai(path = "/privacy", method = "put", operation_id = "changePrivacy")]
    async fn privacy(
        &self,
        Signed(actor): Signed,
        body: Body<PrivacyChange>,
    ) -> Answer<Ok200<Settings>> {
        let change = SettingsChange {
            privacy: Some(body.0),
            ..SettingsChange::default()
        };
        Ok(self.apply(actor, change).await?)
    }
}

impl SettingsApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }

    async fn apply(&self, actor: Actor, change: SettingsChange) -> domain::Result<Ok200<Settings>> {
        let defaults = &self.platform.config.people;
        let mut tx = self.platform.db.begin().await?;
        let settings = settings::change(&mut tx, defaults, actor.user, change).await?;
        tx.commit().await?;
        Ok(Ok200::of(settings))
    }
}
