//! Running jobs: one apalis worker a pool over a backend of our own.
//!
//! 1. A [puller](pull) takes tickets as they arrive, never more than there are free slots for their class, and claims
//!    their rows. [Turns] share the slots among the classes; at a [pace] of its own it claims without tickets.
//! 2. apalis polls the [backend](backend) for claimed runs and drives their futures.
//! 3. The [runner](runner) decodes, calls the handler within its time and catches panics.
//! 4. The [settler](settle) takes down what became of the runs, in batches.
//! 5. The [heartbeat](heartbeat) says that the process lives, from a thread that no handler can hold up, and compares what it
//!    [holds](holdings) with what the ledger says.
//!
//! Only this folder knows apalis' types.

mod backend;
mod cx;
mod heartbeat;
mod holdings;
mod judge;
pub(crate) mod meters;
mod pace;
mod process;
mod pull;
mod runner;
mod settle;
mod slots;
mod turns;

use std::str::FromStr;
use std::time::Duration;

use platform::jobs::{Pool, UnknownPool};

pub use cx::Cx;
pub use process::{RunError, run, run_with};

/// How long the runtime waits for one answer of Postgres, on a line that may have fallen silent.
const LIMIT: Duration = Duration::from_secs(5);

/// A pool and how many of its jobs run at a time: `media:2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    pub pool: Pool,
    pub slots: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    #[error(transparent)]
    Pool(#[from] UnknownPool),
    #[error("`{0}` is not a number of jobs from 1 to 10000")]
    Slots(String),
}

impl Plan {
    /// Every pool, sized for one small machine.
    pub fn all() -> Vec<Self> {
        Pool::ALL
            .map(|pool| Self {
                pool,
                slots: default_slots(pool),
            })
            .to_vec()
    }
}

impl FromStr for Plan {
    type Err = PlanError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (pool, slots) = text
            .split_once(':')
            .map_or((text, None), |(pool, slots)| (pool, Some(slots)));
        let pool = pool.parse()?;
        let slots = match slots {
            None => default_slots(pool),
            Some(slots) => slots
                .parse()
                .ok()
                .filter(|slots| (1..=10_000).contains(slots))
                .ok_or_else(|| PlanError::Slots(slots.to_owned()))?,
        };
        Ok(Self { pool, slots })
    }
}

fn default_slots(pool: Pool) -> usize {
    match pool {
        Pool::Media | Pool::Maintenance => 2,
        Pool::Payments | Pool::Funding => 4,
        Pool::Mail => 8,
        Pool::Feed | Pool::Notify => 16,
    }
}
