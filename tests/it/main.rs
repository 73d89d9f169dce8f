//! The whole of Commons against real Postgres and real Redis. `bin/test` starts both and calls this.

mod faults;
mod harness;
mod http;
mod identity;
mod jobs;
