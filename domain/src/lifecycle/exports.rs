//! Exports: asked for once a day, made by a job, kept for a week.

use std::time::Duration;

use chrono::{DateTime, Utc};
use platform::config::Lifecycle;
use platform::storage::Grant;
use platform::{Platform, Storage, Tx};
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object};
use sqlx::PgConnection;

use super::jobs::{Export, SendExportMail};
use super::sql;
use crate::{Error, ExportId, OnConstraint, Result, UserId};

/// Rows in one transaction.
const SLICE: i64 = 500;

/// An export that is not made by then was given up.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(8 * 3600);

/// So long a person sees when they took their data along.
const REMEMBERED_FOR: Duration = Duration::from_secs(30 * 24 * 3600);

/// How long the link of one answer is good.
const FETCHED_WITHIN: Duration = Duration::from_secs(15 * 60);

/// A person's data, as they took it along.
#[derive(Clone, Debug, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct DataExport {
    pub id: ExportId,
    pub state: ExportState,
    /// Bytes of the zip, once it is ready.
    pub size: Option<i64>,
    pub created_at: DateTime<Utc>,
    /// Until when it can be fetched.
    pub expires_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, sqlx::Type)]
#[oai(rename_all = "lowercase")]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum ExportState {
    /// A job makes it.
    Pending,
    Ready,
    /// It could not be made; ask again.
    Failed,
    /// Its time is over, it is deleted.
    Expired,
}

/// A person's data, and where it is fetched.
#[derive(Clone, Debug, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct Downloadable {
    #[oai(flatten)]
    pub export: DataExport,
    /// Where the zip is fetched, without a token, within 15 minutes; ask again for a fresh link. Present where the
    /// export is ready.
    pub download_url: Option<String>,
}

/// Has an export made: one at a time, and one in `EXPORT_EVERY`. Those that failed do not count.
pub async fn ask(tx: &mut Tx, config: &Lifecycle, user: UserId) -> Result<DataExport> {
    let (id, now) = (ExportId::at(tx.now()), tx.now());
    let since = now - config.export_every;
    let asked = sql::insert_export(tx.connection(), id, user, now, since)
        .await
        .on_constraint(
            "data_exports_one_pending",
            Error::conflict("export_pending", "An export is being made."),
        )?;
    if !asked {
        let last = sql::last_export(tx.connection(), user).await?;
        let next = last.map_or(now, |last| last + config.export_every);
        return Err(Error::RateLimited {
            retry_after: (next - now).to_std().unwrap_or_default(),
        });
    }
    tx.enqueue(Export {
        export_id: id,
        user_id: user,
    })
    .await?;
    Ok(DataExport {
        id,
        state: ExportState::Pending,
        size: None,
        created_at: now,
        expires_at: None,
    })
}

/// A person's exports, the newest first, one more than `limit` where there are more.
pub async fn list(
    connection: &mut PgConnection,
    user: UserId,
    now: DateTime<Utc>,
    after: Option<ExportId>,
    (offset, limit): (i64, i64),
) -> Result<Vec<DataExport>> {
    Ok(sql::exports(connection, user, now, after, offset, limit + 1).await?)
}

pub async fn count(connection: &mut PgConnection, user: UserId) -> Result<i64> {
    Ok(sql::count_exports(connection, user).await?)
}

/// An export of the person, with a fresh link where it is ready.
pub async fn find(
    connection: &mut PgConnection,
    storage: &Storage,
    user: UserId,
    id: ExportId,
    now: DateTime<Utc>,
) -> Result<Downloadable> {
    let export = sql::export(connection, user, id, now).await?;
    let export = export.ok_or(Error::NotFound("export"))?;
    let left = export
        .expires_at
        .filter(|_| export.state == ExportState::Ready)
        .and_then(|until| (until - now).to_std().ok());
    let download_url = match left {
        None => None,
        Some(left) => {
            let (key, name) = (key(user, id), filename(export.created_at));
            let ttl = left.min(FETCHED_WITHIN);
            Some(storage.signed_url(&key, Some(&name), ttl).await?)
        }
    };
    Ok(Downloadable {
        export,
        download_url,
    })
}

/// Where the zip lies.
pub fn key(user: UserId, id: ExportId) -> String {
    format!("exports/{user}/{id}.zip")
}

fn filename(made_at: DateTime<Utc>) -> String {
    format!("commons-{}.zip", made_at.format("%Y-%m-%d"))
}

/// What the link in the mail grants: the same each time.
pub(super) fn grant(
    user: UserId,
    id: ExportId,
    made_at: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Grant {
    Grant {
        key: key(user, id),
        filename: Some(filename(made_at)),
        until,
    }
}

/// Whether somebody waits for an export to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Since then.
    Since(DateTime<Utc>),
    /// It is made already.
    Made,
    /// Nobody does any more: its zip is to go, where there is one.
    Nobody,
}

pub async fn wanted(connection: &mut PgConnection, id: ExportId) -> Result<Wanted> {
    Ok(match sql::export_state(connection, id).await? {
        Some((ExportState::Pending, asked_at)) => Wanted::Since(asked_at),
        Some((ExportState::Ready, _)) => Wanted::Made,
        Some((ExportState::Failed | ExportState::Expired, _)) | None => Wanted::Nobody,
    })
}

/// The zip is in the storage: tells the person. False: nobody waits for it any more.
pub async fn archived(tx: &mut Tx, config: &Lifecycle, id: ExportId, size: u64) -> Result<bool> {
    let (now, size) = (tx.now(), i64::try_from(size).unwrap_or(i64::MAX));
    let until = now + config.export_ttl;
    let ready = sql::export_is_ready(tx.connection(), id, size, now, until).await?;
    if ready {
        tx.enqueue(SendExportMail { export_id: id }).await?;
    }
    Ok(ready)
}

/// Gives up exports that nobody finished: the person may ask again.
pub async fn fail_stale(tx: &mut Tx) -> Result<()> {
    let now = tx.now();
    Ok(sql::fail_exports(tx.connection(), now - GIVEN_UP_AFTER, now).await?)
}

/// Deletes a slice of what is past its time: zips, then the memory of them, and names that have rested. Zero: nothing is
/// left.
pub async fn purge_expired(platform: &Platform) -> Result<u64> {
    let now = platform.clock.now();
    let expired = {
        let mut connection = platform.db.acquire().await?;
        sql::expired_exports(&mut connection, now, SLICE).await?
    };
    for found in &expired {
        let key = key(found.user_id, found.id);
        platform.storage.delete(&key).await?;
    }
    let ids: Vec<uuid::Uuid> = expired.iter().map(|found| found.id.0).collect();
    let mut tx = platform.db.begin().await?;
    sql::exports_are_expired(tx.connection(), &ids).await?;
    let forgotten = now - REMEMBERED_FOR;
    let rows = sql::delete_exports(tx.connection(), forgotten, SLICE).await?;
    let names = sql::release_names(tx.connection(), now, SLICE).await?;
    tx.commit().await?;
    Ok(ids.len() as u64 + rows + names)
}

impl Example for DataExport {
    fn example() -> Self {
        let made = DateTime::from_timestamp(1_731_672_600, 0).unwrap_or_default();
        Self {
            id: ExportId::example(),
            state: ExportState::Ready,
            size: Some(48_213),
            created_at: made,
            expires_at: Some(made + Duration::from_secs(7 * 24 * 3600)),
        }
    }
}

impl Example for Downloadable {
    fn example() -> Self {
        let token = "AAAAAGdHZpgSY29tbW9ucy0yMDI0LTExLTE1LnppcGV4cG9ydHMv";
        Self {
            export: DataExport::example(),
            download_url: Some(format!("http://localhost:8080/files/{token}")),
        }
    }
}
