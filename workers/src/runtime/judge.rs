//! What a run came to: the handler's word becomes a verdict for the ledger and a count for the metrics.

use std::time::Duration;

use chrono::{DateTime, Utc};
use platform::jobs::{Lease, Verdict};
use serde_json::{Value, json};

use super::meters::Tally;
use crate::{Failure, Outcome};

/// Back-off before the second attempt; doubles with each.
const FIRST_RETRY: Duration = Duration::from_secs(5);
const LONGEST_RETRY: Duration = Duration::from_secs(6 * 3600);
/// Longest error text kept with a job.
const ERROR_LENGTH: usize = 4_000;

/// What a verdict depends on, besides what the handler said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub(super) lease: Lease,
    pub(super) attempt: i16,
    /// No attempt is left after this one.
    pub(super) last: bool,
    /// Of the run's end, for the eyes of operators; nothing is decided by it.
    pub(super) at: DateTime<Utc>,
}

pub(super) enum Stopped {
    Failed(Failure),
    Abandoned,
}

/// No verdict: the handler finished the job itself, or another run has it.
pub(super) fn judge(result: Result<Outcome, Stopped>, facts: Facts) -> (Tally, Option<Verdict>) {
    match result {
        Ok(outcome) => accept(outcome, facts),
        Err(Stopped::Failed(failure)) => fail(failure, facts),
        Err(Stopped::Abandoned) => (Tally::Snoozed, Some(Verdict::HandBack)),
    }
}

fn accept(outcome: Outcome, facts: Facts) -> (Tally, Option<Verdict>) {
    let snooze = |after, checkpoint| {
        let verdict = Verdict::Snooze { after, checkpoint };
        (Tally::Snoozed, Some(verdict))
    };
    match outcome {
        Outcome::Done => (Tally::Done, Some(Verdict::Done)),
        Outcome::Finished => (Tally::Done, None),
        Outcome::Snooze(after) => snooze(Some(after), None),
        Outcome::Continue(checkpoint) => snooze(None, Some(checkpoint)),
        Outcome::Discard(why) => discard(&why, facts),
    }
}

pub(super) fn fail(failure: Failure, facts: Facts) -> (Tally, Option<Verdict>) {
    let job = facts.lease.job;
    match failure {
        Failure::LeaseLost => {
            tracing::warn!("job {job} was taken over by another run; this one had no effect");
            (Tally::Discarded, None)
        }
        Failure::Discard(why) => discard(&why, facts),
        Failure::Retry { error, after } if !facts.last => {
            let after = after.unwrap_or_else(|| backoff(facts.lease, facts.attempt));
            tracing::warn!("job {job} failed, next try in {after:?}: {error}");
            let error = note("failure", &error, facts);
            (Tally::Failed, Some(Verdict::Retry { after, error }))
        }
        failure => {
            tracing::error!("job {job} is dead: {failure}");
            let error = note("dead", &failure.to_string(), facts);
            (Tally::Dead, Some(Verdict::Dead { error }))
        }
    }
}

fn discard(why: &str, facts: Facts) -> (Tally, Option<Verdict>) {
    tracing::info!("job {} discarded: {why}", facts.lease.job);
    let error = note("discard", why, facts);
    (Tally::Discarded, Some(Verdict::Discard { error }))
}

fn note(kind: &str, error: &str, facts: Facts) -> Value {
    let end = (0..=ERROR_LENGTH.min(error.len()))
        .rev()
        .find(|at| error.is_char_boundary(*at));
    json!({
        "attempt": facts.attempt,
        "at": facts.at,
        "kind": kind,
        "error": &error[..end.unwrap_or(0)],
        "worker": facts.lease.worker,
    })
}

/// Exponential, spread from half to double by a draw from the job's id: jobs that failed together come back apart.
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
    wait.mul_f64(0.5 + 1.5 * ((draw >> 16 & 0xffff) as f64 / 65_535.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lease(job: u128) -> Lease {
        Lease {
            job: uuid::Uuid::from_u128(job),
            epoch: 1,
            claimed_at: DateTime::UNIX_EPOCH,
            worker: uuid::Uuid::nil(),
        }
    }

    #[test]
    fn retries_of_jobs_that_failed_together_are_spread_from_half_to_double() {
        let waits: Vec<f64> = (0..2_000_u128)
            .map(|job| {
                backoff(
                    lease(job.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)),
                    1,
                )
                .as_secs_f64()
            })
            .collect();
        assert!(waits.iter().all(|wait| (2.5..=10.0).contains(wait)));
        for tenth in 0..10 {
            let from = 2.5 + 0.75 * f64::from(tenth);
            let share = waits
                .iter()
                .filter(|wait| (from..from + 0.75).contains(*wait))
                .count();
            assert!(
                (100..=300).contains(&share),
                "{share} between {from} and {}",
                from + 0.75
            );
        }
    }
}
