//! The outermost layer: gives the request its name, its span and its scope, and afterwards writes one line and two
//! metrics about it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use platform::scope::Scope;
use platform::telemetry::continue_trace;
use poem::http::{HeaderValue, Method};
use poem::{Endpoint, Request, Response, Result};
use tracing::field::Empty;
use tracing::{Instrument, info_span};

use super::{Caller, Edge, request_id};
use crate::aliases;

/// What stands for the route of a path that has none.
const UNKNOWN: &str = "unknown";

pub(super) async fn note<E: Endpoint<Output = Response>>(
    edge: Arc<Edge>,
    next: Arc<E>,
    mut request: Request,
) -> Result<Response> {
    let started = Instant::now();
    aliases::rewrite(&mut request);
    let path = request.uri().path().to_owned();
    let id = request_id::of(&request, &edge.platform.clock);
    let method = known(request.method());
    // A path may hold what only its owner should read; its route never does.
    let route = edge.doors.find(&path).map(|door| door.route.clone());
    let route = route.unwrap_or_else(|| UNKNOWN.into());
    let span = info_span!(
        "request",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        request_id = %id,
        method,
        route = &*route,
        status = Empty,
        user_id = Empty,
    );
    continue_trace(&span, request.header("traceparent"));
    let caller = Caller::of(&edge, &request);
    request.set_data(caller);
    request.set_data(edge.clone());
    let scope = Scope::for_request(id.as_str());
    let work = scope.clone().run(next.call(request));
    let answered = work.instrument(span.clone()).await;
    scope.rolled_back().await;
    let mut response = answered?;
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(request_id::HEADER, id);
    }
    let status = response.status().as_u16();
    span.record("status", status);
    if let Some(user) = scope.actor() {
        span.record("user_id", tracing::field::display(user));
    }
    span.in_scope(|| tell(method, &route, &path, status, started.elapsed()));
    Ok(response)
}

/// A method nobody has heard of must not become a label of its own.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

fn tell(method: &'static str, route: &str, path: &str, status: u16, took: Duration) {
    let labels = [
        ("method", method.to_owned()),
        ("route", route.to_owned()),
        ("status", status.to_string()),
    ];
    metrics::counter!("commons_http_requests_total", &labels).increment(1);
    metrics::histogram!("commons_http_request_duration_seconds", &labels).record(took);
    let millis = took.as_micros() as f64 / 1000.0;
    match route {
        UNKNOWN => tracing::info!(millis, path, "answered {status}"),
        "/metrics" | "/health" | "/health/live" | "/health/ready" => {
            tracing::debug!(millis, "answered {status}");
        }
        _ => tracing::info!(millis, "answered {status}"),
    }
}
