//! Statements about posts.

pub(super) mod edits;
pub(super) mod likes;
pub(super) mod lists;
pub(super) mod purge;
pub(super) mod saves;
pub(super) mod shares;
pub(super) mod states;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::found::Found;
use super::{CommentsFrom, PostKind, PostState, Visibility};
use crate::media::MediaKind;
use crate::people::Username;
use crate::{MediaId, PostId, UserId};

type Time = DateTime<Utc>;
type Result<T> = std::result::Result<T, sqlx::Error>;

pub(super) struct NewRow<'a> {
    pub id: PostId,
    pub author: UserId,
    pub kind: PostKind,
    pub caption: &'a str,
    pub visibility: Visibility,
    pub comments_from: CommentsFrom,
    pub location: Option<&'a str>,
    pub quote_of: Option<PostId>,
    pub state: PostState,
    pub publish_at: Option<Time>,
}

pub(super) struct PostRow {
    pub id: PostId,
    pub author: UserId,
    pub kind: PostKind,
    pub caption: String,
    pub visibility: Visibility,
    pub comments_from: CommentsFrom,
    pub location: Option<String>,
    pub repost_of: Option<PostId>,
    pub quote_of: Option<PostId>,
    pub state: PostState,
    pub version: i32,
    pub publish_at: Option<Time>,
    pub published_at: Option<Time>,
    pub edited_at: Option<Time>,
    pub created_at: Time,
    pub like_count: i64,
    pub comment_count: i64,
    pub share_count: i64,
    pub is_liked: bool,
    pub is_saved: bool,
    pub is_shared: bool,
    pub hashtags: Vec<String>,
    pub media_ids: Vec<MediaId>,
    pub mention_ids: Vec<UserId>,
    pub mention_names: Vec<Username>,
}

/// What an act on a post is about: of a repost, its original.
pub(super) struct Target {
    pub id: PostId,
}

/// None where there is no such post for the viewer, or it is not published.
pub(super) async fn target(
    connection: &mut PgConnection,
    viewer: UserId,
    post: PostId,
) -> Result<Option<Target>> {
    sqlx::query_as!(
        Target,
        r#"
        select coalesce(p.repost_of, p.id) as "id!: PostId" from posts_seen_by($1) p
        where p.id = $2 and p.state = 'published'
        "#,
        viewer.0,
        post.0,
    )
    .fetch_optional(connection)
    .await
}

/// A post that is published counts for its author, unless nobody else sees it; a quote for what it quotes.
pub(super) async fn insert(
    connection: &mut PgConnection,
    post: &NewRow<'_>,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "with made as (
             insert into posts (id, author_id, kind, caption, visibility, comments_from, location, quote_of, state,
                                publish_at, published_at, place, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, case when $9::text = 'published' then $11::timestamptz end,
                     case when $9 = 'published' then $1::uuid end, $11, $11)),
         own as (insert into post_counts (post_id, created_at) values ($1, $11)),
         quoted as (update post_counts set share_count = share_count + 1 where post_id = $8 and $9 = 'published'
                    returning post_id)
         update user_counts set post_count = post_count + 1
         where user_id = $2 and $9 = 'published' and $5 <> 'private' and (select count(*) from quoted) >= 0",
        post.id.0,
        post.author.0,
        post.kind as PostKind,
        post.caption,
        post.visibility as Visibility,
        post.comments_from as CommentsFrom,
        post.location,
        post.quote_of.map(|id| id.0),
        post.state as PostState,
        post.publish_at,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The kinds of files, in their order.
pub(super) async fn media_kinds(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<Vec<MediaKind>> {
    sqlx::query_scalar!(
        r#"
        select m.kind as "kind: MediaKind"
        from unnest($1::uuid[]) with ordinality as asked (id, place) join media m on m.id = asked.id
        order by asked.place
        "#,
        ids,
    )
    .fetch_all(connection)
    .await
}

pub(super) async fn insert_media(
    connection: &mut PgConnection,
    post: PostId,
    ids: &[Uuid],
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "insert into post_media (post_id, media_id, place, created_at)
         select $1, id, place - 1, $3 from unnest($2::uuid[]) with ordinality as given (id, place)",
        post.0,
        ids,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A post shows nothing, for now, and is about to be of this kind. What it showed.
pub(super) async fn clear_media(
    connection: &mut PgConnection,
    post: PostId,
    kind: PostKind,
) -> Result<Vec<MediaId>> {
    sqlx::query_scalar!(
        r#"
        with changed as (update posts set kind = $2 where id = $1)
        delete from post_media where post_id = $1 returning media_id as "media_id: MediaId"
        "#,
        post.0,
        kind as PostKind,
    )
    .fetch_all(connection)
    .await
}

/// Tags that nobody used before are made. In the order of the tags: two posts with the same ones do not wait for each
/// other in a circle.
pub(super) async fn insert_tags(
    connection: &mut PgConnection,
    post: PostId,
    found: &Found,
    now: Time,
) -> Result<()> {
    if found.folded.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = found.folded.iter().map(|_| platform::id_at(now)).collect();
    sqlx::query!(
        "insert into hashtags (id, tag, shown, created_at)
         select id, tag, shown, $4 from unnest($1::uuid[], $2::text[], $3::text[]) as given (id, tag, shown) order by tag
         on conflict (tag) do nothing",
        &ids,
        &found.folded,
        &found.shown,
        now,
    )
    .execute(&mut *connection)
    .await?;
    // A statement of its own: it sees what somebody else has just made.
    sqlx::query!(
        "insert into post_hashtags (post_id, hashtag_id, in_caption, created_at)
         select $1, h.id, given.in_caption, $4
         from unnest($2::text[], $3::bool[]) as given (tag, in_caption) join hashtags h on h.tag = given.tag
         on conflict (post_id, hashtag_id) do update set in_caption = excluded.in_caption",
        post.0,
        &found.folded,
        &found.in_caption,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Of those who are mentioned, the ones there are, but not who hides from the author: whoever was not mentioned yet.
pub(super) async fn insert_mentions(
    connection: &mut PgConnection,
    post: PostId,
    author: UserId,
    names: &[String],
    now: Time,
) -> Result<Vec<UserId>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    sqlx::query_scalar!(
        r#"
        insert into post_mentions (post_id, user_id, created_at)
        select $1, id, $4 from people_seen_by($2) where lower(username) = any($3)
        on conflict do nothing
        returning user_id as "user_id: UserId"
        "#,
        post.0,
        author.0,
        names,
        now,
    )
    .fetch_all(connection)
    .await
}

/// Those of `ids` that the viewer may see, in their order.
pub(super) async fn posts(
    connection: &mut PgConnection,
    viewer: UserId,
    ids: &[PostId],
) -> Result<Vec<PostRow>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    sqlx::query_as!(
        PostRow,
        r#"
        select p.id as "id!: PostId", p.author_id as "author!: UserId", p.kind as "kind!: PostKind", p.caption as "caption!",
               p.visibility as "visibility!: Visibility", p.comments_from as "comments_from!: CommentsFrom", p.location,
               p.repost_of as "repost_of: PostId", p.quote_of as "quote_of: PostId", p.state as "state!: PostState",
               p.version as "version!", p.publish_at, p.published_at, p.edited_at, p.created_at as "created_at!",
               c.like_count, c.comment_count, c.share_count,
               exists (select from post_likes where post_id = p.id and user_id = $1 offset 0) as "is_liked!",
               exists (select from post_saves where post_id = p.id and user_id = $1 offset 0) as "is_saved!",
               exists (select from posts mine where mine.repost_of = p.id and mine.author_id = $1
                                                and mine.deleted_at is null offset 0) as "is_shared!",
               array(select h.shown from post_hashtags ph join hashtags h on h.id = ph.hashtag_id
                     where ph.post_id = p.id order by h.shown) as "hashtags!",
               array(select media_id from post_media where post_id = p.id order by place) as "media_ids!: Vec<MediaId>",
               array(select m.user_id from post_mentions m join people_seen_by($1) u on u.id = m.user_id
                     where m.post_id = p.id order by u.username) as "mention_ids!: Vec<UserId>",
               array(select u.username from post_mentions m join people_seen_by($1) u on u.id = m.user_id
                     where m.post_id = p.id order by u.username) as "mention_names!: Vec<Username>"
        from unnest($2::uuid[]) with ordinality as asked (id, place)
        join posts_seen_by($1) p on p.id = asked.id
        join post_counts c on c.post_id = p.id
        order by asked.place
        "#,
        viewer.0,
        &ids,
    )
    .fetch_all(connection)
    .await
}
