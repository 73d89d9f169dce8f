//! One pending row per key, and merging what is enqueued meanwhile.

use std::time::Duration;

use serde_json::Value;

/// While a row with this key (and job name) waits for its first claim, enqueuing again only adds to that row: its count
/// rises, and up to [`Unique::SAMPLES`] samples are kept. The row's size stays bounded whatever is merged into it.
#[derive(Clone, Debug)]
pub struct Unique {
    pub(super) key: String,
    pub(super) sample: Option<Value>,
    pub(super) quiet: Duration,
    pub(super) longest: Duration,
}

impl Unique {
    pub const SAMPLES: i32 = 8;

    pub fn key(key: impl ToString) -> Self {
        Self {
            key: key.to_string(),
            sample: None,
            quiet: Duration::ZERO,
            longest: Duration::ZERO,
        }
    }

    /// Waits until nothing was added for `quiet`, but never longer than `longest` after the first.
    pub fn coalesce(mut self, quiet: Duration, longest: Duration) -> Self {
        self.quiet = quiet;
        self.longest = longest;
        self
    }

    /// Kept with the row while there is room: one of the actors, one of the changed things.
    pub fn sample(mut self, sample: Value) -> Self {
        self.sample = Some(sample);
        self
    }
}
