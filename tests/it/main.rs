//! The whole of Commons against real Postgres and real Redis. `bin/test` starts both and calls this.

#![expect(clippy::unwrap_used, reason = "a test that is surprised fails")]

mod contracts;
mod faults;
mod harness;
mod house;
mod http;
mod idempotency;
mod identity;
mod jobs;
mod lifecycle;
mod openapi;
mod operations;
mod schema;
mod storage;
mod traces;
mod twice;
