//! A request that takes longer than REQUEST_TIMEOUT (an upload: UPLOAD_TIMEOUT) is given up; its transaction rolls back with it.

use std::sync::Arc;

use poem::{Endpoint, Request, Response, Result};

use super::Edge;
use crate::media::form;
use crate::problem::{Problem, catalog};

pub(super) async fn bound<E: Endpoint<Output = Response>>(
    next: Arc<E>,
    request: Request,
) -> Result<Response> {
    let config = &Edge::of(&request)?.platform.config;
    let is_upload = form::is_form(&request) || super::path(&request).starts_with("/files/upload/");
    let longest = match is_upload {
        // Of an upload something has to come all the time; see `UPLOAD_IDLE`.
        true => config.media.upload_timeout,
        false => config.limits.request_timeout,
    };
    match tokio::time::timeout(longest, next.call(request)).await {
        Ok(answered) => answered,
        Err(_) => {
            tracing::warn!("gave up a request after {longest:?}");
            Err(Problem::told(&catalog::TIMEOUT).retry_after(longest).into())
        }
    }
}
