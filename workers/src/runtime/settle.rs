//! What became of runs, written down in batches: whatever has come in by the time the last batch is written.

use std::sync::Arc;
use std::time::Duration;

use platform::Platform;
use platform::db::DbError;
use platform::jobs::{Report, ledger};
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;

/// Reports in one statement.
const BATCH: usize = 500;
/// Reports that may wait; past that, runs wait for their turn to report.
pub(super) const WAITING: usize = 4 * BATCH;
/// Writers at a time: while one waits for the disk another prepares.
pub(super) const WRITERS: usize = 2;
const BREATHER: Duration = Duration::from_millis(200);

/// How long a process that stops tries, before it leaves its last reports to a sweep.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// Until all runs have reported. Postgres being away is waited out (these jobs are done, and only this process knows),
/// unless the process stops: then their jobs run again elsewhere.
pub(super) async fn write(
    platform: Arc<Platform>,
    reports: Arc<Mutex<mpsc::Receiver<Report>>>,
    stopping: CancellationToken,
) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        batch.clear();
        if reports.lock().await.recv_many(&mut batch, BATCH).await == 0 {
            return;
        }
        let enough = async {
            stopping.cancelled().await;
            tokio::time::sleep(LAST_WORDS).await;
        };
        tokio::select! {
            () = settle_for_sure(&platform, &batch) => {}
            () = enough => tracing::warn!(reports = batch.len(), "these jobs will run again elsewhere"),
        }
    }
}

async fn settle_for_sure(platform: &Platform, batch: &[Report]) {
    while let Err(error) = settle(platform, batch).await {
        tracing::warn!(%error, reports = batch.len(), "settling failed; trying again");
        tokio::time::sleep(BREATHER).await;
    }
}

async fn settle(platform: &Platform, batch: &[Report]) -> Result<(), DbError> {
    let sent = batch.len() as u64;
    let settled = ledger::settle(platform.db.pool(), batch.to_vec()).await?;
    if settled.held < sent {
        metrics::counter!("commons_jobs_taken_over_total").increment(sent - settled.held);
    }
    platform.tickets.tell(settled.tickets);
    Ok(())
}
