//! Floor 3: labour. One file a feature with its handlers, the registry that lists them, the runtime that runs them.

mod delivery;
mod failure;
mod feed;
mod graph;
mod hashtags;
mod housekeeping;
mod idempotency;
mod identity;
mod lifecycle;
pub mod media;
mod notifications;
mod office;
pub mod paint;
mod people;
mod posts;
mod registry;
pub mod runtime;
mod trends;

pub use failure::{Failure, Outcome};
pub use registry::{Registry, registry};
pub use runtime::{Cx, Plan, run};
