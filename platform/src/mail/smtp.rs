//! A mail server, and the connections to it that are kept for the next mail.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lettre::transport::smtp;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::MailError;

type Connections = AsyncSmtpTransport<Tokio1Executor>;

#[derive(Clone)]
pub(super) struct Smtp {
    builder: smtp::AsyncSmtpTransportBuilder,
    connections: Arc<Mutex<Connections>>,
    patience: Duration,
}

impl Smtp {
    pub(super) fn new(url: &str, patience: Duration) -> Result<Self, smtp::Error> {
        let builder = Connections::from_url(url)?.timeout(Some(patience));
        Ok(Self {
            connections: Arc::new(Mutex::new(builder.clone().build())),
            builder,
            patience,
        })
    }

    pub(super) async fn send(&self, message: Message) -> Result<(), MailError> {
        let mut exchange = Exchange {
            smtp: self,
            is_over: false,
        };
        // The client's own patience ends with connecting.
        let connections = self.connections();
        let answer = tokio::time::timeout(self.patience, connections.send(message)).await;
        exchange.is_over = answer.is_ok();
        match answer {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.is_permanent() => Err(MailError::Refused(error.to_string())),
            Ok(Err(error)) => Err(MailError::NotDelivered(error.to_string())),
            Err(_) => {
                let why = "timeout: the mail server says nothing";
                Err(MailError::NotDelivered(why.to_owned()))
            }
        }
    }

    fn connections(&self) -> Connections {
        let kept = self.connections.lock();
        kept.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A mail that is being sent.
struct Exchange<'a> {
    smtp: &'a Smtp,
    is_over: bool,
}

impl Drop for Exchange<'_> {
    /// Where it was given up in the middle, its connection is kept although an answer is still to come, which the next mail
    /// would take for its own. Nobody uses the connections of that time again.
    fn drop(&mut self) {
        if !self.is_over {
            let kept = self.smtp.connections.lock();
            *kept.unwrap_or_else(PoisonError::into_inner) = self.smtp.builder.clone().build();
        }
    }
}
