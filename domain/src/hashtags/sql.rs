//! Statements about hashtags.

use chrono::{DateTime, Utc};
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

/// One that no public post has is there for those alone who see one that has it, among the latest.
pub(super) async fn find(
    connection: &mut PgConnection,
    viewer: UserId,
    tag: &str,
) -> Result<Option<Hashtag>> {
    sqlx::query_as!(
        Hashtag,
        r#"
        select h.id as "id: HashtagId", '#' || h.shown as "tag!", coalesce(c.use_count, 0) as "use_count!"
        from hashtags h left join hashtag_counts c on c.hashtag_id = h.id
        where h.tag = $2
          and (c.use_count > 0 or exists (
              select from (select post_id from hashtag_uses where hashtag_id = h.id order by place desc limit 1000) latest
              where exists (select from posts_seen_by($1) p where p.id = latest.post_id offset 0)))
        "#,
        viewer.0,
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

/// The hashtags that a post uses, and those that it used.
pub(super) async fn used(connection: &mut PgConnection, post: PostId) -> Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"
        select hashtag_id as "id!" from hashtag_uses where post_id = $1
        union select hashtag_id from post_hashtags where post_id = $1
        "#,
        post.0,
    )
    .fetch_all(connection)
    .await
}

/// The counts of hashtags, made where they are missing and locked in their order: what drops some and adds others does not
/// meet its like in a circle.
pub(super) async fn hold_counts(
    connection: &mut PgConnection,
    tags: &[Uuid],
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into hashtag_counts (hashtag_id, created_at)
         select id, $2 from (select distinct unnest($1::uuid[]) as id) as one
         where not exists (select from hashtag_counts c where c.hashtag_id = one.id) order by id
         on conflict do nothing",
        tags,
        now,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "select hashtag_id from hashtag_counts where hashtag_id = any($1) order by hashtag_id for no key update",
        tags,
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

/// The author's account stays as it is until the transaction ends: whoever changes it waits, and counts these as well.
pub(super) async fn keep_uses(connection: &mut PgConnection, post: PostId) -> Result<()> {
    sqlx::query!(
        "insert into hashtag_uses as use (hashtag_id, place, post_id, author_id, is_public, created_at)
         select ph.hashtag_id, p.place, p.id, p.author_id, is_for_everybody(p, u), p.published_at
         from posts p join users u on u.id = p.author_id join post_hashtags ph on ph.post_id = p.id
         where p.id = $1 and p.state = 'published' and p.deleted_at is null
         order by ph.hashtag_id for share of u
         on conflict (hashtag_id, place) do update set is_public = excluded.is_public
         where use.is_public <> excluded.is_public",
        post.0,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// One use of a hashtag.
pub(super) struct Use {
    pub(super) hashtag_id: Uuid,
    pub(super) place: Uuid,
}

pub(super) async fn uses_any(connection: &mut PgConnection, author: UserId) -> Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from hashtag_uses where author_id = $1) as "uses!""#,
        author.0,
    )
    .fetch_one(connection)
    .await
}

pub(super) async fn hold_author(connection: &mut PgConnection, author: UserId) -> Result<()> {
    sqlx::query!("select id from users where id = $1 for share", author.0)
        .fetch_optional(connection)
        .await?;
    Ok(())
}

/// The latest uses by posts from before a place, those of one post together.
pub(super) async fn uses_of(
    connection: &mut PgConnection,
    author: UserId,
    before: Uuid,
    limit: i64,
) -> Result<Vec<Use>> {
    sqlx::query_as!(
        Use,
        "select hashtag_id, place from hashtag_uses where author_id = $1 and place < $2
         order by place desc fetch first $3 rows with ties",
        author.0,
        before,
        limit,
    )
    .fetch_all(connection)
    .await
}

/// Those from `first` to before `before` that are not counted as they should be.
pub(super) async fn count_uses(
    connection: &mut PgConnection,
    author: UserId,
    first: Uuid,
    before: Uuid,
) -> Result<()> {
    sqlx::query!(
        "update hashtag_uses use set is_public = not use.is_public
         from posts p join users u on u.id = p.author_id
         where use.author_id = $1 and use.place >= $2 and use.place < $3 and p.id = use.post_id
           and use.is_public <> is_for_everybody(p, u)",
        author.0,
        first,
        before,
    )
    .execute(connection)
    .await?;
    Ok(())
}
