//! Statements about the pictures of profiles.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::Result;
use crate::{MediaId, UserId};

type Time = DateTime<Utc>;

pub(in crate::media) struct PicturesRow {
    pub picture: Option<MediaId>,
    pub banner: Option<MediaId>,
}

/// The files that a profile shows, its row locked.
pub(in crate::media) async fn lock_pictures(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Option<PicturesRow>> {
    sqlx::query_as!(
        PicturesRow,
        r#"select profile_picture_id as "picture: MediaId", profile_banner_id as "banner: MediaId"
           from users where id = $1 for no key update"#,
        user.0,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::media) async fn set_picture(
    connection: &mut PgConnection,
    user: UserId,
    id: Option<MediaId>,
    url: Option<&str>,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "update users set profile_picture_id = $2, profile_picture_url = $3, updated_at = $4 where id = $1",
        user.0,
        id.map(|id| id.0),
        url,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(in crate::media) async fn set_banner(
    connection: &mut PgConnection,
    user: UserId,
    id: Option<MediaId>,
    url: Option<&str>,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "update users set profile_banner_id = $2, profile_banner_url = $3, updated_at = $4 where id = $1",
        user.0,
        id.map(|id| id.0),
        url,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets the files whose address the profile does not have any more: those of before.
pub(in crate::media) async fn forget_replaced(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Option<PicturesRow>> {
    sqlx::query_as!(
        PicturesRow,
        r#"
        with before as (
            select id, profile_picture_id as picture, profile_banner_id as banner,
                   coalesce(profile_picture_url, '') not like '%/files/pictures/' || profile_picture_id as picture_gone,
                   coalesce(profile_banner_url, '') not like '%/files/pictures/' || profile_banner_id as banner_gone
            from users where id = $1 and (profile_picture_id is not null or profile_banner_id is not null)),
             changed as (
            update users set profile_picture_id = case when not before.picture_gone then before.picture end,
                             profile_banner_id = case when not before.banner_gone then before.banner end
            from before where users.id = before.id and (before.picture_gone or before.banner_gone))
        select case when picture_gone then picture end as "picture: MediaId",
               case when banner_gone then banner end as "banner: MediaId"
        from before
        "#,
        user.0,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::media) struct PictureRow {
    pub key: String,
}

/// What is shown of a file that a profile shows.
pub(in crate::media) async fn picture(
    connection: &mut PgConnection,
    id: MediaId,
) -> Result<Option<PictureRow>> {
    sqlx::query_as!(
        PictureRow,
        r#"
        select v.key
        from (select 'medium' as wanted from users where profile_picture_id = $1 and deleted_at is null
                     and suspended_at is null and deactivated_at is null
              union all
              select 'large' from users where profile_banner_id = $1 and deleted_at is null
                     and suspended_at is null and deactivated_at is null) as shown
        join media m on m.id = $1 and m.state = 'ready'
        join media_variants v on v.media_id = m.id and v.name in ('small', 'medium', 'large', 'original')
        order by v.name = shown.wanted desc,
                 case v.name when 'large' then 1 when 'medium' then 2 when 'small' then 3 else 4 end,
                 v.content_type = 'image/webp' desc
        limit 1
        "#,
        id.0,
    )
    .fetch_optional(connection)
    .await
}
