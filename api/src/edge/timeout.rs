//! A request that takes longer than REQUEST_TIMEOUT is given up; its transaction rolls back with it.

use std::sync::Arc;

use poem::{Endpoint, Request, Response, Result};

use super::Edge;
use crate::problem::{Problem, catalog};

pub(super) async fn bound<E: Endpoint<Output = Response>>(
    next: Arc<E>,
    request: Request,
) -> Result<Response> {
    let longest = Edge::of(&request)?.platform.config.limits.request_timeout;
    match tokio::time::timeout(longest, next.call(request)).await {
        Ok(answered) => answered,
        Err(_) => {
            tracing::warn!("gave up a request after {longest:?}");
            Err(Problem::told(&catalog::TIMEOUT).retry_after(longest).into())
        }
    }
}
