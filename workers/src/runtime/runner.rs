//! One run: decode, call the handler within its time, catch its panic, say what became of it.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt;
use platform::jobs::ledger::Claimed;
use platform::jobs::{Lease, Report, Verdict};
use platform::scope::Scope;
use platform::telemetry::continue_trace;
use serde_json::{Value, json};
use tracing::Instrument;

use super::backend::Run;
use super::meters::Tally;
use super::process::Process;
use super::slots::Slots;
use crate::registry::Entry;
use crate::{Cx, Failure, Outcome};

/// Back-off before the second attempt; doubles with each.
const FIRST_RETRY: Duration = Duration::from_secs(5);
const LONGEST_RETRY: Duration = Duration::from_secs(6 * 3600);
/// Longest error text kept with a job.
const ERROR_LENGTH: usize = 4_000;

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
            Some(entry) => self.attempt(entry, claimed).await,
            None => Some(Verdict::HandBack),
        };
        self.slots.ended();
        drop(place);
        if let Some(verdict) = verdict {
            self.process.settle(Report { lease, verdict }).await;
        }
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
        };
        let started = Instant::now();
        let result = self.call(entry, claimed).instrument(span.clone()).await;
        let (tally, verdict) = span.in_scope(|| self.judge(result, facts));
        entry.meters.settled(tally, started.elapsed());
        verdict
    }

    async fn call(&self, entry: &Entry, claimed: Claimed) -> Result<Outcome, Stopped> {
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
        let ended = tokio::select! {
            () = self.process.abandon.cancelled() => Err(Stopped::Abandoned),
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

    fn judge(&self, result: Result<Outcome, Stopped>, facts: Facts) -> (Tally, Option<Verdict>) {
        match result {
            Ok(outcome) => self.accept(outcome, facts),
            Err(Stopped::Failed(failure)) => self.fail(failure, facts),
            Err(Stopped::Abandoned) => (Tally::Snoozed, Some(Verdict::HandBack)),
        }
    }

    fn accept(&self, outcome: Outcome, facts: Facts) -> (Tally, Option<Verdict>) {
        let snooze = |at, checkpoint| (Tally::Snoozed, Some(Verdict::Snooze { at, checkpoint }));
        match outcome {
            Outcome::Done => (Tally::Done, Some(Verdict::Done)),
            Outcome::Finished => (Tally::Done, None),
            Outcome::Snooze(at) => snooze(Some(at), None),
            Outcome::Continue(checkpoint) => snooze(None, Some(checkpoint)),
            Outcome::Discard(why) => self.discard(&why, facts),
        }
    }

    fn fail(&self, failure: Failure, facts: Facts) -> (Tally, Option<Verdict>) {
        let job = facts.lease.job;
        match failure {
            Failure::LeaseLost => {
                tracing::warn!("job {job} was taken over by another run; this one had no effect");
                (Tally::Discarded, None)
            }
            Failure::Discard(why) => self.discard(&why, facts),
            Failure::Retry { error, after } if !facts.last => {
                let wait = after.unwrap_or_else(|| backoff(facts.lease, facts.attempt));
                tracing::warn!("job {job} failed, next try in {wait:?}: {error}");
                let at = self.process.platform.clock.now() + wait;
                let error = self.note("failure", &error, facts);
                (Tally::Failed, Some(Verdict::Retry { at, error }))
            }
            failure => {
                tracing::error!("job {job} is dead: {failure}");
                let error = self.note("dead", &failure.to_string(), facts);
                (Tally::Dead, Some(Verdict::Dead { error }))
            }
        }
    }

    fn discard(&self, why: &str, facts: Facts) -> (Tally, Option<Verdict>) {
        tracing::info!("job {} discarded: {why}", facts.lease.job);
        let error = self.note("discard", why, facts);
        (Tally::Discarded, Some(Verdict::Discard { error }))
    }

    fn note(&self, kind: &str, error: &str, facts: Facts) -> Value {
        let end = (0..=ERROR_LENGTH.min(error.len()))
            .rev()
            .find(|at| error.is_char_boundary(*at));
        json!({
            "attempt": facts.attempt,
            "at": self.process.platform.clock.now(),
            "kind": kind,
            "error": &error[..end.unwrap_or(0)],
            "worker": facts.lease.worker,
        })
    }
}

/// What a verdict depends on, besides what the handler said.
#[derive(Clone, Copy)]
struct Facts {
    lease: Lease,
    attempt: i16,
    /// No attempt is left after this one.
    last: bool,
}

enum Stopped {
    Failed(Failure),
    Abandoned,
}

/// Exponential, with a spread of a fifth either way that is drawn from the job's id.
fn backoff(lease: Lease, attempt: i16) -> Duration {
    let doublings = u32::try_from(attempt.clamp(1, 20) - 1).unwrap_or(0);
    let wait = FIRST_RETRY
        .saturating_mul(1 << doublings)
        .min(LONGEST_RETRY);
    let draw = lease.job.as_bytes()[8..]
        .iter()
        .fold(u64::from(doublings), |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
    wait.mul_f64(0.8 + 0.4 * ((draw >> 16 & 0xffff) as f64 / 65_535.0))
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
