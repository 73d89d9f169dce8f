//! Headers that keep browsers from doing more with an answer than it is for.

use std::sync::Arc;

use poem::http::HeaderMap;
use poem::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use poem::{Endpoint, Request, Response, Result};

use super::Caller;

/// An answer of the API is data: it loads nothing and is shown in no frame.
const DATA: &str = "default-src 'none'; frame-ancestors 'none'";

/// A page of ours, such as /docs: everything from here, nothing from elsewhere.
pub(crate) const PAGE: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'";

/// A page that is only text.
pub(crate) const LEAF: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'none'; \
     base-uri 'none'";

/// A page with a form that is sent back here.
pub(crate) const FORM: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; \
     base-uri 'none'";

const A_YEAR: &str = "max-age=31536000; includeSubDomains";

pub(super) async fn secure<E: Endpoint<Output = Response>>(
    next: Arc<E>,
    request: Request,
) -> Result<Response> {
    let https = request.data::<Caller>().is_some_and(|caller| caller.https);
    let is_api = super::path(&request).starts_with("/api/");
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    unless_said(headers, X_CONTENT_TYPE_OPTIONS, "nosniff");
    unless_said(headers, X_FRAME_OPTIONS, "DENY");
    unless_said(headers, REFERRER_POLICY, "no-referrer");
    unless_said(headers, CONTENT_SECURITY_POLICY, DATA);
    if is_api {
        unless_said(headers, CACHE_CONTROL, "no-store");
    }
    if https {
        unless_said(headers, STRICT_TRANSPORT_SECURITY, A_YEAR);
    }
    Ok(response)
}

fn unless_said(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers
        .entry(name)
        .or_insert(HeaderValue::from_static(value));
}
