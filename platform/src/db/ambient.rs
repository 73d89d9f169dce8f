//! The one transaction of an idempotent request. Handlers begin and commit as ever; the commit only hands the
//! transaction back, so that whoever opened it can add the answer to it before it really ends.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::Tx;

#[derive(Clone, Default)]
pub struct Ambient {
    slot: Arc<Mutex<Slot>>,
}

#[derive(Default)]
struct Slot {
    tx: Option<Tx>,
    committed: bool,
}

impl Ambient {
    pub fn holding(tx: Tx) -> Self {
        let ambient = Self::default();
        ambient.hold(tx);
        ambient
    }

    /// From now on it is this one.
    pub fn hold(&self, tx: Tx) {
        self.fill(tx, false);
    }

    pub(super) fn take(&self) -> Option<Tx> {
        let mut slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
        slot.committed = false;
        let mut tx = slot.tx.take()?;
        tx.belong_to(Home(Arc::downgrade(&self.slot)));
        Some(tx)
    }

    fn fill(&self, tx: Tx, committed: bool) {
        let mut slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
        slot.tx = Some(tx);
        slot.committed = committed;
    }

    /// The transaction, where the handler committed it.
    pub fn into_committed(self) -> Option<Tx> {
        let mut slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
        slot.tx.take().filter(|_| slot.committed)
    }
}

/// Where a shared transaction goes back to. Weak: a request that was dropped takes its transaction with it.
pub(super) struct Home(Weak<Mutex<Slot>>);

impl Home {
    /// Gives the committed transaction back; with nobody left to end it, it rolls back.
    pub(super) fn receive(&self, tx: Tx) -> Result<(), sqlx::Error> {
        let slot = self.0.upgrade().ok_or(sqlx::Error::WorkerCrashed)?;
        Ambient { slot }.fill(tx, true);
        Ok(())
    }
}
