//! Text messages: by Twilio's REST API, or as files in the folder of the mails where Twilio is not configured.

use std::time::Duration;

use reqwest::{Client, Response};
use serde::Deserialize;

use crate::Clock;
use crate::config::{self, Sender, SmsRoute};
use crate::outbox::Outbox;
use crate::provider::{client, is_passing, reason, retry_after};

/// A text as a feature writes it.
#[derive(Clone, PartialEq, Eq)]
pub struct Text {
    /// `+4915123456789`
    pub to: String,
    pub body: String,
}

/// What goes wrong is told without the number and without the text: the text is a secret.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    /// Twilio will not send it, now or later; the number is its own, and says why.
    #[error("the text was refused: status {status}, Twilio's code {code}")]
    Refused { status: u16, code: u32 },
    /// Worth another try.
    #[error("the text was not sent: {why}")]
    NotSent {
        why: String,
        /// So long Twilio asks to be left alone.
        after: Option<Duration>,
    },
}

/// What Twilio calls numbers that no text reaches: no number, a region that is closed, the owner said stop, unreachable,
/// not mobile, a landline.
const UNREACHABLE: [u32; 7] = [21211, 21217, 21408, 21610, 21612, 21614, 21635];

impl TextError {
    /// Whether it is about the number alone: another text to another number would go.
    pub fn is_about_the_number(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if UNREACHABLE.contains(code))
    }
}

#[derive(Clone)]
pub struct Texter {
    route: Route,
}

#[derive(Clone)]
enum Route {
    Twilio {
        http: Client,
        twilio: Box<config::Twilio>,
    },
    Folder(Outbox),
}

#[derive(Debug, thiserror::Error)]
#[error("no client for Twilio: {0}")]
pub struct SmsSetupError(#[from] reqwest::Error);

impl Texter {
    /// The folder of the mails keeps the texts where there is no provider.
    pub fn new(
        config: &config::Sms,
        mail: &config::Mail,
        clock: Clock,
    ) -> Result<Self, SmsSetupError> {
        let route = match &config.route {
            SmsRoute::Folder => Route::Folder(Outbox::new(mail.folder.clone(), clock, "sms")),
            SmsRoute::Twilio(twilio) => Route::Twilio {
                http: client(mail.patience)?,
                twilio: Box::new(twilio.clone()),
            },
        };
        Ok(Self { route })
    }

    /// Sends `text`. Twilio knows no name for a request: sent again after a crash, it may arrive twice.
    pub async fn send(&self, text: &Text) -> Result<(), TextError> {
        match &self.route {
            Route::Twilio { http, twilio } => by_twilio(http, twilio, text).await,
            Route::Folder(outbox) => {
                let content = format!("To: {}\n\n{}\n", text.to, text.body);
                outbox.keep(content.as_bytes()).await.map_err(not_sent)
            }
        }
    }

    /// The newest texts of the folder that stands in for Twilio, by name and source; none with Twilio.
    pub async fn kept(&self, most: usize) -> std::io::Result<Vec<(String, String)>> {
        match &self.route {
            Route::Folder(outbox) => outbox.kept(most).await,
            Route::Twilio { .. } => Ok(Vec::new()),
        }
    }
}

async fn by_twilio(http: &Client, twilio: &config::Twilio, text: &Text) -> Result<(), TextError> {
    let account = &twilio.account_sid;
    let url = format!(
        "{}/2010-04-01/Accounts/{account}/Messages.json",
        twilio.base_url
    );
    let sender = match &twilio.sender {
        Sender::Number(number) => ("From", number.as_str()),
        Sender::Service(service) => ("MessagingServiceSid", service.as_str()),
    };
    let response = http
        .post(url)
        .basic_auth(account, Some(twilio.auth_token.expose()))
        .form(&[("To", text.to.as_str()), sender, ("Body", &text.body)])
        .send()
        .await
        .map_err(|error| not_sent(reason(error)))?;
    match response.status() {
        status if status.is_success() => Ok(()),
        status if is_passing(status) => Err(TextError::NotSent {
            why: format!("Twilio answered {}", status.as_u16()),
            after: retry_after(response.headers()),
        }),
        status => Err(TextError::Refused {
            status: status.as_u16(),
            code: code(response).await,
        }),
    }
}

/// Of all that Twilio says of a refusal its number alone: the words repeat what was sent. Zero where it says none.
async fn code(response: Response) -> u32 {
    #[derive(Deserialize)]
    struct Refusal {
        code: u32,
    }
    let body = response.bytes().await.unwrap_or_default();
    serde_json::from_slice(&body).map_or(0, |refusal: Refusal| refusal.code)
}

fn not_sent(why: String) -> TextError {
    TextError::NotSent { why, after: None }
}
