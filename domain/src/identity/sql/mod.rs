//! Every statement of the ways in that all of them share.

mod allowances;
mod resets;
mod sessions;
mod users;
mod verification;

pub(super) use allowances::*;
pub(super) use resets::*;
pub(super) use sessions::*;
pub(super) use users::*;
pub(super) use verification::*;
