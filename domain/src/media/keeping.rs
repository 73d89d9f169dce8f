//! A person's own files: seen, described, deleted. And the files that leave by themselves.

use std::time::Duration;

use chrono::{DateTime, Utc};
use platform::{Platform, Storage, Tx};
use poem_openapi::Object;
use poem_openapi::types::Example;
use poem_openapi::types::MaybeUndefined;
use sqlx::PgConnection;
use uuid::Uuid;

use super::jobs::PurgeMedia;
use super::upload::{folder, purge};
use super::{Alt, Media, MediaState, sql, views};
use crate::{Error, MediaId, Result, UserId};

/// Rows in one transaction.
const SLICE: i64 = 500;

/// A list is counted exactly up to here.
pub const MOST_COUNTED: i64 = 1_000;

/// A purge that is not done by then is begun again.
const LEFT_FOR: Duration = Duration::from_secs(3_600);

/// What can be changed of a file.
#[derive(Clone, Debug, Default, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct MediaChange {
    /// What it shows, in words; null: nothing is said of it.
    pub alt: MaybeUndefined<Alt>,
}

/// A file of the owner's.
pub async fn find(
    connection: &mut PgConnection,
    storage: &Storage,
    owner: UserId,
    id: MediaId,
    now: DateTime<Utc>,
) -> Result<Media> {
    let file = sql::file(connection, id).await?;
    let mine = file.filter(|file| file.owner_id == owner && file.state != MediaState::Deleting);
    let file = mine.ok_or(Error::NotFound("file"))?;
    let mut found = views(connection, storage, &[file.id], now).await?;
    found.remove(&id).ok_or(Error::NotFound("file"))
}

/// The owner's files, the newest first, one more than `limit` where there are more.
pub async fn list(
    connection: &mut PgConnection,
    storage: &Storage,
    owner: UserId,
    after: Option<Uuid>,
    (offset, limit): (i64, i64),
    now: DateTime<Utc>,
) -> Result<Vec<Media>> {
    let ids = sql::mine(connection, owner, after, (offset, limit + 1)).await?;
    let mut found = views(connection, storage, &ids, now).await?;
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// How many there are, up to [`MOST_COUNTED`].
pub async fn count(connection: &mut PgConnection, owner: UserId) -> Result<i64> {
    Ok(sql::count_mine(connection, owner, MOST_COUNTED).await?)
}

/// Describes a file.
pub async fn change(tx: &mut Tx, owner: UserId, id: MediaId, change: &MediaChange) -> Result<()> {
    let alt = match &change.alt {
        MaybeUndefined::Undefined => return Ok(()),
        MaybeUndefined::Null => None,
        MaybeUndefined::Value(alt) => Some(alt.as_str()),
    };
    let now = tx.now();
    match sql::set_alt(tx.connection(), owner, id, alt, now).await? {
        true => Ok(()),
        false => Err(Error::NotFound("file")),
    }
}

/// Deletes a file that nothing shows: nobody finds it from now on, and a job deletes what there is of it.
pub async fn delete(tx: &mut Tx, owner: UserId, id: MediaId) -> Result<()> {
    let now = tx.now();
    if sql::delete(tx.connection(), owner, id, now).await? {
        return purge(tx, id).await;
    }
    let file = sql::file(tx.connection(), id).await?;
    let mine = file.filter(|file| file.owner_id == owner && file.state != MediaState::Deleting);
    match mine {
        None => Err(Error::NotFound("file")),
        Some(_) => Err(Error::conflict(
            "media_in_use",
            "Something shows this file; take it out there first.",
        )),
    }
}

/// What is left of a deleted file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    Nothing,
    /// Until then somebody may put a part of it into the bucket, by the link they have.
    Links(DateTime<Utc>),
}

/// Deletes all that there is of a deleted file. None: it was not deleted, or is gone.
pub async fn purge_files(platform: &Platform, id: MediaId) -> Result<Option<Left>> {
    let file = {
        let mut connection = platform.db.acquire().await?;
        sql::file(&mut connection, id).await?
    };
    let Some(file) = file.filter(|file| file.state == MediaState::Deleting) else {
        return Ok(None);
    };
    let folder = folder(file.owner_id, id);
    platform.storage.delete_all(&folder).await?;
    let is_open = |until: &DateTime<Utc>| *until > platform.clock.now();
    let until = file.upload_until.filter(is_open);
    Ok(Some(match until.filter(|_| platform.storage.is_bucket()) {
        Some(until) => Left::Links(until),
        None => Left::Nothing,
    }))
}

/// The row of a file of which nothing is left.
pub async fn forget(tx: &mut Tx, id: MediaId) -> Result<()> {
    Ok(sql::forget(tx.connection(), id, "deleting").await?)
}

/// Has a slice purged: what nothing shows, uploads that nobody completed, what is left of deleted files. How many.
pub async fn sweep(tx: &mut Tx, unused_for: Duration) -> Result<usize> {
    let (now, connection) = (tx.now(), tx.connection());
    let mut leaving = sql::delete_unused(connection, now - unused_for, SLICE, now).await?;
    leaving.extend(sql::delete_expired(connection, SLICE, now).await?);
    leaving.extend(sql::left(connection, now - LEFT_FOR, SLICE, now).await?);
    let count = leaving.len();
    let jobs = leaving.into_iter().map(|media_id| PurgeMedia { media_id });
    tx.enqueue_all(jobs).await?;
    Ok(count)
}

impl Example for MediaChange {
    fn example() -> Self {
        Self {
            alt: MaybeUndefined::Value(Alt::example()),
        }
    }
}
