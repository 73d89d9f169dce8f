//! The key of a form with files. What it asks for is known when its files are in the storage, and not before: whoever reads
//! it takes the key then, and no connection is held while it comes. From there on all goes as with any other request.

use std::sync::{Arc, Mutex, PoisonError};

use domain::idempotency::{self as kept, Claim, Fingerprint, KeptAnswer, Key};
use platform::db::Ambient;
use platform::scope::Scope;
use poem::endpoint::BoxEndpoint;
use poem::{Endpoint, Request, Response, Result};
use sha2::{Digest, Sha256};
use tokio::sync::OwnedSemaphorePermit;

use super::{Edge, away, failures, head, in_progress, keep, replay, told};
use crate::edge::path;
use crate::problem::{Problem, catalog};

/// Travels with the request to whoever reads its form.
pub(crate) struct FormKey {
    key: Key,
    head: Sha256,
    shared: Ambient,
    taken: Mutex<Option<Taken>>,
}

enum Taken {
    /// Until the answer: see `Edge::idempotent`.
    First(Fingerprint, OwnedSemaphorePermit),
    Answered(KeptAnswer),
}

pub(super) async fn once(
    edge: &Edge,
    operation: &BoxEndpoint<'static>,
    mut request: Request,
    key: Key,
) -> Result<Response> {
    let form = Arc::new(FormKey {
        key,
        head: head(&request),
        shared: Ambient::default(),
        taken: Mutex::new(None),
    });
    let path = path(&request);
    request.set_data(form.clone());
    let scope = Scope::current().within(form.shared.clone());
    let result = scope.run(operation.call(request)).await;
    let taken = form.slot().take();
    match taken {
        Some(Taken::Answered(answer)) => Ok(replay(answer)),
        Some(Taken::First(asked, _turn)) => {
            let response = failures::settle(edge, &path, result);
            keep(edge, response, form.shared.clone(), (&form.key, &asked)).await
        }
        None => result,
    }
}

impl FormKey {
    /// Takes the key for a form that says `said`. From here on the request has one transaction. Where it was answered
    /// before, there is nothing to do but to fail: the answer is given again.
    pub(crate) async fn take(&self, edge: &Edge, said: &[u8]) -> Result<()> {
        let asked: Fingerprint = self.head.clone().chain_update(said).finalize().into();
        let turn = edge.idempotent.clone().acquire_owned().await;
        let turn = turn.map_err(|_| away())?;
        let mut tx = edge.platform.db.begin_shared().await.map_err(told)?;
        let claim = kept::claim(&mut tx, &edge.platform.config.auth, &self.key, &asked).await;
        match claim.map_err(told)? {
            Claim::First => {
                self.shared.hold(tx);
                *self.slot() = Some(Taken::First(asked, turn));
                Ok(())
            }
            Claim::Answered(answer) => {
                *self.slot() = Some(Taken::Answered(answer));
                Err(in_progress())
            }
            Claim::Running => Err(in_progress()),
            Claim::Different => Err(Problem::told(&catalog::IDEMPOTENCY_KEY_REUSED).into()),
        }
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<Taken>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
