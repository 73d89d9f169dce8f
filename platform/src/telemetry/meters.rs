//! Prometheus metrics of this process.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Seconds; from a cached read to a transcoded video.
const DURATIONS: [f64; 14] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 600.0,
];

const RARE: [&str; 5] = [
    "commons_jobs_rescued_total",
    "commons_jobs_taken_over_total",
    "commons_tickets_dropped_total",
    "commons_tickets_retold_total",
    "commons_workers_died_total",
];

#[derive(Clone)]
pub struct Meters {
    handle: PrometheusHandle,
}

impl Meters {
    /// The text format that Prometheus scrapes.
    pub fn render(&self) -> String {
        self.handle.run_upkeep();
        self.handle.render()
    }
}

/// The process' meters, installed on first use.
pub fn meters() -> &'static Meters {
    static METERS: OnceLock<Meters> = OnceLock::new();
    METERS.get_or_init(|| {
        let builder = PrometheusBuilder::new();
        let builder = builder
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &DURATIONS)
            .unwrap_or_else(|_| PrometheusBuilder::new());
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another metrics recorder is installed; /metrics will be empty");
        }
        // A counter that appears only with its first event has no increase to alert on.
        for rare in RARE {
            metrics::counter!(rare).increment(0);
        }
        Meters { handle }
    })
}
