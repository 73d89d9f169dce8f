//! Who crowds. A person who enqueues far more than others gets a lane, which is served in turn with everybody's list: so a
//! crowd delays itself and nobody else.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use uuid::Uuid;

use super::Class;

/// Jobs of a class that a person may have among everybody's in a busy spell.
const SHARE: f64 = 100.0;
/// So many of them are forgotten a second: whoever enqueues no faster never has a lane.
const FORGOTTEN_A_SECOND: f64 = 5.0;
/// A spell that has ended is over after this multiple of the share is forgotten, however large the crowd was.
const LONGEST: f64 = 3.0 * SHARE;
/// Spells that are remembered.
const MEMORY: usize = 10_000;
/// Lanes of crowds, from 1 on. Only crowds can meet in one.
const LANES: u64 = 62;

/// Everybody's.
pub const COMMON: i16 = 0;
/// Jobs that have failed before: a storm of retries never stands before what is new.
pub const RETRIES: i16 = 63;

/// What this process has enqueued, for whom. It is kept in memory only: a process that has just started lets each crowd have
/// its share among everybody's once more.
#[derive(Clone, Default)]
pub struct Crowds {
    spells: Arc<Mutex<HashMap<u64, Spell>>>,
}

struct Spell {
    jobs: f64,
    at: Instant,
}

impl Spell {
    fn left(&self, now: Instant) -> f64 {
        let since = now.saturating_duration_since(self.at).as_secs_f64();
        (self.jobs - since * FORGOTTEN_A_SECOND).max(0.0)
    }
}

impl Crowds {
    /// The lanes of `count` jobs that a person enqueues. Jobs without a person count by their name.
    pub(super) fn lanes(
        &self,
        class: Class,
        person: Option<Uuid>,
        name: &str,
        count: usize,
    ) -> Vec<i16> {
        self.lanes_at(Instant::now(), class, person, name, count)
    }

    fn lanes_at(
        &self,
        now: Instant,
        class: Class,
        person: Option<Uuid>,
        name: &str,
        count: usize,
    ) -> Vec<i16> {
        let who = match person {
            Some(person) => hash(person),
            None => hash(name),
        };
        let lane = i16::try_from(1 + who % LANES).unwrap_or(COMMON);
        let mut spells = self.spells.lock().unwrap_or_else(PoisonError::into_inner);
        if spells.len() >= MEMORY {
            spells.retain(|_, spell| spell.left(now) > 0.0);
        }
        if spells.len() >= MEMORY {
            spells.clear();
        }
        let spell = spells
            .entry(hash((who, class)))
            .or_insert(Spell { jobs: 0.0, at: now });
        let before = spell.left(now);
        let common = (SHARE - before).max(0.0) as usize;
        *spell = Spell {
            jobs: (before + count as f64).min(LONGEST),
            at: now,
        };
        let common = common.min(count);
        let mut lanes = vec![COMMON; common];
        lanes.resize(count, lane);
        lanes
    }
}

fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn in_a_lane(lanes: &[i16]) -> usize {
        lanes.iter().filter(|lane| **lane != COMMON).count()
    }

    #[test]
    fn a_share_stays_among_everybodys_and_the_rest_has_one_lane() {
        let crowds = Crowds::default();
        let (now, person) = (Instant::now(), Some(Uuid::from_u128(7)));
        let lanes = crowds.lanes_at(now, Class::Normal, person, "a", 5_000);
        assert_eq!(in_a_lane(&lanes), 4_900);
        assert!(lanes[100..].iter().all(|lane| *lane == lanes[100]));
        assert!((1..=62).contains(&lanes[100]));
        let other = Some(Uuid::from_u128(8));
        assert_eq!(
            in_a_lane(&crowds.lanes_at(now, Class::Normal, other, "a", 100)),
            0
        );
        assert_eq!(
            in_a_lane(&crowds.lanes_at(now, Class::Bulk, person, "a", 100)),
            0
        );
        assert_eq!(
            in_a_lane(&crowds.lanes_at(now, Class::Normal, person, "b", 1)),
            1
        );
    }

    #[test]
    fn a_spell_ends_and_a_slow_stream_is_no_crowd() {
        let crowds = Crowds::default();
        let (start, person) = (Instant::now(), Some(Uuid::from_u128(7)));
        crowds.lanes_at(start, Class::Normal, person, "a", 100_000);
        let later = start + Duration::from_secs(60);
        assert_eq!(
            in_a_lane(&crowds.lanes_at(later, Class::Normal, person, "a", 100)),
            0
        );
        for second in 0..600 {
            let at = start + Duration::from_secs(second);
            assert_eq!(
                in_a_lane(&crowds.lanes_at(at, Class::Normal, None, "slow", 5)),
                0
            );
        }
    }

    #[test]
    fn it_remembers_no_more_than_it_may() {
        let crowds = Crowds::default();
        let now = Instant::now();
        for person in 0..25_000 {
            crowds.lanes_at(now, Class::Normal, Some(Uuid::from_u128(person)), "a", 1);
        }
        assert!(crowds.spells.lock().unwrap().len() <= MEMORY);
    }
}
