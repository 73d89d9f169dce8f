//! Every statement of leaving, but those that the registry of tables holds.

mod accounts;
mod exports;

pub(super) use accounts::*;
pub(super) use exports::*;
