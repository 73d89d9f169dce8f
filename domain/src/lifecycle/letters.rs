//! The mails of leaving. Each says how the world is when it is sent; none holds a word that its reader wrote.

use askama::Template;
use chrono::{DateTime, Utc};
use platform::Storage;
use platform::config::Config;
use platform::mail::Letter;
use sqlx::PgConnection;

use super::{exports, sql};
use crate::{Error, ExportId, Result, UserId};

#[derive(Template)]
#[template(path = "lifecycle/notice.html")]
struct Html<'a> {
    notice: &'a Notice,
}

#[derive(Template)]
#[template(path = "lifecycle/notice.txt")]
struct Text<'a> {
    notice: &'a Notice,
}

struct Notice {
    subject: &'static str,
    lines: Vec<String>,
    link: Option<Link>,
    footer: &'static str,
}

struct Link {
    label: &'static str,
    url: String,
}

/// That an export is ready, with its link, to an address that is proved. None: there is nothing to fetch or nobody to
/// tell.
pub async fn export_letter(
    connection: &mut PgConnection,
    storage: &Storage,
    id: ExportId,
    now: DateTime<Utc>,
) -> Result<Option<Letter>> {
    let Some(found) = sql::ready_export(connection, id, now).await? else {
        return Ok(None);
    };
    let grant = exports::grant(found.user_id, id, found.created_at, found.expires_at);
    let notice = Notice {
        subject: "Your data is ready",
        lines: vec![
            "you asked for the data that Commons holds of you. It is ready, in a zip.".to_owned(),
            format!(
                "The link works until {}, without signing in: keep this mail to yourself.",
                date(found.expires_at)
            ),
        ],
        link: Some(Link {
            label: "Fetch my data",
            url: storage.link(&grant),
        }),
        footer: "You did not ask for it? Then somebody is signed in to your account: change your password.",
    };
    notice.to(found.email).map(Some)
}

/// When the account will be deleted, and how to keep it. None: it stays, or there is no address.
pub async fn closing_letter(
    connection: &mut PgConnection,
    config: &Config,
    user: UserId,
) -> Result<Option<Letter>> {
    let Some(found) = sql::standing(connection, user).await? else {
        return Ok(None);
    };
    let (Some(email), Some(delete_at)) = (found.email, found.delete_at) else {
        return Ok(None);
    };
    let until = date(delete_at);
    let how = match found.suspended {
        true => "An administrator has closed your account; it cannot be signed in to any more."
            .to_owned(),
        false => format!(
            "You want to keep it? Sign in before then: {}",
            config.http.public_url
        ),
    };
    let notice = Notice {
        subject: "Your account will be deleted",
        lines: vec![
            format!("your account at Commons will be deleted on {until}, with all that is in it."),
            "Until then nobody sees it, and all its sessions are over.".to_owned(),
            how,
        ],
        link: None,
        footer: "You did not ask for it? Then sign in and change your password.",
    };
    notice.to(email).map(Some)
}

/// That the account stays. None: it does not, or there is no address.
pub async fn kept_letter(connection: &mut PgConnection, user: UserId) -> Result<Option<Letter>> {
    let Some(found) = sql::standing(connection, user).await? else {
        return Ok(None);
    };
    let (Some(email), None) = (found.email, found.delete_at) else {
        return Ok(None);
    };
    let notice = Notice {
        subject: "Your account stays",
        lines: vec![
            "you signed in again: your account at Commons will not be deleted.".to_owned(),
            "Others see it as before, and nothing was lost.".to_owned(),
        ],
        link: None,
        footer: "It was not you who signed in? Then change your password.",
    };
    notice.to(email).map(Some)
}

impl Notice {
    fn to(&self, email: String) -> Result<Letter> {
        let unwritten = |error| Error::Internal(format!("no letter: {error}"));
        Ok(Letter {
            to: email,
            subject: self.subject.to_owned(),
            text: Text { notice: self }.render().map_err(unwritten)?,
            html: Html { notice: self }.render().map_err(unwritten)?,
            unsubscribe: None,
        })
    }
}

fn date(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M UTC").to_string()
}
