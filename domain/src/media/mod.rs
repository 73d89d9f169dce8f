//! Files of people: pictures, videos, sounds, documents.

mod fields;
mod sql;
mod view;

pub use fields::{MediaKind, MediaState};
pub use view::{Media, MediaVariant, views};
