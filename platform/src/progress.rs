//! Whether the loops of this process get anywhere. One whose every attempt fails is as good as stopped, though its process
//! lives: the heartbeat and the readiness ask here.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A loop that has only failed for so long does not count as alive.
const STUCK: Duration = Duration::from_secs(10);

#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// Since when each loop has only failed.
    failing: Arc<Mutex<HashMap<&'static str, Instant>>>,
}

impl Progress {
    pub fn succeeded(&self, name: &'static str) {
        self.lock().remove(name);
    }

    pub fn failed(&self, name: &'static str) {
        self.lock().entry(name).or_insert_with(Instant::now);
    }

    /// A loop that has got nowhere for some time.
    pub fn stuck(&self) -> Option<&'static str> {
        let failing = self.lock();
        let stuck = failing.iter().find(|(_, since)| since.elapsed() > STUCK);
        stuck.map(|(name, _)| *name)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<&'static str, Instant>> {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
