//! The rows of posts that were deleted a while ago.

use sqlx::PgConnection;

use super::{Result, Time};
use crate::MediaId;

/// Deletes a slice of what lies beneath them. How many rows that were.
pub(in crate::posts) async fn beneath(
    connection: &mut PgConnection,
    before: Time,
    limit: i64,
) -> Result<i64> {
    sqlx::query_scalar!(
        r#"
        with due as materialized (select id from posts where deleted_at < $1 order by deleted_at limit 100),
        likes as (
            delete from post_likes where ctid = any(array(
                select l.ctid from due join post_likes l on l.post_id = due.id limit $2))
            returning 1),
        saves as (
            delete from post_saves where ctid = any(array(
                select s.ctid from due join post_saves s on s.post_id = due.id limit $2))
            returning 1),
        said as (
            delete from comments where ctid = any(array(
                select c.ctid from due join comments c on c.post_id = due.id limit $2))
            returning 1),
        reposts as (
            delete from posts where ctid = any(array(
                select r.ctid from due join posts r on r.repost_of = due.id limit $2))
            returning 1)
        select (select count(*) from likes) + (select count(*) from saves) + (select count(*) from said)
               + (select count(*) from reposts) as "count!"
        "#,
        before,
        limit,
    )
    .fetch_one(connection)
    .await
}

pub(in crate::posts) struct Purged {
    pub(in crate::posts) shown: Vec<MediaId>,
}

/// Deletes a slice of the posts themselves; reposts of them go along. What each showed.
pub(in crate::posts) async fn posts(
    connection: &mut PgConnection,
    before: Time,
    limit: i64,
) -> Result<Vec<Purged>> {
    sqlx::query_as!(
        Purged,
        r#"
        with due as materialized (
            select id from posts where deleted_at < $1 order by deleted_at limit $2 for update),
        shown as materialized (
            select due.id, array(select media_id from post_media where post_id = due.id order by media_id) as media
            from due),
        gone as (delete from posts where id = any(array(select id from due)))
        select media as "shown!: Vec<MediaId>" from shown
        "#,
        before,
        limit,
    )
    .fetch_all(connection)
    .await
}
