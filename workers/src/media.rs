//! Handlers of files.

mod files;

pub(crate) use files::{purge_media, scan_media, sweep_media, take_over_upload};
