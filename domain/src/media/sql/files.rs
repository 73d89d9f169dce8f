//! Statements about one file at a time, and about a person's own.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::Result;
use crate::media::formats::Format;
use crate::media::progress::Turn;
use crate::media::{MediaKind, MediaState};
use crate::{MediaId, UserId};

type Time = DateTime<Utc>;

pub(in crate::media) struct NewRow<'a> {
    pub id: MediaId,
    pub owner: UserId,
    pub format: Format,
    pub filename: Option<&'a str>,
    pub alt: Option<&'a str>,
    pub size: i64,
    pub sha256: Option<&'a [u8]>,
    pub until: Time,
}

/// What decides what becomes of a file.
#[derive(Debug)]
pub(in crate::media) struct FileRow {
    pub id: MediaId,
    pub owner_id: UserId,
    pub kind: MediaKind,
    pub state: MediaState,
    pub content_type: String,
    pub size: i64,
    pub sha256: Option<Vec<u8>>,
    pub upload_until: Option<Time>,
}

pub(in crate::media) async fn reserve(
    connection: &mut PgConnection,
    new: &NewRow<'_>,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "insert into media (id, owner_id, kind, content_type, filename, alt, state, size, sha256, upload_until,
                            unused_since, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, 'reserved', $7, $8, $9, $10, $10, $10)",
        new.id.0,
        new.owner.0,
        new.format.kind as MediaKind,
        new.format.content_type,
        new.filename,
        new.alt,
        new.size,
        new.sha256,
        new.until,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(in crate::media) async fn file(
    connection: &mut PgConnection,
    id: MediaId,
) -> Result<Option<FileRow>> {
    sqlx::query_as!(
        FileRow,
        r#"
        select id as "id: MediaId", owner_id as "owner_id: UserId", kind as "kind: MediaKind",
               state as "state: MediaState", content_type, size, sha256, upload_until
        from media where id = $1
        "#,
        id.0,
    )
    .fetch_optional(connection)
    .await
}

/// Those there are, locked in the order of their ids.
pub(in crate::media) async fn lock(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<Vec<FileRow>> {
    sqlx::query_as!(
        FileRow,
        r#"
        select id as "id: MediaId", owner_id as "owner_id: UserId", kind as "kind: MediaKind",
               state as "state: MediaState", content_type, size, sha256, upload_until
        from media where id = any($1) order by id for no key update
        "#,
        ids,
    )
    .fetch_all(connection)
    .await
}

/// All its bytes are here. False: nobody waits for them any more.
pub(in crate::media) async fn arrived(
    connection: &mut PgConnection,
    id: MediaId,
    alt: Option<&str>,
    (size, sha256): (i64, &[u8]),
    now: Time,
) -> Result<bool> {
    let done = sqlx::query!(
        "update media set state = 'uploaded', alt = coalesce($2, alt), size = $3, sha256 = $4, upload_until = null,
                          updated_at = $5
         where id = $1 and state = 'reserved'",
        id.0,
        alt,
        size,
        sha256,
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Its owner says that all of it is here. False: they said so before, or it is gone.
pub(in crate::media) async fn completed(
    connection: &mut PgConnection,
    id: MediaId,
    now: Time,
) -> Result<bool> {
    let done = sqlx::query!(
        "update media set state = 'uploaded', updated_at = $2 where id = $1 and state = 'reserved' and upload_until > $2",
        id.0,
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What its owner completed is as they announced it.
pub(in crate::media) async fn taken_over(
    connection: &mut PgConnection,
    id: MediaId,
    content_type: &str,
    sha256: &[u8],
    now: Time,
) -> Result<bool> {
    let done = sqlx::query!(
        "update media set content_type = $2, sha256 = $3, upload_until = null, updated_at = $4
         where id = $1 and state = 'uploaded' and upload_until is not null",
        id.0,
        content_type,
        sha256,
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Nothing becomes of it, or it is kept apart.
pub(in crate::media) async fn refuse(
    connection: &mut PgConnection,
    id: MediaId,
    state: MediaState,
    failure: &str,
    now: Time,
) -> Result<Option<Turn>> {
    sqlx::query_as!(
        Turn,
        r#"
        update media set state = $2, failure = $3, upload_until = null, updated_at = $4
        where id = $1 and state in ('uploaded', 'processing')
        returning owner_id as "owner_id: UserId", state as "state: MediaState", progress, failure
        "#,
        id.0,
        state as MediaState,
        failure,
        now,
    )
    .fetch_optional(connection)
    .await
}

/// It is shown as it came.
pub(in crate::media) async fn show_original(
    connection: &mut PgConnection,
    id: MediaId,
    key: &str,
    now: Time,
) -> Result<Option<Turn>> {
    sqlx::query_as!(
        Turn,
        r#"
        with shown as (update media set state = 'ready', progress = 100, updated_at = $3
                       where id = $1 and state in ('uploaded', 'processing') returning *),
             variant as (insert into media_variants (media_id, name, content_type, key, size, created_at)
                         select id, 'original', content_type, $2, size, $3 from shown
                         on conflict (media_id, name, content_type) do nothing)
        select owner_id as "owner_id!: UserId", state as "state!: MediaState", progress as "progress!", failure from shown
        "#,
        id.0,
        key,
        now,
    )
    .fetch_optional(connection)
    .await
}

/// Streamed from elsewhere, as a video service says.
pub(in crate::media) async fn show_stream(
    connection: &mut PgConnection,
    id: MediaId,
    (url, content_type): (&str, &str),
    duration_ms: Option<i64>,
    now: Time,
) -> Result<Option<Turn>> {
    sqlx::query_as!(
        Turn,
        r#"
        with shown as (update media set state = 'ready', progress = 100, updated_at = $5,
                                        duration_ms = coalesce($4, duration_ms)
                       where id = $1 and kind = 'video' and state in ('uploaded', 'processing') and upload_until is null
                       returning *),
             variant as (insert into media_variants (media_id, name, content_type, key, size, created_at)
                         select id, 'hls', $3, $2, 0, $5 from shown
                         on conflict (media_id, name, content_type) do update set key = excluded.key)
        select owner_id as "owner_id!: UserId", state as "state!: MediaState", progress as "progress!", failure from shown
        "#,
        id.0,
        url,
        content_type,
        duration_ms,
        now,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::media) async fn set_alt(
    connection: &mut PgConnection,
    owner: UserId,
    id: MediaId,
    alt: Option<&str>,
    now: Time,
) -> Result<bool> {
    let done = sqlx::query!(
        "update media set alt = $3, updated_at = $4 where id = $1 and owner_id = $2 and state <> 'deleting'",
        id.0,
        owner.0,
        alt,
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The newest first, after `after`.
pub(in crate::media) async fn mine(
    connection: &mut PgConnection,
    owner: UserId,
    after: Option<Uuid>,
    (offset, limit): (i64, i64),
) -> Result<Vec<MediaId>> {
    sqlx::query_scalar!(
        r#"
        select id as "id: MediaId" from media
        where owner_id = $1 and id < coalesce($2, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid) and state <> 'deleting'
        order by id desc offset $3 limit $4
        "#,
        owner.0,
        after,
        offset,
        limit,
    )
    .fetch_all(connection)
    .await
}

/// How many there are, up to `most`.
pub(in crate::media) async fn count_mine(
    connection: &mut PgConnection,
    owner: UserId,
    most: i64,
) -> Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
               select from media where owner_id = $1 and state <> 'deleting' order by id desc limit $2) as counted"#,
        owner.0,
        most,
    )
    .fetch_one(connection)
    .await
}
