//! Which other origins' pages may call from a browser: those on the list. Others get an answer without permission to
//! read it, which is all that a browser needs to hear.

use std::sync::Arc;

use poem::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderValue, ORIGIN, VARY,
};
use poem::http::{Method, StatusCode};
use poem::{Endpoint, Request, Response, Result};

use super::Edge;

const METHODS: &str = "GET, POST, PUT, PATCH, DELETE";
const TAKEN: &str = "Authorization, Content-Type, Commons-Session, Idempotency-Key, If-Match, If-None-Match, X-CSRF-Token, X-Request-Id, traceparent";
const SHOWN: &str = "ETag, Idempotent-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id";

pub(super) async fn allow<E: Endpoint<Output = Response>>(
    next: Arc<E>,
    request: Request,
) -> Result<Response> {
    let Some(origin) = request.headers().get(ORIGIN).cloned() else {
        return next.call(request).await;
    };
    let listed = Edge::of(&request)?.platform.config.http.cors_origins.iter();
    // No wildcard: a listed origin may send cookies, and `*` in the list is nobody's.
    let allowed = origin.as_bytes() != b"*"
        && listed
            .into_iter()
            .any(|listed| listed.as_bytes() == origin.as_bytes());
    let asks = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match asks {
        true => permission(allowed),
        false => next.call(request).await?,
    };
    let headers = response.headers_mut();
    headers.append(VARY, HeaderValue::from_static("Origin"));
    if allowed {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            ACCESS_CONTROL_ALLOW_CREDENTIALS,
            HeaderValue::from_static("true"),
        );
        headers.insert(
            ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static(SHOWN),
        );
    }
    Ok(response)
}

fn permission(allowed: bool) -> Response {
    let mut response = Response::default();
    response.set_status(StatusCode::NO_CONTENT);
    if allowed {
        let headers = response.headers_mut();
        headers.insert(
            ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static(METHODS),
        );
        headers.insert(
            ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static(TAKEN),
        );
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
    response
}
