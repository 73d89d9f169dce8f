//! Floor 3: the clock. It only enqueues and tells; workers do the work. Any number of replicas may run.

mod entry;
pub mod relay;
mod schedule;
pub mod sweeps;
pub mod tick;

use platform::Platform;
use tokio_util::sync::CancellationToken;

pub use entry::{CatchUp, Entry};
pub use schedule::schedule;

/// Keeps time until `stop`.
pub async fn run(platform: Platform, stop: CancellationToken) {
    tracing::info!("scheduler started");
    let entries = schedule();
    tokio::join!(
        tick::run(&platform, &entries, &stop),
        relay::run(&platform, &stop),
        sweeps::run(&platform, &stop),
    );
    tracing::info!("scheduler stopped");
}
