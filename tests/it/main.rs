//! The whole of Commons against real Postgres and real Redis. `bin/test` starts both and calls this.

#![expect(clippy::unwrap_used, reason = "a test that is surprised fails")]

mod addresses;
mod aliases;
mod browser;
mod codes;
mod comments;
mod contacts;
mod contracts;
mod delivery;
mod devices;
mod faults;
mod feed;
mod graph;
mod guesses;
mod harness;
mod house;
mod http;
mod idempotency;
mod identity;
mod jobs;
mod lifecycle;
mod matrix;
mod media;
mod notifications;
mod office;
mod openapi;
mod operations;
mod passwords;
mod people;
mod phone;
mod posts;
mod processing;
mod providers;
mod recovery_codes;
mod schema;
mod search;
mod second_factor;
mod sessions;
mod settings;
mod sms;
mod storage;
mod traces;
mod trends;
mod twice;
mod visibility;
