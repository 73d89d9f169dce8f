//! Edits.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Result, Time};
use crate::graph::Span;
use crate::posts::edits::PostEdit;
use crate::posts::found::Found;
use crate::posts::{CommentsFrom, Hashtag, PostState, Visibility};
use crate::{PostId, UserId};

pub(in crate::posts) struct Before {
    pub(in crate::posts) caption: String,
    pub(in crate::posts) location: Option<String>,
    pub(in crate::posts) visibility: Visibility,
    pub(in crate::posts) comments_from: CommentsFrom,
    pub(in crate::posts) state: PostState,
    pub(in crate::posts) version: i32,
    pub(in crate::posts) is_repost: bool,
    pub(in crate::posts) shows: bool,
}

pub(in crate::posts) struct After<'a> {
    pub(in crate::posts) caption: &'a str,
    pub(in crate::posts) location: Option<&'a str>,
    pub(in crate::posts) visibility: Visibility,
    pub(in crate::posts) comments_from: CommentsFrom,
}

/// One's own post, held.
pub(in crate::posts) async fn hold(
    connection: &mut PgConnection,
    author: UserId,
    post: PostId,
) -> Result<Option<Before>> {
    sqlx::query_as!(
        Before,
        r#"
        select caption, location, visibility as "visibility: Visibility", comments_from as "comments_from: CommentsFrom",
               state as "state: PostState", version, repost_of is not null as "is_repost!",
               exists (select from post_media where post_id = posts.id) as "shows!"
        from posts where id = $2 and author_id = $1 and deleted_at is null
        for no key update
        "#,
        author.0,
        post.0,
    )
    .fetch_optional(connection)
    .await
}

/// With `kept`, what it said before goes into its history. What nobody else sees any more does not count for its author, and
/// counts again once it is seen.
pub(in crate::posts) async fn change(
    connection: &mut PgConnection,
    post: PostId,
    after: &After<'_>,
    kept: Option<Uuid>,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "with history as (
             insert into post_edits (id, post_id, caption, location, visibility, created_at)
             select $6, id, caption, location, visibility, $7 from posts where id = $1 and $6::uuid is not null),
              counted as (
             update user_counts c
             set post_count = c.post_count + ($4::text <> 'private')::integer - (p.visibility <> 'private')::integer
             from posts p where p.id = $1 and p.state = 'published' and c.user_id = p.author_id
               and ($4 = 'private') <> (p.visibility = 'private'))
         update posts set caption = $2, location = $3, visibility = $4, comments_from = $5, updated_at = $7,
                          version = version + 1,
                          edited_at = case when $6::uuid is not null then $7 else edited_at end
         where id = $1",
        post.0,
        after.caption,
        after.location,
        after.visibility as Visibility,
        after.comments_from as CommentsFrom,
        kept,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The hashtags that were given beside the caption.
pub(in crate::posts) async fn beside(
    connection: &mut PgConnection,
    post: PostId,
) -> Result<Vec<Hashtag>> {
    sqlx::query_scalar!(
        r#"
        select h.shown as "shown: Hashtag" from post_hashtags p join hashtags h on h.id = p.hashtag_id
        where p.post_id = $1 and not p.in_caption
        "#,
        post.0,
    )
    .fetch_all(connection)
    .await
}

/// What a post is found by no more. Whom it mentions no more.
pub(in crate::posts) async fn forget(
    connection: &mut PgConnection,
    post: PostId,
    words: &Found,
) -> Result<Vec<UserId>> {
    sqlx::query_scalar!(
        r#"
        with tags as (
            delete from post_hashtags where post_id = $1 and hashtag_id in (
                select p.hashtag_id from post_hashtags p join hashtags h on h.id = p.hashtag_id
                where p.post_id = $1 and h.tag <> all($2)))
        delete from post_mentions where post_id = $1 and user_id in (
            select m.user_id from post_mentions m join users u on u.id = m.user_id
            where m.post_id = $1 and lower(u.username) <> all($3))
        returning user_id as "user_id: UserId"
        "#,
        post.0,
        &words.folded,
        &words.mentions,
    )
    .fetch_all(connection)
    .await
}

/// Whoever is mentioned and does not see the post is mentioned anew, should that change now.
pub(in crate::posts) async fn unread_mentions(
    connection: &mut PgConnection,
    post: PostId,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "update post_mentions m set created_at = $2
         where m.post_id = $1
           and not exists (select from posts_seen_by(m.user_id) seen where seen.id = m.post_id offset 0)",
        post.0,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What the viewer could have read then: who sees the post was asked before.
pub(in crate::posts) async fn list(
    connection: &mut PgConnection,
    viewer: UserId,
    post: PostId,
    span: &Span,
) -> Result<Vec<PostEdit>> {
    sqlx::query_as!(
        PostEdit,
        r#"
        select e.id as place, e.caption, e.location, e.created_at as until
        from post_edits e join posts p on p.id = e.post_id
        where e.post_id = $2 and e.id < $3 and might_read($1, e, p)
        order by e.id desc offset $4 limit $5
        "#,
        viewer.0,
        post.0,
        span.before(),
        span.offset,
        span.limit + 1,
    )
    .fetch_all(connection)
    .await
}

pub(in crate::posts) async fn count(
    connection: &mut PgConnection,
    viewer: UserId,
    post: PostId,
) -> Result<i64> {
    sqlx::query_scalar!(
        r#"
        select count(*) as "count!" from post_edits e join posts p on p.id = e.post_id
        where e.post_id = $2 and might_read($1, e, p)
        "#,
        viewer.0,
        post.0,
    )
    .fetch_one(connection)
    .await
}
