//! From just before an enqueue to the start of the handler, on an idle engine.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use bench::{Aim, Figures, Report};
use platform::Platform;
use serde_json::json;
use tokio::sync::mpsc;

use crate::engine::{Engine, Ping, STARTED};
use crate::peers;

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
    let begun = Instant::now();
    // On a task, as requests are: the thread that waits for the measure is not one that reads sockets.
    let platform = engine.platform.clone();
    #[expect(clippy::disallowed_methods, reason = "awaited on the next line")]
    let samples = tokio::spawn(sample(platform, starts)).await??;
    crew.dismiss().await?;
    let ours = Figures::of(samples, begun.elapsed().as_secs_f64(), 0);
    let measure = "enqueue to start, idle";
    let aim = Aim {
        p50: Some(1.5),
        p99: 6.0,
    };
    report.times(measure, "commons", &ours, Some(aim));
    for (who, [p50, p99]) in [("graphile-worker", graphile), ("BullMQ (volatile)", bull)] {
        let ratio = p99 / ours.at(0.99);
        let said = format!("p50 {p50:>7.2}  p99 {p99:>7.2} ms  ratio of p99 {ratio:.2}");
        report.row(measure, who, said);
    }
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
