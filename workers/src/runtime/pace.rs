//! How often a puller asks the ledger for work when no tickets come.

use std::time::{Duration, Instant};

use platform::{Clock, new_id};

/// Between two questions, give or take three tenths, so that many workers do not ask at one moment.
const EVERY: Duration = Duration::from_secs(1);
/// With more workers than this each asks less often.
const CREW: u32 = 8;

pub(super) struct Pace {
    clock: Clock,
    next: Instant,
}

impl Pace {
    pub(super) fn new(clock: &Clock) -> Self {
        Self {
            clock: clock.clone(),
            next: Instant::now() + EVERY.mul_f64(draw(clock)),
        }
    }

    /// `workers`: how many living ones serve the pool.
    pub(super) fn is_due(&mut self, workers: u32) -> bool {
        let now = Instant::now();
        if now < self.next {
            return false;
        }
        let crowded = f64::from(workers.max(CREW)) / f64::from(CREW);
        self.next = now + EVERY.mul_f64(crowded * (0.7 + 0.6 * draw(&self.clock)));
        true
    }
}

/// From 0 to 1, out of the random part of an id.
fn draw(clock: &Clock) -> f64 {
    let random = new_id(clock).as_u128() & 0xffff_ffff;
    random as f64 / f64::from(u32::MAX)
}
