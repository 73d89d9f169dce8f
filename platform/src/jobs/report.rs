//! What became of a run, as the ledger takes it down.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::Lease;

#[derive(Clone, Debug)]
pub struct Report {
    pub lease: Lease,
    pub verdict: Verdict,
}

#[derive(Clone, Debug)]
pub enum Verdict {
    Done,
    /// Not worth doing any more; the reason is kept.
    Discard {
        error: Value,
    },
    /// A failure: runs again at `at`.
    Retry {
        at: DateTime<Utc>,
        error: Value,
    },
    /// Not a failure: runs again at `at`, or at once, behind what is more urgent.
    Snooze {
        at: Option<DateTime<Utc>>,
        checkpoint: Option<Value>,
    },
    /// Handed back by a worker that stops; the run does not count.
    HandBack,
    /// Given up until an operator looks.
    Dead {
        error: Value,
    },
}

impl Verdict {
    pub(super) fn leaves(&self) -> bool {
        matches!(self, Self::Done | Self::Discard { .. })
    }

    pub(super) fn outcome(&self) -> &'static str {
        match self {
            Self::Discard { .. } => "discarded",
            _ => "done",
        }
    }

    pub(super) fn state(&self) -> &'static str {
        match self {
            Self::Retry { .. } | Self::Snooze { at: Some(_), .. } => "scheduled",
            Self::Dead { .. } => "dead",
            _ => "ready",
        }
    }

    pub(super) fn due_at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Retry { at, .. } => Some(*at),
            Self::Snooze { at, .. } => *at,
            _ => None,
        }
    }

    pub(super) fn counts(&self) -> bool {
        matches!(self, Self::Retry { .. } | Self::Dead { .. })
    }

    pub(super) fn error(&self) -> Option<Value> {
        match self {
            Self::Discard { error } | Self::Retry { error, .. } | Self::Dead { error } => {
                Some(error.clone())
            }
            _ => None,
        }
    }

    pub(super) fn checkpoint(&self) -> Option<Value> {
        match self {
            Self::Snooze { checkpoint, .. } => checkpoint.clone(),
            _ => None,
        }
    }
}
