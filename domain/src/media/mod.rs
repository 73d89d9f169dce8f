//! Files of people: pictures, videos, sounds, documents.

mod attach;
mod fields;
mod sql;
mod view;

pub use attach::{attach, release};
pub use fields::{MediaKind, MediaState};
pub use view::{Media, MediaVariant, views};
