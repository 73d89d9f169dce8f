//! A folder of this machine for one run. What a run that was killed left in it goes when the next one opens it.

use std::path::{Path, PathBuf};

use domain::media::processing::Made;
use futures::TryStreamExt;
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::Desk;
use super::probe::Video;
use crate::Failure;

const READ_AT_ONCE: usize = 256 * 1024;

pub(super) struct Room {
    all: PathBuf,
    pub(super) folder: PathBuf,
}

impl Room {
    pub(super) async fn open(desk: &Desk<'_>) -> Result<Self, Failure> {
        let all = std::env::temp_dir().join(format!("commons-media-{}", desk.id));
        let _ = tokio::fs::remove_dir_all(&all).await;
        let folder = all.join(desk.cx.lease.epoch.to_string());
        tokio::fs::create_dir_all(&folder)
            .await
            .map_err(Failure::retry)?;
        Ok(Self { all, folder })
    }

    /// The original, here.
    pub(super) async fn fetch(&self, desk: &Desk<'_>) -> Result<PathBuf, Failure> {
        let path = self.folder.join("original");
        let mut file = File::create(&path).await.map_err(Failure::retry)?;
        let mut content = desk.cx.platform.storage.get(&desk.key, None).await?;
        while let Some(part) = content.try_next().await.map_err(Failure::retry)? {
            file.write_all(&part).await.map_err(Failure::retry)?;
        }
        file.flush().await.map_err(Failure::retry)?;
        Ok(path)
    }

    pub(super) async fn hash(&self, path: &Path) -> Result<Vec<u8>, Failure> {
        let mut file = File::open(path).await.map_err(Failure::retry)?;
        let (mut hash, mut part) = (Sha256::new(), vec![0; READ_AT_ONCE]);
        loop {
            match file.read(&mut part).await.map_err(Failure::retry)? {
                0 => return Ok(hash.finalize().to_vec()),
                read => hash.update(&part[..read]),
            }
        }
    }

    /// The original that tells too much gives way to the clean one.
    pub(super) async fn replace_original(
        &self,
        desk: &Desk<'_>,
        clean: &Path,
        video: &Video,
    ) -> Result<Made, Failure> {
        let size = self.put(desk, clean, &desk.key).await?;
        Ok(Made {
            width: Some(video.width),
            height: Some(video.height),
            size,
            ..desk.as_it_is()
        })
    }

    pub(super) async fn put(
        &self,
        desk: &Desk<'_>,
        file: &Path,
        key: &str,
    ) -> Result<u64, Failure> {
        let file = File::open(file).await.map_err(Failure::retry)?;
        Ok(desk.cx.platform.storage.put(key, file).await?)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.all);
    }
}
