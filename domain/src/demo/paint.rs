//! Having the pictures painted, on all cores.

use std::collections::HashMap;

use tokio::task::JoinSet;

use super::Picture;
use crate::{Error, Result};

/// Whoever knows how: the file of a picture. Takes a core for a while.
pub type Painter = fn(&Picture) -> Result<Vec<u8>>;

pub(super) async fn paint_all(
    pictures: &[Picture],
    paint: Painter,
) -> Result<HashMap<Picture, Vec<u8>>> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut painted = HashMap::with_capacity(pictures.len());
    // So many at a time: each takes some megabytes.
    for batch in pictures.chunks(cores) {
        let mut painters = JoinSet::new();
        for picture in batch.iter().copied() {
            painters.spawn_blocking(move || paint(&picture).map(|file| (picture, file)));
        }
        while let Some(done) = painters.join_next().await {
            let done = done.map_err(|error| Error::Internal(error.to_string()))?;
            let (picture, file) = done?;
            painted.insert(picture, file);
        }
    }
    Ok(painted)
}
