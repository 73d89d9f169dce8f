//! Floor 1: the outside world, knowing nothing of people or posts.

pub mod backoff;
pub mod cache;
pub mod clamd;
pub mod clock;
pub mod config;
pub mod db;
pub mod jobs;
pub mod live;
pub mod mail;
pub mod net;
pub mod oauth;
pub mod presence;
pub mod progress;
pub mod push;
pub mod rate;
pub mod redis;
pub mod scope;
pub mod secret;
pub mod signals;
pub mod sms;
pub mod storage;
pub mod telemetry;
pub mod timelines;

mod ids;
mod outbox;
mod provider;
pub mod server_clock;
mod start;

pub use cache::Cache;
pub use clock::Clock;
pub use db::{Db, Tx};
pub use ids::{id_at, lowest_id, new_id};
pub use live::Live;
pub use presence::Presence;
pub use progress::Progress;
pub use server_clock::ServerClock;
pub use start::{Platform, StartError};
pub use storage::Storage;
pub use timelines::Timelines;
