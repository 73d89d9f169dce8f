//! Logs on standard output, one JSON object a line; spans give every line its request or job.

use std::io::IsTerminal;

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

use super::TelemetryError;
use crate::config::{LogFormat, Process};

pub(super) fn install(
    process: &Process,
    traces: Option<&SdkTracerProvider>,
) -> Result<(), TelemetryError> {
    let filter = EnvFilter::try_new(&process.log)?;
    let lines = match process.log_format {
        LogFormat::Json => fmt::layer()
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .boxed(),
        LogFormat::Text => fmt::layer()
            .compact()
            .with_ansi(std::io::stdout().is_terminal())
            .with_target(false)
            .boxed(),
    };
    let sent = traces
        .map(|provider| tracing_opentelemetry::layer().with_tracer(provider.tracer("commons")));
    tracing_subscriber::registry()
        .with(filter)
        .with(sent)
        .with(lines)
        .try_init()
        .map_err(|_| TelemetryError::Twice)
}
