//! Taking one's data along, and leaving.
//!
//! A person has their data [gathered](gather) into a zip, which a mail hands them for a week ([exports]). They
//! [put their account away](leaving::deactivate) until they sign in again, or have it
//! [deleted](leaving::leave): after a time of grace it is [purged](purge). What a table holds of a person, what an
//! export shows of it and what becomes of it is written in one place, [tables].

mod exports;
mod gather;
pub mod jobs;
mod leaving;
mod letters;
mod purge;
mod sql;
pub mod tables;

pub use exports::{
    DataExport, Downloadable, ExportState, Wanted, archived, ask, count, fail_stale, find, key,
    list, purge_expired, wanted,
};
pub use gather::{Piece, gather};
pub use leaving::{Deactivated, Leaving, deactivate, leave, remove};
pub use letters::{closing_letter, export_letter, kept_letter};
pub use purge::{Closing, close, finish, purge_due, purge_files, purge_slice};
