//! Why a verb was refused, in words of the domain. The API and the workers each translate this in one place.

use std::time::Duration;

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0} was not found")]
    NotFound(&'static str),
    /// Nobody is signed in, or what they showed is not good; `code` says which.
    #[error("not signed in: {0}")]
    Unauthenticated(&'static str),
    /// It takes a right that they do not have.
    #[error("not allowed: {0}")]
    Forbidden(&'static str),
    /// Nobody in their place may; `code` is stable.
    #[error("{detail}")]
    Denied {
        code: &'static str,
        detail: &'static str,
    },
    #[error("{} field(s) are wrong", .0.len())]
    Invalid(Vec<FieldError>),
    /// The world is already otherwise: `code` is stable, `field` names what is taken where it is one.
    #[error("{detail}")]
    Conflict {
        code: &'static str,
        field: Option<&'static str>,
        detail: &'static str,
    },
    /// It is not any more what was read before it was to be changed.
    #[error("changed meanwhile")]
    Changed,
    /// A file that is larger than one of its kind may be.
    #[error("larger than {most} bytes")]
    TooLarge { most: u64 },
    /// A file of a kind that is not taken; `code` is stable.
    #[error("{detail}")]
    Unsupported {
        code: &'static str,
        detail: &'static str,
    },
    #[error("too many tries; the next in {retry_after:?}")]
    RateLimited { retry_after: Duration },
    /// A part of the outside world is away; worth another try.
    #[error("{0} is unavailable")]
    Unavailable(&'static str),
    #[error("database: {0}")]
    Database(#[source] sqlx::Error),
    #[error("the job was taken over by another run")]
    LeaseLost,
    /// A defect of ours.
    #[error("{0}")]
    Internal(String),
}

/// One field that is wrong. `code` is stable, `detail` is for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    pub field: String,
    pub code: &'static str,
    pub detail: String,
}

impl Error {
    pub fn invalid(field: &str, code: &'static str, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError {
            field: field.to_owned(),
            code,
            detail: detail.into(),
        }])
    }

    pub fn denied(code: &'static str, detail: &'static str) -> Self {
        Self::Denied { code, detail }
    }

    pub fn conflict(code: &'static str, detail: &'static str) -> Self {
        Self::Conflict {
            code,
            field: None,
            detail,
        }
    }

    pub fn taken(code: &'static str, field: &'static str, detail: &'static str) -> Self {
        Self::Conflict {
            code,
            field: Some(field),
            detail,
        }
    }
}

impl Error {
    /// Whether it will pass by itself: Postgres or another part is away, busy or restarting. Any other failure of
    /// Postgres is a defect of ours.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unavailable(_) => true,
            Self::Database(
                sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed
                | sqlx::Error::Io(_)
                | sqlx::Error::Tls(_),
            ) => true,
            // Connection lost, out of resources, shut down or cancelled by an operator, deadlock, serialization.
            Self::Database(sqlx::Error::Database(error)) => error.code().is_some_and(|code| {
                let class = code.get(..2).unwrap_or_default();
                ["08", "53", "57"].contains(&class) || ["40001", "40P01"].contains(&&*code)
            }),
            _ => false,
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl From<platform::jobs::LeaseError> for Error {
    fn from(error: platform::jobs::LeaseError) -> Self {
        match error {
            platform::jobs::LeaseError::Lost => Self::LeaseLost,
            platform::jobs::LeaseError::Database(error) => Self::Database(error),
        }
    }
}

impl From<platform::redis::RedisError> for Error {
    fn from(error: platform::redis::RedisError) -> Self {
        tracing::warn!(%error, "Redis failed");
        Self::Unavailable("redis")
    }
}

impl From<platform::storage::StorageError> for Error {
    fn from(error: platform::storage::StorageError) -> Self {
        match error {
            platform::storage::StorageError::NotFound => Self::NotFound("file"),
            platform::storage::StorageError::Unavailable(why) => {
                tracing::warn!("storage failed: {why}");
                Self::Unavailable("storage")
            }
        }
    }
}

/// Names the refusal behind a constraint: Postgres decides races, the domain says what they mean.
pub trait OnConstraint<T> {
    fn on_constraint(self, constraint: &str, refusal: Error) -> Result<T>;
}

impl<T, E: Into<Error>> OnConstraint<T> for std::result::Result<T, E> {
    fn on_constraint(self, constraint: &str, refusal: Error) -> Result<T> {
        self.map_err(|error| match error.into() {
            Error::Database(sqlx::Error::Database(violation))
                if violation.constraint() == Some(constraint) =>
            {
                refusal
            }
            other => other,
        })
    }
}
