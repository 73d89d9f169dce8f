//! What every role shows to operators: metrics and health.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use platform::Platform;
use platform::db::within;
use platform::jobs::gauges;
use platform::telemetry::meters;
use poem::endpoint::{BoxEndpoint, make};
use poem::http::header::CONTENT_TYPE;
use poem::{EndpointExt, Response, Route, get};
use poem_openapi::OpenApiService;
use tokio_util::sync::CancellationToken;

use crate::health::HealthApi;
use crate::{VERSION, server};

/// How long the gauges of the ledger are waited for; without them those of this process are shown.
const LIMIT: Duration = Duration::from_secs(5);
/// The text format of Prometheus.
const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Serves `/metrics` and `/health` for a role that has no API of its own, until `stop`.
pub async fn serve_ops(
    platform: Platform,
    addr: SocketAddr,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let platform = Arc::new(platform);
    let health = OpenApiService::new(HealthApi::new(&platform), "Commons", VERSION);
    let routes = Route::new()
        .at("/metrics", metrics(&platform))
        .nest("/", health);
    server::run(
        "metrics and health",
        addr,
        routes.map_to_response().boxed(),
        stop,
    )
    .await
}

/// All metrics of this process, and those of the ledger as it is now.
pub(crate) fn metrics(platform: &Arc<Platform>) -> BoxEndpoint<'static> {
    let platform = platform.clone();
    let meters = meters();
    let scrape = make(move |_| {
        let platform = platform.clone();
        async move {
            let recorded = within(LIMIT, gauges::record(&platform.db, &platform.tickets));
            if let Err(error) = recorded.await {
                tracing::warn!(%error, "the gauges of the ledger are old: {error}");
            }
            Response::builder()
                .header(CONTENT_TYPE, FORMAT)
                .body(meters.render())
        }
    });
    get(scrape).boxed()
}
