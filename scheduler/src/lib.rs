//! Floor 3: the clock. It only enqueues and tells; workers do the work. Any number of replicas may run.

mod entry;
pub mod relay;
mod schedule;
pub mod sweeps;
pub mod tick;

use platform::{Platform, ServerClock};
use tokio_util::sync::CancellationToken;

pub use entry::{CatchUp, Entry};
pub use schedule::schedule;

/// Keeps time until `stop`.
pub async fn run(platform: Platform, stop: CancellationToken) {
    run_with(platform, schedule(), stop).await;
}

/// The same with a clock of one's own.
pub async fn run_with(platform: Platform, entries: Vec<Entry>, stop: CancellationToken) {
    tracing::info!("scheduler started");
    // What is due is due by Postgres' clock; sweeps read it every second.
    let server_clock = ServerClock::default();
    tokio::join!(
        tick::run(&platform, &server_clock, &entries, &stop),
        relay::run(&platform, &stop),
        sweeps::run(&platform, &server_clock, &stop),
    );
    tracing::info!("scheduler stopped");
}
