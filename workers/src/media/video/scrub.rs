//! What a video says about itself, overwritten in its place where there is no ffmpeg. Nothing moves, so the picture and the
//! sound stay where they are looked for.

mod boxes;
mod elements;

use std::io::Result;
use std::path::Path;

use super::Container;

/// False: it is no video of this kind.
pub(super) fn scrub(container: Container, path: &Path) -> Result<bool> {
    match container {
        Container::Boxes => boxes::scrub(path),
        Container::Matroska => elements::scrub(path),
    }
}
