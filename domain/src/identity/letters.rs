//! Mails of the ways in. None holds a word that somebody else wrote: whoever asks for a mail may not be its reader, and
//! must not get to write to strangers in our name.

use askama::Template;
use chrono::{DateTime, Utc};
use platform::config::Config;
use platform::mail::Letter;

use super::links::LinkToken;
use crate::people::Email;
use crate::{Error, Result};

#[derive(Template)]
#[template(path = "identity/verification.html")]
struct VerificationHtml<'a> {
    subject: &'a str,
    is_change: bool,
    link: &'a str,
    until: &'a str,
}

#[derive(Template)]
#[template(path = "identity/verification.txt")]
struct VerificationText<'a> {
    is_change: bool,
    link: &'a str,
    until: &'a str,
}

/// A link that proves an address: that of a new account, or the one that shall be an account's.
pub(super) fn verification(
    config: &Config,
    to: &Email,
    token: &LinkToken,
    (expires_at, is_change): (DateTime<Utc>, bool),
) -> Result<Letter> {
    let subject = "Please confirm your e-mail address";
    let (link, until) = (
        format!(
            "{}/api/v1/auth/verify-email?token={}",
            config.http.public_url,
            token.as_str()
        ),
        readable(expires_at),
    );
    let html = VerificationHtml {
        subject,
        is_change,
        link: &link,
        until: &until,
    };
    let text = VerificationText {
        is_change,
        link: &link,
        until: &until,
    };
    letter(to, subject, &html, &text)
}

#[derive(Template)]
#[template(path = "identity/reset.html")]
struct ResetHtml<'a> {
    subject: &'a str,
    link: &'a str,
    until: &'a str,
}

#[derive(Template)]
#[template(path = "identity/reset.txt")]
struct ResetText<'a> {
    link: &'a str,
    until: &'a str,
}

/// A link to a new password: to the page that operators name, or to our own.
pub(super) fn reset(
    config: &Config,
    to: &Email,
    token: &LinkToken,
    expires_at: DateTime<Utc>,
) -> Result<Letter> {
    let subject = "Your new password";
    let own = || format!("{}/api/v1/auth/reset-password", config.http.public_url);
    let page = config.auth.reset_url.clone().unwrap_or_else(own);
    let joint = if page.contains('?') { '&' } else { '?' };
    let link = format!("{page}{joint}token={}", token.as_str());
    let until = readable(expires_at);
    let html = ResetHtml {
        subject,
        link: &link,
        until: &until,
    };
    let text = ResetText {
        link: &link,
        until: &until,
    };
    letter(to, subject, &html, &text)
}

/// What somebody has to know about their account.
pub(super) struct Notice {
    subject: &'static str,
    said: &'static str,
    advice: &'static str,
}

pub(super) const PASSWORD_CHANGED: Notice = Notice {
    subject: "Your password was changed",
    said: "the password of your account at Commons was changed, and other devices were signed out.",
    advice: "If this was you, there is nothing to do. If not, ask for a new password at once, where you sign in.",
};

pub(super) const PHONE_SET: Notice = Notice {
    subject: "A number for your account",
    said: "a phone number was added to your account at Commons, in place of any before. Codes sent to it open the account.",
    advice: "If this was you, there is nothing to do. If not, change your password at once, and take the number away.",
};

pub(super) const PHONE_REMOVED: Notice = Notice {
    subject: "Your number was removed",
    said: "the phone number of your account at Commons was taken away. Codes sent to it open the account no more.",
    advice: "If this was you, there is nothing to do. If not, change your password at once.",
};

pub(super) const LINKED: Notice = Notice {
    subject: "Another way into your account",
    said: "an account elsewhere was linked to yours at Commons. Whoever signs in there gets in here.",
    advice: "If this was you, there is nothing to do. If not, unlink it at once, and change your password.",
};

pub(super) const UNLINKED: Notice = Notice {
    subject: "One way less into your account",
    said: "an account elsewhere was unlinked from yours at Commons. It does not let you in any more.",
    advice: "If this was you, there is nothing to do. If not, change your password at once.",
};

pub(super) const ADDRESS_CHANGES: Notice = Notice {
    subject: "Another address for your account",
    said: "somebody, hopefully you, asked to use another e-mail address for your account at Commons, and knew its \
           password.",
    advice: "If this was you, follow the link in the mail to the new address. If not, change your password at once: \
             then that link is worth nothing.",
};

pub(super) const ADDRESS_KNOWN: Notice = Notice {
    subject: "You have an account already",
    said: "somebody, hopefully you, wanted to use this e-mail address for an account at Commons. It has one already.",
    advice: "If this was you, sign in with the account you have, or ask for a new password there. If not, there is \
             nothing to do.",
};

#[derive(Template)]
#[template(path = "identity/notice.html")]
struct NoticeHtml<'a> {
    notice: &'a Notice,
}

#[derive(Template)]
#[template(path = "identity/notice.txt")]
struct NoticeText<'a> {
    notice: &'a Notice,
}

pub(super) fn notice(to: &Email, notice: &Notice) -> Result<Letter> {
    letter(
        to,
        notice.subject,
        &NoticeHtml { notice },
        &NoticeText { notice },
    )
}

fn letter(to: &Email, subject: &str, html: &impl Template, text: &impl Template) -> Result<Letter> {
    let unwritten = |why: askama::Error| Error::Internal(format!("no letter: {why}"));
    Ok(Letter {
        to: to.as_str().to_owned(),
        subject: subject.to_owned(),
        text: text.render().map_err(unwritten)?,
        html: html.render().map_err(unwritten)?,
        unsubscribe: None,
    })
}

fn readable(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M UTC").to_string()
}
