use super::reader::Reader;

/// Traces; logs are in the section of the process, metrics are always there.
#[derive(Clone, Debug)]
pub struct Telemetry {
    pub otlp_endpoint: Option<String>,
    pub trace_ratio: f64,
    pub service_name: String,
}

impl Telemetry {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.section("Traces");
        let otlp_endpoint = reader.maybe(
            "OTLP_ENDPOINT",
            "Collector for OTLP over HTTP (http://localhost:4318). Not set: no traces are sent.",
        );
        let trace_ratio = reader.or(
            "TRACE_RATIO",
            "1.0",
            "Share of traces that is sent, 0 to 1.",
        );
        let service_name = reader.or("SERVICE_NAME", "commons", "The `service.name` of traces.");
        Some(Self {
            otlp_endpoint: otlp_endpoint?,
            trace_ratio: trace_ratio?,
            service_name: service_name?,
        })
    }
}
