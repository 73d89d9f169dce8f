//! From just before an enqueue to the start of the handler, on an idle engine.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use platform::Platform;
use serde_json::json;
use tokio::sync::mpsc;

use crate::engine::{Engine, Ping, STARTED};
use crate::peers;
use crate::report::Report;

const WARM_UP: usize = 30;
const SAMPLES: usize = 500;
const PAUSE: Duration = Duration::from_millis(20);

pub async fn measure(engine: &Engine, report: &mut Report) -> Result<()> {
    let graphile = peers::graphile_latency(&json!({}))?;
    let bull = peers::bullmq_latency(&json!({}))?;
    engine.clear().await?;
    let (started, starts) = mpsc::unbounded_channel();
    let _ = STARTED.set(Mutex::new(started));
    let crew = engine.work(&["mail:4"])?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    // On a task, as requests are: the thread that waits for the measure is not one that reads sockets.
    let platform = engine.platform.clone();
    #[expect(clippy::disallowed_methods, reason = "awaited on the next line")]
    let mut samples = tokio::spawn(sample(platform, starts)).await??;
    crew.dismiss().await?;
    samples.sort_by(f64::total_cmp);
    let at = |share: f64| samples[((SAMPLES - 1) as f64 * share) as usize];
    report.latency("commons", at(0.5), at(0.99), Some((1.5, 6.0)));
    report.latency("graphile-worker", graphile.0, graphile.1, None);
    report.latency("BullMQ (volatile)", bull.0, bull.1, None);
    Ok(())
}

/// Milliseconds from before each enqueue to the start of its job.
async fn sample(
    platform: Platform,
    mut starts: mpsc::UnboundedReceiver<Instant>,
) -> Result<Vec<f64>> {
    let mut samples = Vec::with_capacity(SAMPLES);
    for round in 0..WARM_UP + SAMPLES {
        let begun = Instant::now();
        let mut tx = platform.db.begin().await?;
        tx.enqueue(Ping {}).await?;
        tx.commit().await?;
        let ran = tokio::time::timeout(Duration::from_secs(10), starts.recv())
            .await?
            .context("the job ran")?;
        if round >= WARM_UP {
            samples.push(ran.duration_since(begun).as_secs_f64() * 1e3);
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(samples)
}
