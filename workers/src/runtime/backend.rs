//! The backend that apalis polls: claimed runs of one pool, in the order they were claimed.

use std::convert::Infallible;
use std::task::{Context, Poll};

use apalis_core::backend::finalize::Ephemeral;
use apalis_core::backend::{Backend, BackendConfig};
use apalis_core::task::Task;
use apalis_core::worker::context::WorkerContext;
use platform::jobs::claim::Claimed;
use tokio::sync::mpsc;
use tower::layer::util::Identity;

use super::slots::Place;

/// A claimed job and the place it takes.
pub(super) struct Run {
    pub(super) claimed: Claimed,
    pub(super) place: Place,
}

/// Ends when the puller does: apalis then waits for the runs in flight and stops.
pub(super) struct PoolBackend {
    claimed: mpsc::Receiver<Run>,
}

impl PoolBackend {
    pub(super) fn new(claimed: mpsc::Receiver<Run>) -> Self {
        Self { claimed }
    }
}

impl Backend for PoolBackend {
    type Task = Task<Run>;
    type Error = Infallible;

    fn poll_ready(
        &mut self,
        _: &mut Context<'_>,
        _: &WorkerContext,
    ) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    /// A worker whose backend has ended waits to be stopped; nobody else will say it.
    fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        worker: &WorkerContext,
    ) -> Poll<Option<Result<Self::Task, Self::Error>>> {
        let run = self.claimed.poll_recv(cx);
        if let Poll::Ready(None) = run {
            let _ = worker.stop();
        }
        run.map(|run| run.map(|run| Ok(Task::new(run))))
    }

    fn poll_close(
        &mut self,
        _: &mut Context<'_>,
        _: &WorkerContext,
    ) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }
}

impl BackendConfig for PoolBackend {
    type Args = Run;
    type Id = uuid::Uuid;
    type Kind = Ephemeral;
    type Config = ();
    type Layer = Identity;

    fn config(&self) -> &Self::Config {
        &()
    }

    fn middleware(&mut self, _: &mut WorkerContext) -> Self::Layer {
        Identity::new()
    }
}
