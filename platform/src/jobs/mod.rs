//! The job engine: a ledger in Postgres decides what has to run, tickets in Redis say "look now".
//!
//! 1. [`Tx::enqueue`](crate::Tx::enqueue) writes a row in the caller's transaction.
//! 2. At commit a [`Ticket`] (pool, class, id) goes to the pool's list in Redis. A ticket is a hint.
//! 3. A worker [takes](Taker) tickets and [claims](claim::claim) their rows. No row, no work.
//! 4. The handler's last transaction [finishes](Lease::finish) the job, fenced by its lease.
//! 5. The [relay](relay) tells what is due, and everything after Redis lost its memory; [`lost`] finds tickets that went missing.
//! 6. [`workers`] knows which processes live, a [heartbeat] compares what they hold with the ledger, and [`rescue`] takes the
//!    jobs of the dead ones back.
//! 7. Who [crowds](crowds) has a [lane](lanes), which is served in turn with everybody's tickets.
//! 8. Where tickets do not come, workers [claim what waits](claim_waiting) from the ledger.
//!
//! docs/JOBS.md draws the states.

mod cancel;
pub mod claim;
pub mod claim_waiting;
pub mod clockwork;
mod contract;
mod control;
mod crowds;
mod enqueue;
pub mod gauges;
pub mod heartbeat;
mod lanes;
mod lease;
pub mod ledger;
pub mod lost;
pub mod operate;
pub mod partitions;
mod pool;
pub mod relay;
mod report;
pub mod rescue;
pub mod strays;
mod taker;
mod tickets;
mod unique;
pub mod workers;

pub use cancel::Ended;
pub use contract::{Job, JobId, NewJob, PayloadError, versioned};
pub use control::{Control, Pauses};
pub use crowds::{COMMON, Crowds};
pub use lease::{Lease, LeaseError};
pub use pool::{Class, Pool, UnknownPool};
pub use report::{Report, Verdict};
pub use taker::{Offer, Taken, Taker};
pub use tickets::{Ticket, Tickets};
pub use unique::Unique;
