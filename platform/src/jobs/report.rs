//! What became of a run, as the ledger takes it down.

use std::time::Duration;

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
    /// A failure: runs again after a while.
    Retry {
        after: Duration,
        error: Value,
    },
    /// Not a failure: runs again after a while, or at once, behind what is more urgent.
    Snooze {
        after: Option<Duration>,
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
            Self::Retry { .. } | Self::Snooze { after: Some(_), .. } => "scheduled",
            Self::Dead { .. } => "dead",
            _ => "ready",
        }
    }

    /// Seconds until it runs again. Postgres adds them to its own clock, after it has capped them.
    pub(super) fn after(&self) -> Option<f64> {
        match self {
            Self::Retry { after, .. } => Some(after.as_secs_f64()),
            Self::Snooze { after, .. } => after.map(|after| after.as_secs_f64()),
            _ => None,
        }
    }

    pub(super) fn counts(&self) -> bool {
        matches!(self, Self::Retry { .. } | Self::Dead { .. })
    }

    pub(super) fn error(&self) -> Option<Value> {
        match self {
            Self::Discard { error } | Self::Retry { error, .. } | Self::Dead { error } => {
                Some(storable(error))
            }
            _ => None,
        }
    }

    pub(super) fn checkpoint(&self) -> Option<Value> {
        match self {
            Self::Snooze { checkpoint, .. } => checkpoint.as_ref().map(storable),
            _ => None,
        }
    }
}

/// The value as jsonb takes it: Postgres refuses the NUL character, and one refused row must not keep a batch from settling.
fn storable(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace('\0', "\u{fffd}")),
        Value::Array(values) => values.iter().map(storable).collect(),
        Value::Object(fields) => {
            let fields = fields.iter();
            fields
                .map(|(name, value)| (name.replace('\0', "\u{fffd}"), storable(value)))
                .collect()
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_nul_is_replaced_wherever_it_stands() {
        let stored = storable(&json!({ "a\0": ["b\0c", 1, null], "d": { "e": "\0" } }));
        assert_eq!(
            stored,
            json!({ "a\u{fffd}": ["b\u{fffd}c", 1, null], "d": { "e": "\u{fffd}" } })
        );
    }
}
