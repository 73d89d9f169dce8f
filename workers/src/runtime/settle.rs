//! What became of runs, written down in batches: whatever has come in by the time the last batch is written.

use std::sync::Arc;
use std::time::Duration;

use platform::Platform;
use platform::jobs::{Report, ledger};
use tokio::sync::{Mutex, mpsc};

/// Reports in one statement.
const BATCH: usize = 500;
/// Reports that may wait; past that, runs wait for their turn to report.
pub(super) const WAITING: usize = 4 * BATCH;
/// Writers at a time: while one waits for the disk another prepares.
pub(super) const WRITERS: usize = 2;
const BREATHER: Duration = Duration::from_millis(200);

/// Until all runs have reported. Postgres being away is waited out: these jobs are done, and only this process knows.
pub(super) async fn write(platform: Arc<Platform>, reports: Arc<Mutex<mpsc::Receiver<Report>>>) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        batch.clear();
        if reports.lock().await.recv_many(&mut batch, BATCH).await == 0 {
            return;
        }
        let sent = batch.len() as u64;
        loop {
            match ledger::settle(platform.db.pool(), batch.clone()).await {
                Ok(settled) => {
                    if settled.held < sent {
                        metrics::counter!("commons_jobs_taken_over_total")
                            .increment(sent - settled.held);
                    }
                    platform.tickets.tell(settled.tickets);
                    break;
                }
                Err(error) => {
                    tracing::warn!(%error, reports = sent, "settling failed; trying again");
                    tokio::time::sleep(BREATHER).await;
                }
            }
        }
    }
}
