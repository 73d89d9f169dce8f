//! Uploads past the API: announced, put to the storage by whoever has the links, completed. A large file goes in parts, so
//! that one that fails is sent again alone. A job joins the parts to the original: whoever still holds a link changes
//! nothing of what was looked at.

use chrono::{DateTime, Utc};
use platform::storage::UploadGrant;
use platform::{Platform, Storage, Tx};
use poem_openapi::Object;
use poem_openapi::types::Example;
use sqlx::PgConnection;
use tokio::io::{AsyncRead, AsyncReadExt};

use super::formats::{self, HEAD};
use super::jobs::TakeOverUpload;
use super::measured::Measured;
use super::progress::tell;
use super::sql::FileRow;
use super::upload::{as_size, folder, head, most, onward, original_key, purge};
use super::{Alt, FileHash, FileName, MediaState, quota, sql};
use crate::{Error, MediaId, Result, UserId};

/// Bytes of a part.
const PART: u64 = 64 * 1024 * 1024;

/// What parts are called, before their number.
const PART_NAME: &str = "part-";

/// A file that is about to be sent to the storage directly.
#[derive(Clone, Debug, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct NewUpload {
    /// What it is: `image/jpeg`, `video/mp4`, ….
    #[oai(validator(max_length = 100))]
    pub content_type: String,
    /// Its bytes.
    #[oai(validator(minimum(value = "1")))]
    pub size: u64,
    /// Checked where it is given.
    pub sha256: Option<FileHash>,
    pub filename: Option<FileName>,
    pub alt: Option<Alt>,
}

/// Where a file is put. Each part is put to its own address, by PUT, in any order; then the upload is completed.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub struct Upload {
    pub media_id: MediaId,
    pub parts: Vec<UploadPart>,
    /// Until when it may be completed.
    pub expires_at: DateTime<Utc>,
}

/// A part of a file, and where it is put.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub struct UploadPart {
    /// Where in the file it begins.
    pub offset: u64,
    /// Its bytes.
    pub size: u64,
    /// Takes a PUT of those bytes, without a token.
    pub url: String,
}

/// Announces a file.
pub async fn announce(
    tx: &mut Tx,
    platform: &Platform,
    owner: UserId,
    new: &NewUpload,
) -> Result<Upload> {
    let config = &platform.config.media;
    let format = formats::announced(new.content_type.trim())?;
    if new.size > most(config, format.kind) {
        let most = most(config, format.kind);
        return Err(Error::TooLarge { most });
    }
    let (id, now) = (MediaId::at(tx.now()), tx.now());
    let until = now + config.upload_within;
    let hash = new.sha256.as_ref().map(FileHash::bytes);
    let row = sql::NewRow {
        id,
        owner,
        format,
        filename: new.filename.as_ref().map(FileName::as_str),
        alt: new.alt.as_ref().map(Alt::as_str),
        size: as_size(new.size),
        sha256: hash.as_deref(),
        until,
    };
    quota::take(tx, config, owner, new.size, "size").await?;
    sql::reserve(tx.connection(), &row, now).await?;
    let mut parts = Vec::new();
    for (key, offset, size) in parts_of(owner, id, new.size) {
        let grant = UploadGrant { key, size, until };
        let url = platform.storage.upload_link(&grant).await?;
        parts.push(UploadPart { offset, size, url });
    }
    Ok(Upload {
        media_id: id,
        parts,
        expires_at: until,
    })
}

/// Takes a part, as it comes. For a storage that takes none itself.
pub async fn put_part(
    platform: &Platform,
    grant: &UploadGrant,
    sha256: Option<&FileHash>,
    content: impl AsyncRead + Unpin + Send,
) -> Result<()> {
    if !is_expected(platform, &grant.key).await? {
        return Err(Error::NotFound("upload"));
    }
    let idle = platform.config.media.upload_idle;
    let mut reader = Measured::new(content, grant.size, idle);
    let written = platform.storage.put(&grant.key, &mut reader).await;
    let checked = reader.fault().and(written.map_err(Error::from));
    let checked = checked.and_then(|_| match reader.size() == grant.size {
        true => Ok(()),
        false => {
            let detail = format!("has {} bytes, not {}", reader.size(), grant.size);
            Err(Error::invalid("file", "length_wrong", detail))
        }
    });
    let hash = FileHash::of(reader.sha256());
    let checked = checked.and_then(|()| match sha256.is_none_or(|said| *said == hash) {
        true => Ok(()),
        false => {
            let detail = "has another SHA-256 than was said";
            Err(Error::invalid("file", "hash_wrong", detail))
        }
    });
    // Whoever takes their time may come after the upload was completed.
    let checked = match checked {
        Ok(()) if !is_expected(platform, &grant.key).await? => Err(Error::NotFound("upload")),
        checked => checked,
    };
    if checked.is_err() {
        platform.storage.delete(&grant.key).await?;
    }
    checked
}

/// Whether somebody waits for the part: `media/{owner}/{id}/part-{n}`.
async fn is_expected(platform: &Platform, key: &str) -> Result<bool> {
    let id = key.split('/').nth(2).and_then(|id| id.parse().ok());
    let Some(id) = id.map(MediaId) else {
        return Ok(false);
    };
    let mut connection = platform.db.acquire().await?;
    let file = sql::file(&mut connection, id).await?;
    Ok(file.is_some_and(|file| file.state == MediaState::Reserved))
}

/// All parts are there, its owner says: they are looked at, and a job takes them over. Saying it twice is no error.
pub async fn complete(platform: &Platform, owner: UserId, id: MediaId) -> Result<()> {
    let file = mine(&mut *platform.db.acquire().await?, owner, id).await?;
    if file.state != MediaState::Reserved {
        return Ok(());
    }
    all_there(&platform.storage, &file).await?;
    let first = part_key(owner, id, 0);
    let mut reader = platform.storage.read(vec![first]).take(HEAD as u64);
    let mut head = Vec::new();
    let read = reader.read_to_end(&mut head).await;
    read.map_err(|_| Error::Unavailable("storage"))?;
    if formats::detect(&head)?.kind != file.kind {
        return Err(Error::Unsupported {
            code: "file_type_wrong",
            detail: "The file is not what it was announced as.",
        });
    }
    let mut tx = platform.db.begin().await?;
    let now = tx.now();
    match sql::completed(tx.connection(), id, now).await? {
        true => {
            tx.enqueue(TakeOverUpload { media_id: id }).await?;
        }
        // Somebody else was first, or its time is over.
        false => {
            let file = mine(tx.connection(), owner, id).await?;
            if file.state == MediaState::Reserved {
                return Err(Error::NotFound("upload"));
            }
        }
    }
    tx.commit().await?;
    Ok(())
}

async fn mine(connection: &mut PgConnection, owner: UserId, id: MediaId) -> Result<FileRow> {
    let file = sql::file(connection, id).await?;
    let mine = file.filter(|file| file.owner_id == owner && file.state != MediaState::Deleting);
    mine.ok_or(Error::NotFound("upload"))
}

async fn all_there(storage: &Storage, file: &FileRow) -> Result<()> {
    for (key, _, size) in parts_of(file.owner_id, file.id, file.size.unsigned_abs()) {
        let there = storage.head(&key).await?;
        if there.is_none_or(|there| there.size != size) {
            return Err(Error::conflict(
                "upload_incomplete",
                "Not all parts are there, or not all of each.",
            ));
        }
    }
    Ok(())
}

/// Calls an upload off that is not completed.
pub async fn abort(tx: &mut Tx, owner: UserId, id: MediaId) -> Result<()> {
    let now = tx.now();
    match sql::abort(tx.connection(), owner, id, now).await? {
        true => purge(tx, id).await,
        false => Err(Error::NotFound("upload")),
    }
}

/// A completed upload, as it came.
#[derive(Debug)]
pub struct Joined {
    file: FileRow,
    /// Its content type and hash, or why nothing becomes of it.
    found: Result<(&'static str, [u8; 32]), &'static str>,
}

/// Joins the parts of a completed upload to the original. None: somebody did, or nobody waits for it.
pub async fn join(platform: &Platform, id: MediaId) -> Result<Option<Joined>> {
    let file = {
        let mut connection = platform.db.acquire().await?;
        sql::file(&mut connection, id).await?
    };
    let waits = |file: &FileRow| file.state == MediaState::Uploaded && file.upload_until.is_some();
    let Some(file) = file.filter(waits) else {
        return Ok(None);
    };
    let size = file.size.unsigned_abs();
    let keys = parts_of(file.owner_id, id, size).map(|(key, _, _)| key);
    let content = platform.storage.read(keys.collect());
    let idle = platform.config.media.upload_timeout;
    let mut reader = Measured::new(content, size, idle);
    let found = take(&platform.storage, &file, &mut reader).await;
    // The parts come from the storage: whoever sent them is not to blame.
    if reader.is_broken_off() {
        return Err(Error::Unavailable("storage"));
    }
    let found = match found {
        Ok(content_type) => judge(&file, content_type, &reader),
        Err(Error::TooLarge { .. } | Error::Invalid(_)) => Err("length_wrong"),
        Err(Error::Unsupported { .. }) => Err("type_wrong"),
        Err(error) => return Err(error),
    };
    Ok(Some(Joined { file, found }))
}

async fn take<R: AsyncRead + Unpin + Send>(
    storage: &Storage,
    file: &FileRow,
    reader: &mut Measured<R>,
) -> Result<&'static str> {
    let head = head(reader).await?;
    let format = formats::detect(&head)?;
    let key = original_key(file.owner_id, file.id, format.content_type);
    let content = std::io::Cursor::new(head).chain(&mut *reader);
    let written = storage.put(&key, content).await;
    reader.fault()?;
    written?;
    match format.kind == file.kind {
        true => Ok(format.content_type),
        false => Err(Error::Unsupported {
            code: "file_type_wrong",
            detail: "The file is not what it was announced as.",
        }),
    }
}

fn judge<R: AsyncRead + Unpin>(
    file: &FileRow,
    content_type: &'static str,
    reader: &Measured<R>,
) -> Result<(&'static str, [u8; 32]), &'static str> {
    let hash = reader.sha256();
    match &file.sha256 {
        _ if reader.size() != file.size.unsigned_abs() => Err("length_wrong"),
        Some(said) if said[..] != hash => Err("hash_wrong"),
        _ => Ok((content_type, hash)),
    }
}

/// The original is written: what was announced goes on, anything else has failed.
pub async fn taken_over(tx: &mut Tx, platform: &Platform, joined: &Joined) -> Result<()> {
    let (id, now) = (joined.file.id, tx.now());
    match &joined.found {
        Err(why) => {
            let turn = sql::refuse(tx.connection(), id, MediaState::Failed, why, now).await?;
            tell(tx, id, turn);
        }
        Ok((content_type, hash)) => {
            if sql::taken_over(tx.connection(), id, content_type, hash, now).await? {
                onward(tx, &platform.config.media, id).await?;
            }
        }
    }
    Ok(())
}

/// Deletes the parts of an upload that is taken over.
pub async fn clear_parts(platform: &Platform, id: MediaId) -> Result<()> {
    let file = {
        let mut connection = platform.db.acquire().await?;
        sql::file(&mut connection, id).await?
    };
    let Some(file) = file.filter(|file| file.upload_until.is_none()) else {
        return Ok(());
    };
    // As they lie there: the file may be shorter by now than its parts were.
    let folder = folder(file.owner_id, id);
    Ok(platform.storage.delete_named(&folder, PART_NAME).await?)
}

fn part_key(owner: UserId, id: MediaId, number: u64) -> String {
    format!("{}/{PART_NAME}{number}", folder(owner, id))
}

/// Key, place and size of each part.
fn parts_of(owner: UserId, id: MediaId, size: u64) -> impl Iterator<Item = (String, u64, u64)> {
    (0..size.div_ceil(PART)).map(move |number| {
        let offset = number * PART;
        (part_key(owner, id, number), offset, PART.min(size - offset))
    })
}

impl Example for NewUpload {
    fn example() -> Self {
        Self {
            content_type: "video/mp4".to_owned(),
            size: 104_857_600,
            sha256: Some(FileHash::example()),
            filename: Some(FileName::example()),
            alt: Some(Alt::example()),
        }
    }
}

impl Example for Upload {
    fn example() -> Self {
        Self {
            media_id: MediaId::example(),
            parts: vec![UploadPart::example()],
            expires_at: DateTime::from_timestamp(1_731_672_600, 0).unwrap_or_default(),
        }
    }
}

impl Example for UploadPart {
    fn example() -> Self {
        Self {
            offset: 0,
            size: PART,
            url: "https://commons.example/files/upload/…".to_owned(),
        }
    }
}
