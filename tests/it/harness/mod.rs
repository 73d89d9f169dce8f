//! A Commons of one's own for each test: a database cloned from a template, a prefix in Redis, a clock that stands still,
//! a folder for mails; the real router in front and real workers on demand.

mod app;
mod authenticator;
mod browser;
mod bucket;
mod client;
mod database;
pub mod fleet;
mod given;
pub mod labour;
pub mod laws;
pub mod letters;
pub mod outages;
pub mod provider;
pub mod proxy;

pub use app::{SIGNING_KEY, TestApp};
pub use authenticator::{Authenticator, owner, sheet, start, verify};
pub use browser::Browser;
pub use bucket::Bucket;
pub use client::{Client, PASSWORD, Reply};
pub use given::Somebody;

use std::time::Duration;

/// Waits until `holds`, for at most `patience`.
pub async fn eventually<F: AsyncFnMut() -> bool>(what: &str, patience: Duration, mut holds: F) {
    let patience = tokio::time::Instant::now() + patience;
    while !holds().await {
        assert!(tokio::time::Instant::now() < patience, "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}
