//! Files of people: pictures, videos, sounds, documents.

mod fields;
pub mod jobs;
pub mod playlist;
pub mod processing;
mod sql;
mod view;

pub use fields::{MediaKind, MediaState};
pub use view::{Media, MediaVariant, views};
