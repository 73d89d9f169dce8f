//! What every request goes through before and after its handler, from the outside in:
//!
//! [`access`] names it, times it, logs it · [`headers`] · [`cors`] · [`https`] · [`rate_limit`] · [`failures`] (whatever
//! fails becomes a problem) · [`panics`] · [`timeout`] · the route, and around each operation the [`guard`]
//! ([`idempotency`], [`cookies`], [`etag`]).

mod access;
mod caller;
pub(crate) mod cookies;
mod cors;
mod doors;
pub(crate) mod etag;
mod failures;
mod guard;
mod headers;
mod https;
mod idempotency;
mod panics;
mod rate_limit;
mod request_id;
mod timeout;

use std::sync::Arc;

use platform::Platform;
use poem::endpoint::BoxEndpoint;
use poem::{EndpointExt, Request};
use tokio::sync::Semaphore;

pub(crate) use caller::{Caller, Token};
pub(crate) use guard::Guarded;
pub(crate) use headers::{FORM, LEAF, PAGE};
pub(crate) use idempotency::FormKey;

use crate::problem::{Problem, catalog};

/// What the layers share.
pub(crate) struct Edge {
    pub(crate) platform: Arc<Platform>,
    doors: doors::Doors,
    /// Requests with an Idempotency-Key hold a connection while their handler may take another: half of the pool, so
    /// that they never wait for one another.
    idempotent: Arc<Semaphore>,
}

impl Edge {
    pub(crate) fn new(platform: Arc<Platform>) -> Self {
        let half = usize::try_from(platform.config.database.pool / 2).unwrap_or(1);
        Self {
            doors: doors::Doors::all(),
            idempotent: Arc::new(Semaphore::new(half.max(1))),
            platform,
        }
    }

    /// The edge a request came in through.
    pub(crate) fn of(request: &Request) -> poem::Result<&Arc<Self>> {
        let edge = request.data::<Arc<Self>>();
        edge.ok_or_else(|| Problem::told(&catalog::INTERNAL).into())
    }

    pub(crate) fn body_limit(&self) -> usize {
        self.platform.config.limits.body_bytes
    }
}

/// Puts the layers around the routes.
pub(crate) fn around(edge: &Arc<Edge>, routes: BoxEndpoint<'static>) -> BoxEndpoint<'static> {
    let edge = edge.clone();
    routes
        .around(timeout::bound)
        .around(panics::catch)
        .around(failures::tell)
        .around(rate_limit::count)
        .around(https::require)
        .around(cors::allow)
        .around(headers::secure)
        .around(move |next, request| access::note(edge.clone(), next, request))
        .boxed()
}

/// The path a client asked for, which is what a problem calls its instance.
pub(crate) fn path(request: &Request) -> String {
    let caller = request.data::<Caller>();
    caller.map_or_else(String::new, |caller| caller.uri.path().to_owned())
}
