//! Every statement about files that are looked into.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{Claimed, Facts, Made};
use crate::media::progress::Turn;
use crate::media::{MediaKind, MediaState};
use crate::{MediaId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

pub(super) async fn claim(
    connection: &mut PgConnection,
    id: MediaId,
    now: DateTime<Utc>,
) -> Result<Option<Claimed>> {
    sqlx::query_as!(
        Claimed,
        r#"
        update media set state = 'processing', updated_at = $2
        where id = $1 and state in ('uploaded', 'processing')
        returning owner_id as "owner_id: UserId", kind as "kind: MediaKind", content_type, size, progress
        "#,
        id.0,
        now,
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn is_kept(connection: &mut PgConnection, id: MediaId) -> Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from media where id = $1 and state not in ('expired', 'deleting')) as "is_kept!""#,
        id.0,
    )
    .fetch_one(connection)
    .await
}

pub(super) async fn progress(
    connection: &mut PgConnection,
    id: MediaId,
    percent: i16,
) -> Result<Option<Turn>> {
    sqlx::query_as!(
        Turn,
        r#"
        update media set progress = $2 where id = $1 and state = 'processing' and progress < $2
        returning owner_id as "owner_id: UserId", state as "state: MediaState", progress, failure
        "#,
        id.0,
        percent,
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn ready(
    connection: &mut PgConnection,
    id: MediaId,
    facts: &Facts,
    original: Option<&Made>,
    now: DateTime<Utc>,
) -> Result<Option<Turn>> {
    sqlx::query_as!(
        Turn,
        r#"
        update media set state = 'ready', progress = 100, width = $2, height = $3, duration_ms = $4, blurhash = $5,
                         animated = $6, size = coalesce($7, size), sha256 = coalesce($8, sha256), updated_at = $9
        where id = $1 and state = 'processing'
        returning owner_id as "owner_id: UserId", state as "state: MediaState", progress, failure
        "#,
        id.0,
        whole(facts.width),
        whole(facts.height),
        facts.duration_ms,
        facts.blurhash,
        facts.animated,
        original.map(|made| long(made.size)),
        facts.sha256,
        now,
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn failed(
    connection: &mut PgConnection,
    id: MediaId,
    code: &str,
    now: DateTime<Utc>,
) -> Result<Option<Turn>> {
    sqlx::query_as!(
        Turn,
        r#"
        update media set state = 'failed', failure = $2, updated_at = $3 where id = $1 and state = 'processing'
        returning owner_id as "owner_id: UserId", state as "state: MediaState", progress, failure
        "#,
        id.0,
        code,
        now,
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn forget_variants(connection: &mut PgConnection, id: MediaId) -> Result<()> {
    sqlx::query!("delete from media_variants where media_id = $1", id.0)
        .execute(connection)
        .await
        .map(drop)
}

pub(super) async fn insert_variants(
    connection: &mut PgConnection,
    id: MediaId,
    made: &[Made],
    now: DateTime<Utc>,
) -> Result<()> {
    let text = |of: fn(&Made) -> &String| -> Vec<String> { made.iter().map(of).cloned().collect() };
    let (names, types, keys) = (
        text(|made| &made.name),
        text(|made| &made.content_type),
        text(|made| &made.key),
    );
    let widths: Vec<Option<i32>> = made.iter().map(|made| whole(made.width)).collect();
    let heights: Vec<Option<i32>> = made.iter().map(|made| whole(made.height)).collect();
    let sizes: Vec<i64> = made.iter().map(|made| long(made.size)).collect();
    sqlx::query!(
        r#"
        insert into media_variants (media_id, name, content_type, key, width, height, size, created_at)
        select $1, m.name, m.content_type, m.key, m.width, m.height, m.size, $8
        from unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::int[], $7::bigint[])
             as m (name, content_type, key, width, height, size)
        "#,
        id.0,
        &names,
        &types,
        &keys,
        &widths as &[Option<i32>],
        &heights as &[Option<i32>],
        &sizes,
        now,
    )
    .execute(connection)
    .await
    .map(drop)
}

fn whole(number: Option<u32>) -> Option<i32> {
    number.and_then(|number| i32::try_from(number).ok())
}

fn long(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}
