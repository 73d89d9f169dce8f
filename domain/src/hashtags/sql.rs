//! Statements about hashtags.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Hashtag, Tagged};
use crate::{HashtagId, PostId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Of very many that begin so, the first in the alphabet are looked through. What no public post has is not shown.
pub(super) async fn beginning(
    connection: &mut PgConnection,
    beginning: &str,
    limit: i64,
) -> Result<Vec<Hashtag>> {
    sqlx::query_as!(
        Hashtag,
        r#"
        select near.id as "id!: HashtagId", '#' || near.shown as "tag!", c.use_count as "use_count!"
        from (select id, tag, shown from hashtags where tag >= $1 and tag < $1 || U&'\+10FFFF' order by tag limit 2000) near
        join hashtag_counts c on c.hashtag_id = near.id
        where c.use_count > 0
        order by near.tag = $1 desc, c.use_count desc, near.tag limit $2
        "#,
        beginning,
        limit,
    )
    .fetch_all(connection)
    .await
}

/// One that no public post has is there for nobody but who has one: its page is empty, and as if it were not.
pub(super) async fn find(connection: &mut PgConnection, tag: &str) -> Result<Option<Hashtag>> {
    sqlx::query_as!(
        Hashtag,
        r#"
        select h.id as "id: HashtagId", '#' || h.shown as "tag!", coalesce(c.use_count, 0) as "use_count!"
        from hashtags h left join hashtag_counts c on c.hashtag_id = h.id where h.tag = $1
        "#,
        tag,
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn posts(
    connection: &mut PgConnection,
    viewer: UserId,
    hashtag: HashtagId,
    before: Uuid,
    offset: i64,
    limit: i64,
) -> Result<Vec<Tagged>> {
    sqlx::query_as!(
        Tagged,
        r#"
        select use.post_id as "post: PostId", use.place from hashtag_uses use
        where use.hashtag_id = $2 and use.place < $3
          and exists (select from posts_seen_by($1) p where p.id = use.post_id offset 0)
        order by use.place desc offset $4 limit $5
        "#,
        viewer.0,
        hashtag.0,
        before,
        offset,
        limit,
    )
    .fetch_all(connection)
    .await
}

/// The counts of hashtags that a post uses and of those that it used, locked in their order: what drops some and adds
/// others does not meet its like in a circle.
pub(super) async fn hold_counts(connection: &mut PgConnection, post: PostId) -> Result<()> {
    sqlx::query!(
        "select c.hashtag_id from hashtag_counts c
         where c.hashtag_id = any(array(select hashtag_id from hashtag_uses where post_id = $1
                                        union select hashtag_id from post_hashtags where post_id = $1))
         order by c.hashtag_id for no key update",
        post.0,
    )
    .fetch_all(connection)
    .await?;
    Ok(())
}

/// Those that the post has no more, or all where it is not published.
pub(super) async fn drop_uses(connection: &mut PgConnection, post: PostId) -> Result<()> {
    sqlx::query!(
        "delete from hashtag_uses use where use.post_id = $1 and not exists (
             select from post_hashtags ph join posts p on p.id = ph.post_id
             where ph.post_id = use.post_id and ph.hashtag_id = use.hashtag_id and p.state = 'published'
               and p.deleted_at is null)",
        post.0,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn keep_uses(connection: &mut PgConnection, post: PostId) -> Result<()> {
    sqlx::query!(
        "insert into hashtag_uses as use (hashtag_id, place, post_id, author_id, is_public, created_at)
         select ph.hashtag_id, p.place, p.id, p.author_id, p.visibility = 'public' and not u.is_private, p.published_at
         from posts p join users u on u.id = p.author_id join post_hashtags ph on ph.post_id = p.id
         where p.id = $1 and p.state = 'published' and p.deleted_at is null
         order by ph.hashtag_id
         on conflict (hashtag_id, place) do update set is_public = excluded.is_public
         where use.is_public <> excluded.is_public",
        post.0,
    )
    .execute(connection)
    .await?;
    Ok(())
}
