//! Files: in a folder of this machine, or in a bucket of any store that speaks S3.
//!
//! Keys are made by us, never from what a person typed: `exports/{user}/{id}.zip`. Everything of one person of one kind
//! lies under one prefix, so that it can leave at once. Files are handed out by [links](links) that expire.

mod links;
mod place;
mod uploads;

use std::ops::Range;

use bytes::Bytes;
use futures::stream::{BoxStream, StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, GetOptions, ObjectStore, ObjectStoreExt, PutMultipartOptions,
    PutOptions, WriteMultipart,
};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio_util::io::StreamReader;

use crate::Clock;
use crate::config::{Config, SigningKey};
use place::Place;

pub use links::Grant;
pub use place::StorageSetupError;
pub use uploads::UploadGrant;

/// Of a file that travels in parts, one is read while one other at most is on its way.
const PARTS_AT_ONCE: usize = 1;

#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    #[error("there is no such file")]
    NotFound,
    /// Worth another try.
    #[error("storage is away: {0}")]
    Unavailable(String),
}

type Result<T> = std::result::Result<T, StorageError>;

#[derive(Clone)]
pub struct Storage {
    place: Place,
    keys: Vec<SigningKey>,
    public_url: String,
    cdn_url: Option<String>,
    clock: Clock,
}

/// What is known of a file without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileInfo {
    pub key: String,
    pub size: u64,
    /// Changes with the content.
    pub tag: Option<String>,
}

impl Storage {
    /// Does not wait for the store: it is asked when it is used.
    pub fn new(config: &Config, clock: Clock) -> std::result::Result<Self, StorageSetupError> {
        Ok(Self {
            place: Place::new(&config.storage)?,
            keys: config.auth.keys.clone(),
            public_url: config.http.public_url.clone(),
            cdn_url: config.media.cdn_url.clone(),
            clock,
        })
    }

    /// Writes a file, or writes it anew: who reads meanwhile sees the old one or the new one. Answers its size.
    pub async fn put(&self, key: &str, mut content: impl AsyncRead + Unpin + Send) -> Result<u64> {
        let (store, path) = (self.place.store()?, path(key)?);
        let (attributes, most) = (self.attributes(key), self.place.part());
        let first = part(&mut content, most).await?;
        if first.len() < most {
            let size = first.len() as u64;
            let options = PutOptions {
                attributes,
                ..PutOptions::default()
            };
            store.put_opts(&path, first.into(), options).await?;
            return Ok(size);
        }
        let options = PutMultipartOptions {
            attributes,
            ..PutMultipartOptions::default()
        };
        let upload = store.put_multipart_opts(&path, options).await?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, most);
        match stream_into(&mut upload, first, content, most).await {
            Ok(size) => {
                upload.finish().await?;
                Ok(size)
            }
            Err(error) => {
                let _ = upload.abort().await;
                Err(error)
            }
        }
    }

    /// A file, or a range of its bytes, as it is read.
    pub async fn get(
        &self,
        key: &str,
        range: Option<Range<u64>>,
    ) -> Result<BoxStream<'static, std::io::Result<Bytes>>> {
        let options = GetOptions::new().with_range(range);
        let found = self.place.store()?.get_opts(&path(key)?, options).await?;
        Ok(found.into_stream().map_err(std::io::Error::other).boxed())
    }

    /// Files, one after the other, as if they were one.
    pub fn read(&self, keys: Vec<String>) -> impl AsyncRead + Send + Unpin + 'static {
        let storage = self.clone();
        let parts = futures::stream::iter(keys).then(move |key| {
            let storage = storage.clone();
            async move {
                let part = storage.get(&key, None).await;
                part.map_err(std::io::Error::other)
            }
        });
        StreamReader::new(parts.try_flatten().boxed())
    }

    /// None: there is no such file.
    pub async fn head(&self, key: &str) -> Result<Option<FileInfo>> {
        match self.place.store()?.head(&path(key)?).await {
            Ok(meta) => Ok(Some(meta.into())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes a file. One that is not there is no error.
    pub async fn delete(&self, key: &str) -> Result<()> {
        match self.place.store()?.delete(&path(key)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        self.place.clear_halves(key).await
    }

    /// Deletes all files under a prefix such as `exports/{user}`, as they are listed. How many there were.
    pub async fn delete_all(&self, prefix: &str) -> Result<u64> {
        let store = self.place.store()?;
        let found = store.list(Some(&path(prefix)?));
        let keys = found.map_ok(|meta| meta.location).boxed();
        let mut deleted = store.delete_stream(keys);
        let mut count = 0;
        while let Some(one) = deleted.next().await {
            match one {
                Ok(_) | Err(object_store::Error::NotFound { .. }) => count += 1,
                Err(error) => return Err(error.into()),
            }
        }
        self.place.clear(prefix).await?;
        Ok(count)
    }

    /// Deletes the files right in a folder whose names start so.
    pub async fn delete_named(&self, folder: &str, start: &str) -> Result<()> {
        let mut found = self.list(folder)?;
        while let Some(file) = found.try_next().await? {
            let name = file.key.strip_prefix(folder).unwrap_or_default();
            if name.trim_start_matches('/').starts_with(start) {
                self.delete(&file.key).await?;
            }
        }
        Ok(())
    }

    /// Every file under a prefix, as it is listed.
    pub fn list(&self, prefix: &str) -> Result<BoxStream<'static, Result<FileInfo>>> {
        let found = self.place.store()?.list(Some(&path(prefix)?));
        Ok(found
            .map_ok(FileInfo::from)
            .map_err(StorageError::from)
            .boxed())
    }

    /// Whether the store answers.
    pub async fn ping(&self) -> Result<()> {
        self.head("ping").await.map(|_| ())
    }

    /// A folder keeps bytes and nothing else.
    fn attributes(&self, key: &str) -> Attributes {
        match &self.place {
            Place::Folder(_) => Attributes::new(),
            Place::S3(_) => Attributes::from_iter([(Attribute::ContentType, content_type(key))]),
        }
    }
}

/// What kind of file a key is of: we make the keys, so their endings tell.
pub fn content_type(key: &str) -> &'static str {
    match key.rsplit_once('.').map(|(_, ending)| ending) {
        Some("zip") => "application/zip",
        Some("json") => "application/json",
        Some("jpg") => "image/jpeg",
        Some("png") => "image/png",
        Some("gif") => "image/gif",
        Some("webp") => "image/webp",
        Some("mp4") => "video/mp4",
        Some("mov") => "video/quicktime",
        Some("webm") => "video/webm",
        Some("m3u8") => "application/vnd.apple.mpegurl",
        Some("ts") => "video/mp2t",
        Some("m4s") => "video/iso.segment",
        Some("mp3") => "audio/mpeg",
        Some("m4a") => "audio/mp4",
        Some("aac") => "audio/aac",
        Some("ogg") => "audio/ogg",
        Some("wav") => "audio/wav",
        Some("flac") => "audio/flac",
        Some("pdf") => "application/pdf",
        Some("docx") => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Some("pptx") => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "application/octet-stream",
    }
}

async fn stream_into(
    upload: &mut WriteMultipart,
    mut next: Vec<u8>,
    mut content: impl AsyncRead + Unpin + Send,
    most: usize,
) -> Result<u64> {
    let mut size = 0;
    while !next.is_empty() {
        size += next.len() as u64;
        upload.wait_for_capacity(PARTS_AT_ONCE).await?;
        upload.put(next.into());
        next = part(&mut content, most).await?;
    }
    Ok(size)
}

async fn part(content: &mut (impl AsyncRead + Unpin + Send), most: usize) -> Result<Vec<u8>> {
    let mut part = Vec::with_capacity(most);
    let reading = content.take(most as u64).read_to_end(&mut part).await;
    reading.map_err(|error| StorageError::Unavailable(format!("reading a file: {error}")))?;
    Ok(part)
}

fn path(key: &str) -> Result<Path> {
    Path::parse(key).map_err(|error| StorageError::Unavailable(error.to_string()))
}

impl From<object_store::ObjectMeta> for FileInfo {
    fn from(meta: object_store::ObjectMeta) -> Self {
        Self {
            key: meta.location.to_string(),
            size: meta.size,
            tag: meta.e_tag,
        }
    }
}

impl From<object_store::Error> for StorageError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::NotFound,
            error => Self::Unavailable(error.to_string()),
        }
    }
}
