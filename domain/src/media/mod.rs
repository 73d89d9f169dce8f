//! Files of people: pictures, videos, sounds, documents.
//!
//! A file comes [through the API](store) or [past it](announce), is [worked on](jobs::ProcessMedia) where there is
//! something to make of it, is [held](attach) by what shows it, and leaves when nothing has shown it for a while. All of it
//! lies under `media/{owner}/{id}/`.

mod direct;
mod fields;
mod formats;
mod holding;
pub mod jobs;
mod keeping;
mod measured;
mod pictures;
pub mod playlist;
pub mod processing;
mod progress;
mod quota;
mod reports;
mod scanning;
mod sql;
mod upload;
mod view;

pub use direct::{
    Joined, NewUpload, Upload, UploadPart, abort, announce, clear_parts, complete, join, put_part,
    taken_over,
};
pub use fields::{Alt, FileHash, FileName, MediaKind, MediaState};
pub use holding::{Held, attach, release};
pub use keeping::{
    Left, MOST_COUNTED, MediaChange, change, count, delete, find, forget, list, purge_files, sweep,
};
pub(crate) use pictures::forget_replaced;
pub use pictures::{PicturePlace, clear_picture, picture, set_picture};
pub use progress::MediaProgress;
pub use reports::{VideoOutcome, VideoReport, check_report, take_report};
pub use scanning::{Scanned, clear_harm, judge, scan};
pub use upload::{Stored, Told, discard, keep, largest, store};
pub use view::{Media, MediaVariant, views};
