//! One run: decode, call the handler within its time, catch its panic, say what became of it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use futures::FutureExt;
use platform::db::within;
use platform::jobs::claim::Claimed;
use platform::jobs::{Report, Verdict, workers};
use platform::scope::Scope;
use platform::telemetry::continue_trace;
use serde_json::Value;
use tracing::Instrument;

use super::LIMIT;
use super::backend::Run;
use super::judge::{Facts, Stopped, fail, judge};
use super::process::Process;
use super::slots::Slots;
use crate::registry::Entry;
use crate::{Cx, Failure, Outcome};

#[derive(Clone)]
pub(super) struct Runner {
    pub(super) process: Arc<Process>,
    pub(super) slots: Arc<Slots>,
}

impl Runner {
    pub(super) async fn run(self, run: Run) {
        let Run { claimed, place } = run;
        let lease = claimed.lease;
        self.slots.started();
        let verdict = match self.process.registry.get(&claimed.name) {
            Some(entry) if claimed.crashes > 0 => self.attempt_alone(entry, claimed).await,
            Some(entry) => self.attempt(entry, claimed).await,
            None => Some(Verdict::HandBack),
        };
        self.slots.ended();
        drop(place);
        match verdict {
            Some(verdict) => self.process.settle(Report { lease, verdict }).await,
            None => self.process.holdings.ended(&lease),
        }
    }

    /// A job that has crashed a worker before may be what crashes them. Such jobs run one at a time, and the ledger knows
    /// which: should this process die, it alone is blamed.
    async fn attempt_alone(&self, entry: &Entry, claimed: Claimed) -> Option<Verdict> {
        let (db, lease) = (&self.process.platform.db, claimed.lease);
        let alone = tokio::select! {
            alone = self.process.suspect.lock() => alone,
            () = self.process.abandon.cancelled() => return Some(Verdict::HandBack),
        };
        let noted = within(
            LIMIT,
            workers::note_suspect(db, lease.worker, Some(lease.job)),
        )
        .await;
        if !matches!(noted, Ok(true)) {
            return Some(Verdict::HandBack);
        }
        let verdict = self.attempt(entry, claimed).await;
        if let Err(error) = within(LIMIT, workers::note_suspect(db, lease.worker, None)).await {
            tracing::debug!(%error, "the note of a suspect stays until the next one");
        }
        drop(alone);
        verdict
    }

    /// `None`: the handler finished the job itself, or another run has it.
    async fn attempt(&self, entry: &Entry, claimed: Claimed) -> Option<Verdict> {
        let span = tracing::info_span!(
            "job",
            otel.name = claimed.name,
            otel.kind = "consumer",
            job.id = %claimed.lease.job,
            job.name = claimed.name,
            job.attempt = claimed.attempt,
            request_id = claimed.request_id,
        );
        continue_trace(&span, claimed.trace.as_deref());
        entry.meters.claimed(claimed.waited);
        let facts = Facts {
            lease: claimed.lease,
            attempt: claimed.attempt,
            last: claimed.attempt >= claimed.max_attempts,
            at: self.process.platform.clock.now(),
        };
        let started = Instant::now();
        let call = self.call(entry, claimed, facts);
        let result = call.instrument(span.clone()).await;
        let judged = AssertUnwindSafe(|| span.in_scope(|| judge(result, facts)));
        // A report has to be made whatever happens: without it the job would count as running for as long as this process lives.
        let (tally, verdict) = catch_unwind(judged).unwrap_or_else(|panic| {
            let error = format!(
                "what became of it could not be judged: {}",
                message(&*panic)
            );
            fail(Failure::retry(error), facts)
        });
        entry.meters.settled(tally, started.elapsed());
        verdict
    }

    async fn call(
        &self,
        entry: &Entry,
        claimed: Claimed,
        facts: Facts,
    ) -> Result<Outcome, Stopped> {
        let scope = Scope::for_job(claimed.request_id.as_deref(), claimed.actor);
        let cx = Cx {
            platform: self.process.platform.clone(),
            lease: claimed.lease,
            attempt: claimed.attempt,
            merged: claimed.merged,
            samples: samples(claimed.samples),
            checkpoint: claimed.checkpoint,
        };
        let work = scope
            .clone()
            .run(async { (entry.run)(claimed.payload, cx).await });
        let caught = AssertUnwindSafe(work).catch_unwind();
        let cancelled = self.process.holdings.started(facts, entry.timeout);
        let ended = tokio::select! {
            () = self.process.abandon.cancelled() => Err(Stopped::Abandoned),
            () = cancelled.cancelled() => Err(Stopped::Failed(Failure::LeaseLost)),
            result = tokio::time::timeout(entry.timeout, caught) => match result {
                Ok(Ok(result)) => result.map_err(Stopped::Failed),
                Ok(Err(panic)) => Err(Stopped::Failed(Failure::retry(format!("panicked: {}", message(&*panic))))),
                Err(_) => Err(Stopped::Failed(Failure::retry(format!("took longer than {:?}", entry.timeout)))),
            },
        };
        // What is reported next must not wait for a lock that the dropped handler still holds.
        scope.rolled_back().await;
        ended
    }
}

fn samples(stored: Option<Value>) -> Vec<Value> {
    match stored {
        Some(Value::Array(samples)) => samples,
        _ => Vec::new(),
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}
