//! What the process says of itself: structured logs, Prometheus metrics, OTLP traces.

mod logs;
mod meters;
mod traces;

pub use meters::{Meters, meters};
pub use traces::{continue_trace, traceparent};

use crate::config::Config;

/// Held for as long as the process lives; what traces are left are sent when it ends.
#[must_use]
pub struct Telemetry {
    traces: Option<opentelemetry_sdk::trace::SdkTracerProvider>,
}

#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error("LOG is not a filter: {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    #[error("the trace exporter cannot start: {0}")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
    #[error("logging was set up already")]
    Twice,
}

/// Sets up logs, traces and metrics for the whole process.
pub fn start(config: &Config) -> Result<Telemetry, TelemetryError> {
    let traces = traces::provider(&config.telemetry)?;
    logs::install(&config.process, traces.as_ref())?;
    meters::meters();
    Ok(Telemetry { traces })
}

impl Telemetry {
    /// Sends what is left. Blocks: call it last.
    pub fn stop(self) {
        if let Some(traces) = self.traces
            && let Err(error) = traces.shutdown()
        {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}
