//! What a handler may say of its run, and the one bridge from the domain's refusals.

use std::time::Duration;

use domain::Error;
use platform::mail::MailError;
use platform::push::PushError;
use platform::sms::TextError;
use serde_json::Value;

/// A run that did not fail.
#[derive(Debug)]
pub enum Outcome {
    /// The runtime takes the finish down, together with others.
    Done,
    /// The handler's own transaction held the finish ([`Cx::finish`](crate::Cx::finish)).
    Finished,
    /// Run again after a while, a second at least; the run does not count.
    Snooze(Duration),
    /// A slice is done: run again behind whatever is more urgent, from this checkpoint.
    Continue(Value),
    /// Not worth doing any more.
    Discard(String),
}

/// A run that failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Worth another try: after `after`, or as the back-off has it.
    #[error("{error}")]
    Retry {
        error: String,
        after: Option<Duration>,
    },
    /// Trying again changes nothing, and nobody has to look.
    #[error("{0}")]
    Discard(String),
    /// Trying again changes nothing, and an operator should look.
    #[error("{0}")]
    Dead(String),
    /// Another run has the job; this one leaves no trace.
    #[error("the job was taken over by another run")]
    LeaseLost,
}

impl Failure {
    pub fn retry(error: impl ToString) -> Self {
        Self::Retry {
            error: error.to_string(),
            after: None,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::LeaseLost => Self::LeaseLost,
            // What is gone, refused or settled otherwise does not come back by trying again.
            Error::NotFound(_)
            | Error::Forbidden(_)
            | Error::Denied { .. }
            | Error::Unauthenticated(_)
            | Error::TooLarge { .. }
            | Error::Unsupported { .. }
            | Error::Conflict { .. }
            | Error::Changed => Self::Discard(error.to_string()),
            Error::Invalid(ref fields) => Self::Dead(format!("{error}: {fields:?}")),
            Error::RateLimited { retry_after } => Self::Retry {
                error: error.to_string(),
                after: Some(retry_after),
            },
            Error::Unavailable(_) | Error::Database(_) | Error::Internal(_) => Self::retry(error),
        }
    }
}

impl From<platform::db::DbError> for Failure {
    fn from(error: platform::db::DbError) -> Self {
        Error::from(error).into()
    }
}

impl From<platform::jobs::LeaseError> for Failure {
    fn from(error: platform::jobs::LeaseError) -> Self {
        Error::from(error).into()
    }
}

impl From<platform::redis::RedisError> for Failure {
    fn from(error: platform::redis::RedisError) -> Self {
        Error::from(error).into()
    }
}

impl From<platform::storage::StorageError> for Failure {
    fn from(error: platform::storage::StorageError) -> Self {
        Error::from(error).into()
    }
}

impl From<MailError> for Failure {
    fn from(error: MailError) -> Self {
        match error {
            MailError::Refused(_) => Self::Dead(error.to_string()),
            MailError::NotDelivered(_) => Self::retry(error),
        }
    }
}

impl From<TextError> for Failure {
    fn from(error: TextError) -> Self {
        match error {
            // Somebody mistyped their number: there is nothing for an operator to mend.
            _ if error.is_about_the_number() => Self::Discard(error.to_string()),
            TextError::Refused { .. } => Self::Dead(error.to_string()),
            TextError::NotSent { after, .. } => Self::Retry {
                error: error.to_string(),
                after,
            },
        }
    }
}

impl From<PushError> for Failure {
    fn from(error: PushError) -> Self {
        match error {
            PushError::Gone(_) => Self::Discard(error.to_string()),
            PushError::Refused(_) => Self::Dead(error.to_string()),
            PushError::NotSent { after, .. } => Self::Retry {
                error: error.to_string(),
                after,
            },
        }
    }
}
