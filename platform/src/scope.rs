//! On whose behalf the current task works: the request (or job) and the person. Set once at the edge (the HTTP tier, the
//! job runtime), read where a row or a log line wants to say so. Not a way to hand arguments to functions.

use std::future::Future;
use std::sync::{Arc, OnceLock};

use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::db::Ambient;

tokio::task_local! {
    static SCOPE: Scope;
}

#[derive(Clone, Default)]
pub struct Scope {
    pub request_id: Option<Arc<str>>,
    actor: Arc<OnceLock<Uuid>>,
    /// Transactions that were dropped without a commit and are being rolled back.
    rollbacks: TaskTracker,
    pub(crate) ambient: Option<Ambient>,
}

impl Scope {
    pub fn for_request(request_id: impl Into<Arc<str>>) -> Self {
        Self {
            request_id: Some(request_id.into()),
            ..Self::default()
        }
    }

    /// A job works on behalf of whoever enqueued it.
    pub fn for_job(request_id: Option<&str>, actor: Option<Uuid>) -> Self {
        Self {
            request_id: request_id.map(Arc::from),
            actor: Arc::new(actor.map_or_else(OnceLock::new, OnceLock::from)),
            ..Self::default()
        }
    }

    /// The next `db.begin()` inside continues this transaction instead of opening another.
    pub fn within(mut self, ambient: Ambient) -> Self {
        self.ambient = Some(ambient);
        self
    }

    pub(crate) fn without_transaction(mut self) -> Self {
        self.ambient = None;
        self
    }

    pub async fn run<F: Future>(self, work: F) -> F::Output {
        SCOPE.scope(self, work).await
    }

    /// Waits until every transaction that was dropped in this scope has been rolled back. Whoever is answered after that
    /// finds no lock of the refused request in their way.
    pub async fn rolled_back(&self) {
        self.rollbacks.close();
        self.rollbacks.wait().await;
    }

    pub(crate) fn rollbacks(&self) -> &TaskTracker {
        &self.rollbacks
    }

    /// The innermost scope, or an empty one outside of any.
    pub fn current() -> Self {
        SCOPE.try_with(Clone::clone).unwrap_or_default()
    }

    pub fn actor(&self) -> Option<Uuid> {
        self.actor.get().copied()
    }

    /// Names the person once they are known (after the token was checked).
    pub fn set_actor(actor: Uuid) {
        let _ = SCOPE.try_with(|scope| scope.actor.set(actor));
    }
}
