//! Where REQUIRE_HTTPS is set: a plain GET is sent to https, anything else is refused, for its body has crossed the
//! network in the clear already. Probes and scrapers come from inside and are left alone.

use std::sync::Arc;

use poem::http::header::{HOST, HeaderValue, LOCATION};
use poem::http::{Method, StatusCode};
use poem::{Endpoint, Request, Response, Result};

use super::{Caller, Edge};
use crate::problem::{Problem, catalog};

pub(super) async fn require<E: Endpoint<Output = Response>>(
    next: Arc<E>,
    request: Request,
) -> Result<Response> {
    let required = Edge::of(&request)?.platform.config.http.require_https;
    let https = request.data::<Caller>().is_some_and(|caller| caller.https);
    if !required || https || is_from_inside(&super::path(&request)) {
        return next.call(request).await;
    }
    if matches!(*request.method(), Method::GET | Method::HEAD)
        && let Some(elsewhere) = same_over_https(&request)
    {
        let mut response = Response::default();
        response.set_status(StatusCode::PERMANENT_REDIRECT);
        response.headers_mut().insert(LOCATION, elsewhere);
        return Ok(response);
    }
    Ok(Problem::told(&catalog::HTTPS_REQUIRED).answer(&super::path(&request)))
}

pub(super) fn is_from_inside(path: &str) -> bool {
    path == "/metrics" || path == "/health" || path.starts_with("/health/")
}

/// To PUBLIC_URL where that is https, so that a forged Host leads nobody astray.
fn same_over_https(request: &Request) -> Option<HeaderValue> {
    let public = &Edge::of(request).ok()?.platform.config.http.public_url;
    let base = match public.starts_with("https://") {
        true => public.clone(),
        false => format!("https://{}", request.headers().get(HOST)?.to_str().ok()?),
    };
    let rest = request.data::<Caller>()?.uri.path_and_query()?;
    HeaderValue::from_str(&format!("{base}{rest}")).ok()
}
