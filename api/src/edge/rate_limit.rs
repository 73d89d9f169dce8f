//! How often somebody may ask: a person where they are signed in, else an address. The ways in are counted apart and
//! stricter, by address.
//!
//! Counted in Redis. Where Redis is away requests pass: Commons would rather serve too much than nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use platform::rate::{Limit, Standing};
use poem::http::HeaderMap;
use poem::http::header::HeaderValue;
use poem::{Endpoint, Request, Response, Result};

use super::https::is_from_inside;
use super::{Caller, Edge, Token};
use crate::problem::{Problem, catalog};

/// Redis has so long to count.
const PATIENCE: Duration = Duration::from_millis(250);

pub(super) async fn count<E: Endpoint<Output = Response>>(
    next: Arc<E>,
    request: Request,
) -> Result<Response> {
    let edge = Edge::of(&request)?.clone();
    let path = super::path(&request);
    let Some(policy) = Policy::of(&edge, &request, &path) else {
        return next.call(request).await;
    };
    let Some(standing) = policy.standing(&edge).await else {
        return next.call(request).await;
    };
    let mut response = match standing.allowed {
        true => next.call(request).await?,
        false => Problem::told(&catalog::RATE_LIMITED)
            .retry_after(standing.reset)
            .answer(&path),
    };
    policy.show(standing, response.headers_mut());
    Ok(response)
}

struct Policy {
    name: &'static str,
    limit: Limit,
    caller: String,
}

impl Policy {
    fn of(edge: &Edge, request: &Request, path: &str) -> Option<Self> {
        if is_from_inside(path) || is_page(path) {
            return None;
        }
        let caller = request.data::<Caller>()?;
        let limits = &edge.platform.config.limits;
        if path.starts_with("/api/v1/auth/") {
            return Some(Self {
                name: "auth",
                limit: limits.auth,
                caller: caller.subscriber(),
            });
        }
        Some(Self {
            name: "default",
            limit: limits.requests,
            caller: match caller.token {
                Token::Good(actor) => actor.user.to_string(),
                Token::Absent | Token::Bad(_) | Token::Forged => caller.subscriber(),
            },
        })
    }

    async fn standing(&self, edge: &Edge) -> Option<Standing> {
        let counting = edge
            .platform
            .rates
            .count(self.name, &self.caller, self.limit);
        let why = match tokio::time::timeout(PATIENCE, counting).await {
            Ok(Ok(standing)) => return Some(standing),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {PATIENCE:?}"),
        };
        if first_in_a_minute(edge.platform.clock.now().timestamp()) {
            tracing::warn!("requests are not counted, Redis is away: {why}");
        }
        None
    }

    /// draft-ietf-httpapi-ratelimit-headers.
    fn show(&self, standing: Standing, headers: &mut HeaderMap) {
        let (name, limit) = (self.name, self.limit);
        let seconds = standing.reset.as_millis().div_ceil(1000);
        let policy = format!(
            "\"{name}\";q={};w={}",
            limit.requests,
            limit.window.as_secs()
        );
        let here = format!("\"{name}\";r={};t={seconds}", standing.remaining);
        for (header, text) in [("ratelimit-policy", policy), ("ratelimit", here)] {
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.insert(header, value);
            }
        }
    }
}

fn first_in_a_minute(now: i64) -> bool {
    static LAST: AtomicI64 = AtomicI64::new(0);
    let last = LAST.load(Ordering::Relaxed);
    now - last >= 60
        && LAST
            .compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
}

/// A page is many small files that cost nothing; what it calls is counted. Files are fetched by links that were counted
/// when they were made, many for one page, and in pieces.
fn is_page(path: &str) -> bool {
    ["/docs", "/console", "/files/"]
        .iter()
        .any(|page| path.starts_with(page))
}
