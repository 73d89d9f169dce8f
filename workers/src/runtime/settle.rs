//! What became of runs, written down in batches: whatever has come in by the time the last batch is written.

use std::sync::Arc;
use std::time::Duration;

use platform::db::{DbError, is_about_data, within};
use platform::jobs::{Report, Verdict, ledger};
use serde_json::json;
use tokio::sync::{Mutex, mpsc};

use super::LIMIT;
use super::process::Process;

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
pub(super) async fn write(process: Arc<Process>, reports: Arc<Mutex<mpsc::Receiver<Report>>>) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        batch.clear();
        if reports.lock().await.recv_many(&mut batch, BATCH).await == 0 {
            return;
        }
        let enough = async {
            process.abandon.cancelled().await;
            tokio::time::sleep(LAST_WORDS).await;
        };
        tokio::select! {
            () = settle_for_sure(&process, &batch) => {}
            () = enough => tracing::warn!(reports = batch.len(), "these jobs will run again elsewhere"),
        }
    }
}

async fn settle_for_sure(process: &Process, batch: &[Report]) {
    let mut left = vec![batch.to_vec()];
    while let Some(reports) = left.pop() {
        let progress = &process.platform.progress;
        let Err(error) = settle(process, &reports).await else {
            progress.succeeded("settle");
            continue;
        };
        if !is_about_data(&error) {
            progress.failed("settle");
            tracing::warn!(%error, reports = reports.len(), "settling failed; trying again");
            tokio::time::sleep(BREATHER).await;
            left.push(reports);
        } else if reports.len() > 1 {
            // Something in one of them cannot be stored. Halves find it, and the others are not held up.
            let (first, second) = reports.split_at(reports.len() / 2);
            left.extend([second.to_vec(), first.to_vec()]);
        } else if let Some(plain) = reports.iter().find_map(|report| plain(report, &error)) {
            left.push(vec![plain]);
        } else {
            tracing::error!(%error, ?reports, "this report cannot be stored in any form");
        }
    }
}

/// The same report without what its handler wrote. None: there is nothing in it but that it is over.
fn plain(report: &Report, error: &DbError) -> Option<Report> {
    let note = json!({ "kind": "failure", "error": format!("what the run reported cannot be stored: {error}") });
    let verdict = match &report.verdict {
        Verdict::Done | Verdict::HandBack => return None,
        Verdict::Discard { error } | Verdict::Retry { error, .. } | Verdict::Dead { error }
            if *error == note =>
        {
            return None;
        }
        Verdict::Discard { .. } => Verdict::Discard { error: note },
        Verdict::Retry { after, .. } => Verdict::Retry {
            after: *after,
            error: note,
        },
        // Without its checkpoint the job would start again from the beginning, and come here again.
        Verdict::Snooze { .. } | Verdict::Dead { .. } => Verdict::Dead { error: note },
    };
    Some(Report {
        lease: report.lease,
        verdict,
    })
}

async fn settle(process: &Process, batch: &[Report]) -> Result<(), DbError> {
    let sent = batch.len() as u64;
    let (db, clock) = (&process.platform.db, &process.platform.clock);
    let settled = within(LIMIT, ledger::settle(db, clock, batch.to_vec())).await?;
    if settled.held < sent {
        metrics::counter!("commons_jobs_taken_over_total").increment(sent - settled.held);
    }
    for report in batch {
        process.holdings.ended(&report.lease);
    }
    process.platform.tickets.tell(settled.tickets);
    Ok(())
}
