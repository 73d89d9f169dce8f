//! Pushes to telephones and browsers: by FCM's HTTP v1 API, or as files in the folder of the mails where FCM is not
//! configured.

mod access;
mod fcm;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::Clock;
use crate::config::{self, PushRoute};
use crate::outbox::Outbox;
use crate::secret::Secret;

use fcm::Fcm;

/// A push as a feature writes it.
#[derive(Clone, Debug)]
pub struct Push {
    /// Names the installation; whoever knows it and our key can write to it.
    pub token: Secret,
    pub title: String,
    pub body: String,
    /// For the application.
    pub data: BTreeMap<&'static str, String>,
    /// A later push of the same word takes the place of the one that is shown. At most 64 bytes.
    pub collapse: String,
}

/// What goes wrong is told without the token.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// There is no such installation any more, or it was never ours.
    #[error("the installation is gone: {0}")]
    Gone(String),
    /// Worth another try.
    #[error("the push was not sent: {why}")]
    NotSent {
        why: String,
        /// So long FCM asks to be left alone.
        after: Option<Duration>,
    },
    /// We are not let in, or the push is not as FCM wants it: an operator has to look.
    #[error("the push was refused: {0}")]
    Refused(String),
}

#[derive(Debug, thiserror::Error)]
pub enum PushSetupError {
    #[error("no client for FCM: {0}")]
    Client(#[from] reqwest::Error),
    #[error("FCM_CREDENTIALS is wrong: {0}")]
    Key(&'static str),
}

#[derive(Clone)]
pub struct Pusher {
    route: Route,
}

#[derive(Clone)]
enum Route {
    Fcm(Arc<Fcm>),
    Folder(Outbox),
}

impl Pusher {
    /// The folder of the mails keeps the pushes where there is no provider.
    pub fn new(
        config: &config::Push,
        mail: &config::Mail,
        clock: Clock,
    ) -> Result<Self, PushSetupError> {
        let route = match &config.route {
            PushRoute::Folder => Route::Folder(Outbox::new(mail.folder.clone(), clock, "push")),
            PushRoute::Fcm(fcm) => Route::Fcm(Arc::new(Fcm::new(fcm, mail.patience, clock)?)),
        };
        Ok(Self { route })
    }

    /// Sends `push`. FCM knows no name for a request: sent again after a crash it may arrive twice, and takes its own
    /// place.
    pub async fn send(&self, push: &Push) -> Result<(), PushError> {
        match &self.route {
            Route::Fcm(fcm) => fcm.send(push).await,
            Route::Folder(outbox) => {
                let message = serde_json::to_vec_pretty(&fcm::message(push));
                let message = message.map_err(|why| PushError::Refused(why.to_string()))?;
                let kept = outbox.keep(&message).await;
                kept.map_err(|why| PushError::NotSent { why, after: None })
            }
        }
    }

    /// The newest pushes of the folder that stands in for FCM, by name and source; none with FCM.
    pub async fn kept(&self, most: usize) -> std::io::Result<Vec<(String, String)>> {
        match &self.route {
            Route::Folder(outbox) => outbox.kept(most).await,
            Route::Fcm(_) => Ok(Vec::new()),
        }
    }
}
