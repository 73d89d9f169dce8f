//! The free places of one pool in this process, and how busy it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use platform::jobs::heartbeat::Load;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Over which the rate is told.
const MINUTE: Duration = Duration::from_secs(60);
/// How long a puller waits for more places to come free while work is queued: fewer, larger claims.
const GATHER: Duration = Duration::from_millis(1);

pub(super) struct Slots {
    free: Arc<Semaphore>,
    total: usize,
    running: AtomicUsize,
    settled: AtomicU64,
}

impl Slots {
    pub(super) fn new(total: usize) -> Self {
        Self {
            free: Arc::new(Semaphore::new(total)),
            total,
            running: AtomicUsize::new(0),
            settled: AtomicU64::new(0),
        }
    }

    /// Waits for a free place and takes all there are. With a backlog it waits a moment for a quarter of all places.
    pub(super) async fn take(&self, backlog: bool) -> Option<OwnedSemaphorePermit> {
        let quarter = u32::try_from(self.total / 4).unwrap_or(u32::MAX);
        let mut places = None;
        if backlog && quarter > 1 {
            let gathered =
                tokio::time::timeout(GATHER, self.free.clone().acquire_many_owned(quarter)).await;
            places = gathered.ok().and_then(Result::ok);
        }
        let mut places = match places {
            Some(places) => places,
            None => self.free.clone().acquire_owned().await.ok()?,
        };
        let rest = u32::try_from(self.free.available_permits()).unwrap_or(0);
        if let Ok(rest) = self.free.clone().try_acquire_many_owned(rest) {
            places.merge(rest);
        }
        Some(places)
    }

    pub(super) fn started(&self) {
        self.running.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn ended(&self) {
        self.running.fetch_sub(1, Ordering::Relaxed);
        self.settled.fetch_add(1, Ordering::Relaxed);
    }

    /// Not the places that are taken: a puller that waits for tickets holds all free ones.
    fn in_flight(&self) -> usize {
        self.running.load(Ordering::Relaxed)
    }

    pub(super) fn total(&self) -> usize {
        self.total
    }

    fn settled(&self) -> u64 {
        self.settled.load(Ordering::Relaxed)
    }
}

/// How many runs were settled in the last minute, sampled at every beat.
#[derive(Default)]
pub(super) struct Minute {
    samples: std::collections::VecDeque<u64>,
}

impl Minute {
    pub(super) fn sample(&mut self, slots: &Slots, beat: Duration) -> Load {
        let settled = slots.settled();
        self.samples.push_back(settled);
        let kept = (MINUTE.as_secs_f64() / beat.as_secs_f64().max(0.1)) as usize;
        if self.samples.len() > kept + 1 {
            self.samples.pop_front();
        }
        Load {
            in_flight: slots.in_flight(),
            settled: settled - self.samples.front().copied().unwrap_or(settled),
        }
    }
}
