//! The two places where files are kept.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::local::LocalFileSystem;
use object_store::{ClientOptions, ObjectStore, RetryConfig};

use super::StorageError;
use crate::config;

#[derive(Clone)]
pub(super) enum Place {
    Folder(PathBuf),
    S3(Arc<AmazonS3>),
}

#[derive(Debug, thiserror::Error)]
#[error("the settings STORAGE_S3_… are wrong: {0}")]
pub struct StorageSetupError(#[from] object_store::Error);

impl Place {
    pub(super) fn new(config: &config::Storage) -> Result<Self, StorageSetupError> {
        let s3 = match config {
            config::Storage::Folder(folder) => return Ok(Self::Folder(folder.clone())),
            config::Storage::S3(s3) => s3,
        };
        let retry = RetryConfig {
            max_retries: 3,
            retry_timeout: Duration::from_secs(20),
            ..RetryConfig::default()
        };
        // A part of a large file on a slow line takes its time; a connection does not.
        let mut client = ClientOptions::new()
            .with_timeout(Duration::from_secs(300))
            .with_connect_timeout(Duration::from_secs(5));
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&s3.bucket)
            .with_region(&s3.region)
            .with_virtual_hosted_style_request(false)
            .with_retry(retry);
        if let Some(endpoint) = &s3.endpoint {
            builder = builder.with_endpoint(&endpoint.0);
            client = client.with_allow_http(endpoint.is_plain());
        }
        if let Some((access, secret)) = &s3.credentials {
            builder = builder
                .with_access_key_id(access)
                .with_secret_access_key(secret.expose());
        }
        let store = builder.with_client_options(client).build()?;
        Ok(Self::S3(Arc::new(store)))
    }

    /// Bytes of a part of a larger file, each of which is in memory while it travels. A bucket takes none that is smaller.
    pub(super) fn part(&self) -> usize {
        match self {
            Self::Folder(_) => 1024 * 1024,
            Self::S3(_) => 5 * 1024 * 1024,
        }
    }

    /// What a process that died had begun to write lies beside the file, as `a.zip#1`, and no list shows it.
    pub(super) async fn clear_halves(&self, key: &str) -> Result<(), StorageError> {
        let Self::Folder(folder) = self else {
            return Ok(());
        };
        let file = folder.join(key);
        let (Some(beside), Some(name)) = (file.parent(), file.file_name()) else {
            return Ok(());
        };
        let half = format!("{}#", name.to_string_lossy());
        let mut entries = match tokio::fs::read_dir(beside).await {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(away)?,
        };
        while let Some(entry) = entries.next_entry().await.map_err(away)? {
            if entry.file_name().to_string_lossy().starts_with(&half) {
                forgiving(tokio::fs::remove_file(entry.path()).await)?;
            }
        }
        Ok(())
    }

    /// The same for all under a prefix.
    pub(super) async fn clear(&self, prefix: &str) -> Result<(), StorageError> {
        match self {
            Self::Folder(folder) => forgiving(tokio::fs::remove_dir_all(folder.join(prefix)).await),
            Self::S3(_) => Ok(()),
        }
    }

    /// The folder is made when it is first used: a process that keeps no files needs none.
    pub(super) fn store(&self) -> Result<Arc<dyn ObjectStore>, StorageError> {
        match self {
            Self::S3(store) => Ok(store.clone()),
            Self::Folder(folder) => {
                std::fs::create_dir_all(folder).map_err(|error| {
                    StorageError::Unavailable(format!("{}: {error}", folder.display()))
                })?;
                let store = LocalFileSystem::new_with_prefix(folder)?;
                let store = store.with_automatic_cleanup(true).with_fsync(true);
                Ok(Arc::new(store))
            }
        }
    }
}

fn away(error: std::io::Error) -> StorageError {
    StorageError::Unavailable(error.to_string())
}

/// Somebody else may have removed it.
fn forgiving(removed: std::io::Result<()>) -> Result<(), StorageError> {
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(away(error)),
        _ => Ok(()),
    }
}
