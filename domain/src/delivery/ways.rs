//! What a notification looks like on each of its ways. It is written when it leaves: whatever was read, deleted, hidden or
//! switched off meanwhile is not sent.

use std::collections::BTreeMap;

use askama::Template;
use chrono::{DateTime, Utc};
use platform::config::Config;
use platform::mail::Letter;
use platform::push::Push;
use platform::secret::Secret;
use platform::sms::Text;
use sqlx::PgConnection;

use super::claims::{self, Claim, Ready, Way};
use super::jobs::{SendNotificationMail, SendNotificationText, SendPush};
use super::sql;
use super::unsubscribe::{Subscription, UnsubscribeToken};
use crate::notifications::{Summary, TargetType, Text as Words};
use crate::settings::{self, Channel, NotificationType};
use crate::{Error, NotificationId, Result, Tongue};

const NOTHING: &str = "there is nothing to tell any more";

/// What is said, and to whom.
struct Said {
    told: sql::Told,
    kind: NotificationType,
    tongue: Tongue,
    words: Words,
}

impl sql::Told {
    fn words(&self, kind: NotificationType, tongue: Tongue) -> Words {
        let names: Vec<&str> = self.actors.iter().map(String::as_str).collect();
        let summary = Summary {
            kind,
            target: self.target_type.as_deref().and_then(TargetType::named),
            names: &names,
            count: self.actor_count.into(),
            content: self.content.as_deref(),
        };
        summary.text(tongue)
    }
}

impl Said {
    /// None where there is nothing to say, or its reader does not want to hear it this way.
    async fn by(
        connection: &mut PgConnection,
        config: &Config,
        (notification, channel): (NotificationId, Channel),
        now: DateTime<Utc>,
    ) -> Result<Option<Self>> {
        let Some(told) = sql::told(connection, notification, now).await? else {
            return Ok(None);
        };
        let Some(kind) = told.kind() else {
            return Ok(None);
        };
        let wanted = settings::notifications(connection, told.user_id).await?;
        if !wanted.allows(kind, channel) {
            return Ok(None);
        }
        let language = told.language.as_deref();
        let tongue = Tongue::of(language.unwrap_or(config.people.language.as_str()));
        let words = told.words(kind, tongue);
        Ok(Some(Self {
            told,
            kind,
            tongue,
            words,
        }))
    }
}

/// A push to one device.
pub async fn push(
    connection: &mut PgConnection,
    config: &Config,
    job: &SendPush,
    now: DateTime<Utc>,
) -> Result<Ready<Claim, Push>> {
    let what = (job.notification_id, Channel::Push);
    let Some(said) = Said::by(connection, config, what, now).await? else {
        return Ok(Ready::Over(NOTHING));
    };
    if said.told.place != job.place {
        return Ok(Ready::Over("it gained something, which another push tells"));
    }
    let token = sql::token(connection, job.device_id, said.told.user_id, now).await?;
    let Some(token) = token else {
        return Ok(Ready::Over("the device is gone"));
    };
    let way = Way {
        notification: job.notification_id,
        channel: Channel::Push,
        device: Some(job.device_id),
        place: job.place,
    };
    claims::begin(connection, way, said.push(token), now).await
}

impl Said {
    fn push(self, token: String) -> Push {
        let mut data = BTreeMap::from([
            ("notification_id", self.told.id.to_string()),
            ("type", self.told.kind),
        ]);
        if let (Some(kind), Some(id)) = (self.told.target_type, self.told.target_id) {
            data.extend([("target_type", kind), ("target_id", id.to_string())]);
        }
        Push {
            token: Secret::new(token),
            title: self.words.title().to_owned(),
            body: self.words.body().to_owned(),
            data,
            collapse: self.told.id.to_string(),
        }
    }
}

#[derive(Template)]
#[template(path = "delivery/notification.html")]
struct Html<'a> {
    note: &'a Note<'a>,
}

#[derive(Template)]
#[template(path = "delivery/notification.txt")]
struct Plain<'a> {
    note: &'a Note<'a>,
}

struct Note<'a> {
    lang: &'static str,
    hello: &'static str,
    words: &'a Words,
    open: &'static str,
    link: &'a str,
    why: &'static str,
    end: &'static str,
    unsubscribe: &'a str,
}

/// A mail to an address that is proved, with the link that ends such mails.
pub async fn letter(
    connection: &mut PgConnection,
    config: &Config,
    job: &SendNotificationMail,
    now: DateTime<Utc>,
) -> Result<Ready<Claim, Letter>> {
    let (notification, channel) = (job.notification_id, Channel::Email);
    let Some(said) = Said::by(connection, config, (notification, channel), now).await? else {
        return Ok(Ready::Over(NOTHING));
    };
    let Some(to) = &said.told.email else {
        return Ok(Ready::Over("there is no address to write to"));
    };
    let letter = said.letter(config, to)?;
    let way = Way {
        notification,
        channel,
        device: None,
        place: job.place,
    };
    claims::begin(connection, way, letter, now).await
}

impl Said {
    fn letter(&self, config: &Config, to: &str) -> Result<Letter> {
        let tongue = self.tongue;
        let of = Subscription::Kind(self.kind);
        let token = UnsubscribeToken::sign(self.told.user_id, of, &config.auth.keys)?;
        let unsubscribe = token.link(config);
        let note = Note {
            lang: tongue.code(),
            hello: tongue.pick("Hello,", "Hallo,"),
            words: &self.words,
            open: tongue.pick("Open", "Öffnen"),
            link: app_url(config),
            why: tongue.pick(
                "You get this mail because you want to hear of this by e-mail.",
                "Du bekommst diese Mail, weil du davon per E-Mail hören möchtest.",
            ),
            end: tongue.pick("No more mails like this", "Keine solchen Mails mehr"),
            unsubscribe: &unsubscribe,
        };
        let (html, text) = (Html { note: &note }, Plain { note: &note });
        Ok(Letter {
            to: to.to_owned(),
            subject: one_line(&self.words.to_string()),
            text: text.render().map_err(unwritten)?,
            html: html.render().map_err(unwritten)?,
            unsubscribe: Some(unsubscribe.clone()),
        })
    }
}

/// A text message to a number that is proved.
pub async fn text_message(
    connection: &mut PgConnection,
    config: &Config,
    job: &SendNotificationText,
    now: DateTime<Utc>,
) -> Result<Ready<Claim, Text>> {
    let (notification, channel) = (job.notification_id, Channel::Sms);
    let Some(said) = Said::by(connection, config, (notification, channel), now).await? else {
        return Ok(Ready::Over(NOTHING));
    };
    let Some(to) = said.told.phone else {
        return Ok(Ready::Over("there is no number to write to"));
    };
    let house = config.mail.house();
    let body = one_line(&format!("{house}: {}", said.words));
    let text = Text { to, body };
    let way = Way {
        notification,
        channel,
        device: None,
        place: job.place,
    };
    claims::begin(connection, way, text, now).await
}

/// Where people open the application.
pub(super) fn app_url(config: &Config) -> &str {
    let own = config.delivery.app_url.as_deref();
    own.unwrap_or(&config.http.public_url)
}

pub(super) fn unwritten(why: askama::Error) -> Error {
    Error::Internal(format!("no letter: {why}"))
}

/// A subject and a text message are short; a name may be anything.
fn one_line(text: &str) -> String {
    const MOST: usize = 140;
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
