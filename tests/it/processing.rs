//! Pictures and videos: what becomes of them once they are uploaded, whatever their bytes are.

mod faults;
mod given;
mod hostile;
mod jpegs;
mod pictures;
pub mod samples;
mod video;

pub use given::File;
