//! The whole of Commons against real Postgres and real Redis. `bin/test` starts both and calls this.

#![expect(clippy::unwrap_used, reason = "a test that is surprised fails")]

mod addresses;
mod aliases;
mod browser;
mod codes;
mod contacts;
mod contracts;
mod faults;
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
mod office;
mod openapi;
mod operations;
mod passwords;
mod people;
mod phone;
mod processing;
mod providers;
mod recovery_codes;
mod schema;
mod second_factor;
mod sessions;
mod settings;
mod sms;
mod storage;
mod traces;
mod twice;
mod visibility;
