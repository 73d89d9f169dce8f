//! What a handler is given beside its job.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use platform::jobs::{Lease, LeaseError};
use platform::{Platform, Tx};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Failure, Outcome};

pub struct Cx {
    pub platform: Arc<Platform>,
    pub lease: Lease,
    /// 1 for the first run; runs that crashed or were handed back do not count.
    pub attempt: i16,
    /// How many enqueues this run stands for.
    pub merged: i32,
    pub samples: Vec<Value>,
    pub(super) checkpoint: Option<Value>,
}

impl Cx {
    pub async fn begin(&self) -> Result<Tx, Failure> {
        Ok(self.platform.db.begin().await?)
    }

    /// Commits `tx` with the finish of this job in it: its effects happen exactly once.
    pub async fn finish(&self, mut tx: Tx) -> Result<Outcome, Failure> {
        self.lease.finish(&mut tx).await?;
        tx.commit().await?;
        Ok(Outcome::Finished)
    }

    /// Commits a slice of a long job with how far it has come.
    pub async fn save(&self, mut tx: Tx, checkpoint: &Value) -> Result<(), LeaseError> {
        self.lease.save(&mut tx, checkpoint).await?;
        Ok(tx.commit().await?)
    }

    /// Where the last run left off.
    pub fn checkpoint<C: DeserializeOwned>(&self) -> Option<C> {
        serde_json::from_value(self.checkpoint.clone()?).ok()
    }

    /// How long it is until `at`.
    pub fn until(&self, at: DateTime<Utc>) -> Duration {
        (at - self.now()).to_std().unwrap_or_default()
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.platform.clock.now()
    }
}
