//! The places of one pool in this process: how many are free, for which class, and how busy the pool is.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use platform::jobs::heartbeat::Load;
use platform::jobs::{Class, Offer};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use super::turns::Turns;

/// Over which the rate is told.
const MINUTE: Duration = Duration::from_secs(60);
/// How long a puller waits for more places to come free while work is queued: fewer, larger claims.
const GATHER: Duration = Duration::from_millis(1);
/// Most tickets of one take, so that a claim is in flight while the next batch is taken.
const BATCH: usize = 500;

pub(super) struct Slots {
    free: Arc<Semaphore>,
    total: usize,
    caps: Caps,
    /// Places that each class holds.
    held: Mutex<[usize; 3]>,
    /// Somebody gave a place back.
    released: Notify,
    /// One puller takes at a time; the claim of another may be on its way meanwhile.
    turns: tokio::sync::Mutex<Turns>,
    running: AtomicUsize,
    settled: AtomicU64,
}

/// Places kept for the more urgent: however long the runs of a class are, it never holds more than this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Caps {
    bulk: usize,
    normal_and_bulk: usize,
}

impl Caps {
    /// Bulk has at most half, and normal with bulk all but an eighth; a class that the pool has no jobs of keeps nothing.
    fn new(total: usize, classes: [bool; 3]) -> Self {
        let [urgent, normal, bulk] = classes;
        let kept = match urgent && (normal || bulk) {
            true => (total / 8).max(1),
            false => 0,
        };
        let normal_and_bulk = total.saturating_sub(kept).max(1);
        let bulk = match urgent || normal {
            true => (total / 2).max(1),
            false => total,
        };
        Self {
            bulk: bulk.min(normal_and_bulk),
            normal_and_bulk,
        }
    }
}

/// The right to take next, with all places that are free.
pub(super) struct Turn<'a> {
    slots: &'a Arc<Slots>,
    turns: tokio::sync::MutexGuard<'a, Turns>,
    permits: OwnedSemaphorePermit,
}

/// A place that a run holds; dropping it frees the place.
pub(super) struct Place {
    slots: Arc<Slots>,
    class: Class,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.slots.held()[self.class as usize] -= 1;
        self.slots.released.notify_waiters();
    }
}

impl Slots {
    /// `classes`: those of which the pool has jobs.
    pub(super) fn new(total: usize, classes: [bool; 3]) -> Self {
        Self {
            free: Arc::new(Semaphore::new(total)),
            total,
            caps: Caps::new(total, classes),
            held: Mutex::default(),
            released: Notify::new(),
            turns: tokio::sync::Mutex::default(),
            running: AtomicUsize::new(0),
            settled: AtomicU64::new(0),
        }
    }

    /// Waits for the turn and for a free place, and takes all there are. With a backlog it waits a moment for a quarter of all
    /// places, and of those that the waiting class may have.
    pub(super) async fn turn(self: &Arc<Self>) -> Option<Turn<'_>> {
        let turns = self.turns.lock().await;
        let backlog = turns.backlog();
        let quarter = u32::try_from(self.total / 4).unwrap_or(u32::MAX);
        let mut permits = None;
        if let Some(class) = backlog {
            let gathering = async {
                let permits = match quarter {
                    0 | 1 => None,
                    _ => self.free.clone().acquire_many_owned(quarter).await.ok(),
                };
                (permits, self.wait_for_quarter(class).await).0
            };
            permits = tokio::time::timeout(GATHER, gathering).await.ok().flatten();
        }
        let mut permits = match permits {
            Some(permits) => permits,
            None => self.free.clone().acquire_owned().await.ok()?,
        };
        let rest = u32::try_from(self.free.available_permits()).unwrap_or(0);
        if let Ok(rest) = self.free.clone().try_acquire_many_owned(rest) {
            permits.merge(rest);
        }
        Some(Turn {
            slots: self,
            turns,
            permits,
        })
    }

    async fn wait_for_quarter(&self, class: Class) {
        loop {
            let released = self.released.notified();
            if self.room(class) >= self.quarter(class) {
                return;
            }
            released.await;
        }
    }

    /// Ends when a class that was not offered has more room than now; never, where all were.
    pub(super) async fn more_room(&self, offered: &[Class]) {
        let left_out = Class::ALL.map(|class| (class, self.room(class)));
        let left_out = left_out
            .iter()
            .filter(|(class, _)| !offered.contains(class));
        loop {
            let released = self.released.notified();
            if left_out
                .clone()
                .any(|(class, room)| self.room(*class) > *room)
            {
                return;
            }
            released.await;
        }
    }

    /// How many more runs of a class there may be.
    fn room(&self, class: Class) -> usize {
        let [urgent, normal, bulk] = *self.held();
        let lower = self.caps.normal_and_bulk.saturating_sub(normal + bulk);
        match class {
            Class::Urgent => self.total.saturating_sub(urgent + normal + bulk),
            Class::Normal => lower,
            Class::Bulk => lower.min(self.caps.bulk.saturating_sub(bulk)),
        }
    }

    fn quarter(&self, class: Class) -> usize {
        let most = match class {
            Class::Urgent => self.total,
            Class::Normal => self.caps.normal_and_bulk,
            Class::Bulk => self.caps.bulk,
        };
        (most / 4).max(1)
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

    fn held(&self) -> MutexGuard<'_, [usize; 3]> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// The classes that have room, by whose turn it is, and the least of their rooms. While others have a backlog, a class
    /// whose room is small waits until it is first or has a quarter of its places: it would make their takes small too.
    pub(super) fn offer(&self) -> Offer {
        let order = self.turns.order();
        let others_wait = |class| self.turns.backlog().is_some_and(|backlog| backlog != class);
        let mut most = self.permits.num_permits().min(BATCH);
        let mut classes = Vec::with_capacity(order.len());
        for (place, class) in order.into_iter().enumerate() {
            let room = self.room(class);
            let small = room < self.slots.quarter(class).min(self.permits.num_permits());
            if room == 0 || (small && place > 0 && others_wait(class)) {
                continue;
            }
            most = most.min(room);
            classes.push(class);
        }
        Offer { classes, most }
    }

    /// How many more runs of a class this turn may start.
    pub(super) fn room(&self, class: Class) -> usize {
        self.slots.room(class).min(self.permits.num_permits())
    }

    pub(super) fn order(&self) -> [Class; 3] {
        self.turns.order()
    }

    /// Places for what came.
    pub(super) fn hold(&mut self, class: Class, count: usize, full: bool) -> Vec<Place> {
        self.turns.charge(class, count, full);
        let permits = (0..count).map_while(|_| self.permits.split(1));
        let places: Vec<Place> = permits
            .map(|permit| {
                self.slots.held()[class as usize] += 1;
                Place {
                    slots: self.slots.clone(),
                    class,
                    _permit: permit,
                }
            })
            .collect();
        places
    }

    pub(super) fn nothing_came(&mut self) {
        self.turns.nothing_came();
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

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [bool; 3] = [true; 3];

    #[test]
    fn places_are_kept_only_for_classes_that_a_pool_has() {
        let caps = |total, classes| {
            let caps = Caps::new(total, classes);
            (caps.bulk, caps.normal_and_bulk)
        };
        assert_eq!(caps(16, ALL), (8, 14));
        assert_eq!(caps(16, [false, true, true]), (8, 16));
        assert_eq!(caps(16, [false, false, true]), (16, 16));
        assert_eq!(caps(2, ALL), (1, 1));
        assert_eq!(caps(1, ALL), (1, 1), "a pool of one has to run something");
    }

    #[tokio::test]
    async fn bulk_is_not_offered_beyond_half_of_the_places() {
        let slots = Arc::new(Slots::new(16, ALL));
        let mut held = Vec::new();
        loop {
            let mut turn = slots.turn().await.unwrap();
            let offer = turn.offer();
            if !offer.classes.contains(&Class::Bulk) {
                break;
            }
            held.extend(turn.hold(Class::Bulk, offer.most, false));
        }
        assert_eq!(held.len(), 8);
        held.pop();
        let turn = slots.turn().await.unwrap();
        assert!(turn.offer().classes.contains(&Class::Bulk));
    }
}
