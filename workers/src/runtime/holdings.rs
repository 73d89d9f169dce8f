//! What this process holds: its claims and its runs, as the heartbeat compares them with the ledger.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use platform::Clock;
use platform::jobs::claim::Claimed;
use platform::jobs::{Ended, JobId, Lease};
use platform::new_id;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::judge::Facts;

#[derive(Default)]
pub(super) struct Holdings {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// How many runs of a claim have not ended; none while its answer is awaited.
    claims: HashMap<Uuid, Option<usize>>,
    /// Claims whose row in the ledger can go.
    ended: HashSet<Uuid>,
    runs: HashMap<Lease, Held>,
}

struct Held {
    claim: Uuid,
    cancel: CancellationToken,
    /// The ledger did not know of this run at the last heartbeat.
    missing: bool,
    /// When its time is up, and what is known of it.
    limit: Option<(Instant, Facts)>,
}

/// What the heartbeat sends.
pub(super) struct Snapshot {
    pub(super) claims: Vec<Uuid>,
    pub(super) ended: Vec<Uuid>,
    pub(super) runs: Vec<Lease>,
}

impl Holdings {
    /// A claim that is about to be sent: from now on the ledger may know of it.
    pub(super) fn claiming(&self, clock: &Clock) -> Uuid {
        let token = new_id(clock);
        self.lock().claims.insert(token, None);
        token
    }

    /// The answer came.
    pub(super) fn claimed(&self, token: Uuid, claimed: &[Claimed]) {
        let mut inner = self.lock();
        if claimed.is_empty() {
            inner.claims.remove(&token);
            return;
        }
        inner.claims.insert(token, Some(claimed.len()));
        for one in claimed {
            let held = Held {
                claim: token,
                cancel: CancellationToken::new(),
                missing: false,
                limit: None,
            };
            inner.runs.insert(one.lease, held);
        }
    }

    /// No answer came. Whatever the ledger says this claim took is given back by a heartbeat.
    pub(super) fn unanswered(&self, token: Uuid) {
        self.lock().claims.remove(&token);
    }

    /// The handler is called, and has so much time. The token is cancelled when the run is no longer this worker's.
    pub(super) fn started(&self, facts: Facts, timeout: Duration) -> CancellationToken {
        let mut inner = self.lock();
        let Some(held) = inner.runs.get_mut(&facts.lease) else {
            return CancellationToken::new();
        };
        held.limit = Some((Instant::now() + timeout, facts));
        held.cancel.clone()
    }

    /// Runs that are `past` their time and were not dropped: their handler blocks its thread, where no timeout reaches it.
    /// Each is answered once.
    pub(super) fn stuck(&self, past: Duration) -> Vec<Facts> {
        let mut inner = self.lock();
        let now = Instant::now();
        let limits = inner.runs.values_mut().map(|held| &mut held.limit);
        let stuck = limits.filter_map(|limit| limit.take_if(|(end, _)| *end + past < now));
        stuck.map(|(_, facts)| facts).collect()
    }

    /// The run is over, and the ledger has it.
    pub(super) fn ended(&self, lease: &Lease) {
        let mut inner = self.lock();
        let Some(held) = inner.runs.remove(lease) else {
            return;
        };
        if let Some(Some(left)) = inner.claims.get_mut(&held.claim) {
            *left -= 1;
            if *left == 0 {
                inner.claims.remove(&held.claim);
                inner.ended.insert(held.claim);
            }
        }
    }

    /// Drops runs that were cancelled or evicted; a later run of the same job is none of them.
    pub(super) fn end(&self, ended: &[Ended]) {
        let inner = self.lock();
        for (lease, held) in &inner.runs {
            let ends = |run: &Ended| run.job == lease.job && run.epoch >= lease.epoch;
            if ended.iter().any(ends) {
                held.cancel.cancel();
            }
        }
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        let inner = self.lock();
        Snapshot {
            claims: inner.claims.keys().copied().collect(),
            ended: inner.ended.iter().copied().collect(),
            runs: inner.runs.keys().copied().collect(),
        }
    }

    /// The ledger has forgotten the claims that had ended, and does not know of the runs of `lost`. A run that has just
    /// committed its own finish looks the same, so only one that is still there at the next heartbeat is cancelled.
    pub(super) fn compared(&self, sent: &Snapshot, lost: &[JobId]) {
        let lost: HashSet<JobId> = lost.iter().copied().collect();
        let mut inner = self.lock();
        for claim in &sent.ended {
            inner.ended.remove(claim);
        }
        for lease in &sent.runs {
            let Some(held) = inner.runs.get_mut(lease) else {
                continue;
            };
            let missing = lost.contains(&lease.job);
            if missing && held.missing {
                held.cancel.cancel();
            }
            held.missing = missing;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
