//! What a job says of itself. Contracts live in `domain/src/<feature>/jobs.rs`, their handlers in `workers`.

use std::borrow::Cow;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::{Class, Pool, Unique};

pub type JobId = Uuid;
/// A payload that does not become JSON.
pub type PayloadError = serde_json::Error;

/// A struct of ids, and the policy of running it. The payload holds no facts that can change: a handler re-reads the
/// world when it wakes.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// `feature.verb`; stored, so renaming one needs the old name for as long as its rows live.
    const NAME: &'static str;
    /// Raised when workers of the last release could not decode a new payload: they then leave it to those that can. The
    /// handler goes on decoding what earlier versions wrote.
    const VERSION: u16 = 1;
    const POOL: Pool;
    const CLASS: Class = Class::Normal;
    /// Failures until it is dead. Workers that die and deploys that hand it back do not count.
    const ATTEMPTS: i16 = 20;
    /// An attempt that takes longer is dropped and counts as a failure.
    const TIMEOUT: Duration = Duration::from_secs(60);

    /// One pending row per key.
    fn unique(&self) -> Option<Unique> {
        None
    }
}

/// A job ready for the ledger, its type forgotten: what the scheduler and bulk enqueues pass around.
#[derive(Clone, Debug)]
pub struct NewJob {
    pub name: Cow<'static, str>,
    pub pool: Pool,
    pub class: Class,
    pub attempts: i16,
    pub payload: serde_json::Value,
    pub unique: Option<Unique>,
    pub due_at: Option<DateTime<Utc>>,
}

impl NewJob {
    pub fn new<J: Job>(job: &J) -> Result<Self, serde_json::Error> {
        Ok(Self {
            name: versioned(J::NAME, J::VERSION),
            pool: J::POOL,
            class: J::CLASS,
            attempts: J::ATTEMPTS,
            payload: serde_json::to_value(job)?,
            unique: job.unique(),
            due_at: None,
        })
    }

    /// Not before `at`.
    pub fn due(mut self, at: DateTime<Utc>) -> Self {
        self.due_at = Some(at);
        self
    }
}

/// The name under which a version of a job stands in the ledger: a worker claims the names it knows, so one that does not
/// know the version leaves it alone.
pub fn versioned(name: &'static str, version: u16) -> Cow<'static, str> {
    match version {
        0 | 1 => Cow::Borrowed(name),
        later => Cow::Owned(format!("{name}@{later}")),
    }
}
