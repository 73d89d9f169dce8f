//! The mail that tells a person that their second factor changed, or that a recovery code was used: if it was not them,
//! they have to know.

use askama::Template;
use chrono::{DateTime, Utc};
use platform::mail::Letter;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::sql;
use crate::identity::jobs::SendSecondFactorMail;
use crate::{Error, Result};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    On,
    Off,
    RecoveryCodesRenewed,
    RecoveryCodeUsed,
    Guessed,
}

impl Notice {
    fn subject(self) -> &'static str {
        match self {
            Self::On => "Two-factor sign-in is on",
            Self::Off => "Two-factor sign-in is off",
            Self::RecoveryCodesRenewed => "Your recovery codes are new",
            Self::RecoveryCodeUsed => "A recovery code was used",
            Self::Guessed => "Somebody guesses at your codes",
        }
    }

    fn story(self, left: i64) -> String {
        match self {
            Self::On => "Signing in to your account now takes a code of your authenticator. Keep your recovery codes where you find them without your phone.".to_owned(),
            Self::Off => "Signing in to your account no longer takes a code of your authenticator.".to_owned(),
            Self::RecoveryCodesRenewed => "Your account has a new set of recovery codes. Those of before no longer work.".to_owned(),
            Self::Guessed => "Several wrong codes were shown for your account. Nobody came in with them, but whoever did it could sign in as far as that.".to_owned(),
            Self::RecoveryCodeUsed => format!(
                "Somebody signed in to your account with one of your recovery codes. It works no more; {left} {} left.",
                if left == 1 { "is" } else { "are" }
            ),
        }
    }
}

#[derive(Template)]
#[template(path = "identity/second_factor.html")]
struct Html<'a> {
    subject: &'a str,
    story: &'a str,
    at: &'a str,
}

#[derive(Template)]
#[template(path = "identity/second_factor.txt")]
struct Text<'a> {
    story: &'a str,
    at: &'a str,
}

/// To the address the person has proved; whose another one is, nobody knows. None: there is no such address.
pub async fn second_factor_letter(
    connection: &mut PgConnection,
    job: &SendSecondFactorMail,
) -> Result<Option<Letter>> {
    let Some(person) = sql::addressee(connection, job.user_id).await? else {
        return Ok(None);
    };
    let unwritten = |error: askama::Error| Error::Internal(format!("no letter: {error}"));
    let subject = job.notice.subject();
    let (story, at) = (job.notice.story(person.recovery_codes_left), moment(job.at));
    let html = Html {
        subject,
        story: &story,
        at: &at,
    };
    let text = Text {
        story: &story,
        at: &at,
    };
    Ok(Some(Letter {
        to: person.email.as_str().to_owned(),
        subject: subject.to_owned(),
        text: text.render().map_err(unwritten)?,
        html: html.render().map_err(unwritten)?,
        unsubscribe: None,
    }))
}

fn moment(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M UTC").to_string()
}
