//! E-mail: by SMTP, or as files in a folder where no server is configured.

mod smtp;

use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::Error as SmtpError;

use crate::Clock;
use crate::config::{self, MailRoute};
use crate::outbox::Outbox;

use smtp::Smtp;

/// A mail as a feature writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// Where one click ends mails such as this one, without signing in: for those that were not asked for one by one.
    pub unsubscribe: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The server (or the address) will not take it, now or later.
    #[error("the mail was refused: {0}")]
    Refused(String),
    /// Worth another try.
    #[error("the mail was not delivered: {0}")]
    NotDelivered(String),
}

#[derive(Clone)]
pub struct Mailer {
    from: Mailbox,
    route: Route,
    clock: Clock,
}

#[derive(Clone)]
enum Route {
    Smtp(Smtp),
    Folder(Outbox),
}

#[derive(Debug, thiserror::Error)]
pub enum MailSetupError {
    #[error("MAIL_FROM is not an address: {0}")]
    From(#[from] lettre::address::AddressError),
    #[error("SMTP_URL is wrong: {0}")]
    Url(#[from] SmtpError),
}

impl Mailer {
    pub fn new(config: &config::Mail, clock: Clock) -> Result<Self, MailSetupError> {
        let route = match &config.route {
            MailRoute::Folder => {
                Route::Folder(Outbox::new(config.folder.clone(), clock.clone(), "eml"))
            }
            MailRoute::Smtp(url) => Route::Smtp(Smtp::new(url.expose(), config.patience)?),
        };
        Ok(Self {
            from: config.from.parse()?,
            route,
            clock,
        })
    }

    /// Sends `letter`. `id` makes the Message-ID: the same mail sent twice after a crash is one to most mailboxes.
    pub async fn send(&self, letter: &Letter, id: uuid::Uuid) -> Result<(), MailError> {
        let message = self.message(letter, id)?;
        match &self.route {
            Route::Smtp(smtp) => smtp.send(message).await,
            Route::Folder(outbox) => outbox
                .keep(&message.formatted())
                .await
                .map_err(MailError::NotDelivered),
        }
    }

    /// The newest mails of the folder that stands in for a mail server, by name and source; none with a server.
    pub async fn kept(&self, most: usize) -> std::io::Result<Vec<(String, String)>> {
        match &self.route {
            Route::Folder(outbox) => outbox.kept(most).await,
            Route::Smtp(_) => Ok(Vec::new()),
        }
    }

    fn message(&self, letter: &Letter, id: uuid::Uuid) -> Result<Message, MailError> {
        let refused = |error: &dyn std::fmt::Display| MailError::Refused(error.to_string());
        let to: Mailbox = letter
            .to
            .parse()
            .map_err(|error: lettre::address::AddressError| refused(&error))?;
        let domain = self.from.email.domain();
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(&letter.subject)
            .message_id(Some(format!("<{id}@{domain}>")))
            .date(self.clock.now().into())
            .multipart(MultiPart::alternative_plain_html(
                letter.text.clone(),
                letter.html.clone(),
            ))
            .map_err(|error| refused(&error))?;
        if let Some(link) = &letter.unsubscribe {
            // RFC 8058: the programs that read mails show a button, and post to the link.
            let headers = message.headers_mut();
            headers.insert_raw(header("List-Unsubscribe", format!("<{link}>")));
            let post = "List-Unsubscribe=One-Click".to_owned();
            headers.insert_raw(header("List-Unsubscribe-Post", post));
        }
        Ok(message)
    }
}

/// A header of plain ASCII, which must not be folded: a link in two halves is none.
fn header(name: &'static str, value: String) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str(name);
    HeaderValue::dangerous_new_pre_encoded(name, value.clone(), value)
}
