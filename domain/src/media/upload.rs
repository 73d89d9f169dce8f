//! A file on its way in: from whoever sends it to the storage, in pieces, never whole in memory. First a row says what is
//! to come, then the bytes are written, then the row says that they are here. Whoever is cut off in between leaves a row
//! whose time ends, and the [sweep](super::sweep) deletes both.

use std::io::Cursor;

use chrono::{DateTime, Utc};
use platform::config::Media as Limits;
use platform::{Platform, Tx};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::formats::{self, Format, HEAD};
use super::jobs::{ProcessMedia, PurgeMedia, ScanMedia};
use super::measured::Measured;
use super::progress::tell;
use super::{Alt, FileHash, FileName, MediaKind, MediaState, quota, sql};
use crate::{Error, MediaId, Result, UserId};

/// Where a form has it.
const FIELD: &str = "file";

/// A file whose bytes are in the storage, and of which nobody has been told.
#[derive(Debug)]
pub struct Stored {
    pub id: MediaId,
    pub kind: MediaKind,
    owner: UserId,
    size: u64,
    sha256: [u8; 32],
}

/// What whoever sends a file says of it.
#[derive(Clone, Debug, Default)]
pub struct Told {
    pub alt: Option<Alt>,
    pub size: Option<u64>,
    pub sha256: Option<FileHash>,
}

impl Stored {
    /// Of its bytes.
    pub fn sha256(&self) -> &[u8] {
        &self.sha256
    }
}

/// Writes a file to the storage as it comes. What is wrong with it leaves nothing behind.
pub async fn store(
    platform: &Platform,
    owner: UserId,
    only: Option<MediaKind>,
    filename: Option<&FileName>,
    content: impl AsyncRead + Unpin + Send,
) -> Result<Stored> {
    let config = &platform.config.media;
    let mut reader = Measured::new(content, largest(config, only), config.upload_idle);
    let head = head(&mut reader).await?;
    let format = formats::detect(&head)?;
    is_wanted(format.kind, only)?;
    let most = most(config, format.kind);
    reader.limit(most);
    reader.fault()?;
    let (id, left) = reserve(platform, owner, format, filename).await?;
    reader.limit(most.min(left));
    let key = original_key(owner, id, format.content_type);
    let content = Cursor::new(head).chain(&mut reader);
    let written = platform.storage.put(&key, content).await;
    let stored = Stored {
        id,
        kind: format.kind,
        owner,
        size: reader.size(),
        sha256: reader.sha256(),
    };
    match reader.fault().and(written.map_err(Error::from)) {
        Ok(_) => Ok(stored),
        Err(error) => {
            discard(platform, &stored).await;
            Err(match error {
                Error::TooLarge { .. } if left < most => quota::exceeded(FIELD),
                error => error,
            })
        }
    }
}

/// The files are here: they become their owner's, all or none. What is not as they said leaves nothing behind.
pub async fn keep(
    platform: &Platform,
    owner: UserId,
    files: &[Stored],
    told: &Told,
) -> Result<Vec<MediaId>> {
    match try_keep(platform, owner, files, told).await {
        Ok(()) => Ok(files.iter().map(|stored| stored.id).collect()),
        Err(error) => {
            for stored in files {
                discard(platform, stored).await;
            }
            Err(error)
        }
    }
}

async fn try_keep(platform: &Platform, owner: UserId, files: &[Stored], told: &Told) -> Result<()> {
    for stored in files {
        check(stored, told)?;
    }
    let config = &platform.config.media;
    let mut tx = platform.db.begin().await?;
    let bytes = files.iter().map(|stored| stored.size).sum();
    quota::take(&mut tx, config, owner, bytes, FIELD).await?;
    let (alt, now) = (told.alt.as_ref().map(Alt::as_str), tx.now());
    for stored in files {
        let came = (as_size(stored.size), &stored.sha256[..]);
        if !sql::arrived(tx.connection(), stored.id, alt, came, now).await? {
            let detail = "took too long and was given up";
            return Err(Error::invalid(FIELD, "too_slow", detail));
        }
        onward(&mut tx, config, stored.id).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Whether the file is what they said.
fn check(stored: &Stored, told: &Told) -> Result<()> {
    if told.size.is_some_and(|size| size != stored.size) {
        let detail = format!("has {} bytes, not as many as was said", stored.size);
        return Err(Error::invalid(FIELD, "length_wrong", detail));
    }
    let hash = FileHash::of(stored.sha256);
    if told.sha256.as_ref().is_some_and(|said| *said != hash) {
        let detail = "has another SHA-256 than was said";
        return Err(Error::invalid(FIELD, "hash_wrong", detail));
    }
    Ok(())
}

/// As if it had never been sent. Where the storage or Postgres is away, the sweep does it later.
pub async fn discard(platform: &Platform, stored: &Stored) {
    let folder = folder(stored.owner, stored.id);
    let cleared = async {
        platform.storage.delete_all(&folder).await?;
        let mut connection = platform.db.acquire().await?;
        sql::forget(&mut connection, stored.id, "reserved").await?;
        Ok::<_, Error>(())
    };
    if let Err(error) = cleared.await {
        tracing::warn!(%error, media = %stored.id, "half an upload is left for the sweep");
    }
}

/// What comes next for a file that is here: it is scanned where there is a scanner.
pub(super) async fn onward(tx: &mut Tx, config: &Limits, id: MediaId) -> Result<()> {
    match config.clamd {
        Some(_) => {
            tx.enqueue(ScanMedia { media_id: id }).await?;
            Ok(())
        }
        None => show(tx, config, id).await,
    }
}

/// It is clean. Pictures, videos and sounds that tell of places are worked on; what is shown as it came is ready.
pub(super) async fn show(tx: &mut Tx, config: &Limits, id: MediaId) -> Result<()> {
    let now = tx.now();
    let file = sql::file(tx.connection(), id).await?;
    let file = file.ok_or(Error::NotFound("file"))?;
    match file.kind {
        MediaKind::Audio if formats::tells_of_places(&file.content_type) => {
            tx.enqueue(ProcessMedia { media_id: id }).await?;
        }
        MediaKind::Audio | MediaKind::Document => {
            let key = original_key(file.owner_id, id, &file.content_type);
            let turn = sql::show_original(tx.connection(), id, &key, now).await?;
            tell(tx, id, turn);
        }
        // A video service says when it has made what is shown of it.
        MediaKind::Video if config.video_webhook_secret.is_some() => {}
        MediaKind::Image | MediaKind::Video => {
            tx.enqueue(ProcessMedia { media_id: id }).await?;
        }
    }
    Ok(())
}

/// A row for what comes, and how large it may be for all that its owner has already.
async fn reserve(
    platform: &Platform,
    owner: UserId,
    format: Format,
    filename: Option<&FileName>,
) -> Result<(MediaId, u64)> {
    let config = &platform.config.media;
    let mut tx = platform.db.begin().await?;
    let (id, now) = (MediaId::at(tx.now()), tx.now());
    let left = quota::left(&mut tx, config, owner).await?;
    if left == 0 {
        return Err(quota::exceeded(FIELD));
    }
    let new = sql::NewRow {
        id,
        owner,
        format,
        filename: filename.map(FileName::as_str),
        alt: None,
        size: 0,
        sha256: None,
        until: until(now, config),
    };
    sql::reserve(tx.connection(), &new, now).await?;
    tx.commit().await?;
    Ok((id, left))
}

/// An upload is given up before its row is.
fn until(now: DateTime<Utc>, config: &Limits) -> DateTime<Utc> {
    now + config.upload_timeout + config.upload_idle
}

pub(super) async fn head(reader: &mut Measured<impl AsyncRead + Unpin>) -> Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD);
    let read = reader.take(HEAD as u64).read_to_end(&mut head).await;
    reader.fault()?;
    read.map_err(|error| Error::Internal(error.to_string()))?;
    match head.is_empty() {
        true => Err(Error::invalid("file", "empty", "is empty")),
        false => Ok(head),
    }
}

fn is_wanted(kind: MediaKind, only: Option<MediaKind>) -> Result<()> {
    match only.is_none_or(|only| only == kind) {
        true => Ok(()),
        false => Err(Error::Unsupported {
            code: "file_type_unsupported",
            detail: "Only a picture is taken here: JPEG, PNG, WebP or GIF.",
        }),
    }
}

pub(super) fn most(config: &Limits, kind: MediaKind) -> u64 {
    match kind {
        MediaKind::Image => config.image_bytes,
        MediaKind::Video => config.video_bytes,
        MediaKind::Audio => config.audio_bytes,
        MediaKind::Document => config.document_bytes,
    }
}

/// How large a file may be of which nothing is known yet.
pub fn largest(config: &Limits, only: Option<MediaKind>) -> u64 {
    let all = [
        MediaKind::Image,
        MediaKind::Video,
        MediaKind::Audio,
        MediaKind::Document,
    ];
    let wanted = all
        .into_iter()
        .filter(|kind| only.is_none_or(|only| only == *kind));
    wanted
        .map(|kind| most(config, kind))
        .max()
        .unwrap_or_default()
}

/// Where all of a file lies.
pub(super) fn folder(owner: UserId, id: MediaId) -> String {
    format!("media/{owner}/{id}")
}

pub(super) fn original_key(owner: UserId, id: MediaId, content_type: &str) -> String {
    let ending = formats::ending(content_type);
    format!("{}/original.{ending}", folder(owner, id))
}

pub(super) fn as_size(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// Whether a file can be shown one day.
pub(super) fn is_usable(state: MediaState) -> bool {
    matches!(
        state,
        MediaState::Uploaded | MediaState::Processing | MediaState::Ready
    )
}

/// A file of its owner's is deleted: a job does it.
pub(super) async fn purge(tx: &mut Tx, id: MediaId) -> Result<()> {
    tx.enqueue(PurgeMedia { media_id: id }).await?;
    Ok(())
}
