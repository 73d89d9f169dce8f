//! Comments as they are shown.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Result, Time};
use crate::people::Username;
use crate::{CommentId, PostId, UserId};

pub(in crate::comments) struct CommentRow {
    /// Of what was asked for, from 1.
    pub(in crate::comments) place: i64,
    pub(in crate::comments) id: CommentId,
    pub(in crate::comments) post: PostId,
    pub(in crate::comments) parent: Option<CommentId>,
    pub(in crate::comments) depth: i16,
    pub(in crate::comments) author: Option<UserId>,
    pub(in crate::comments) content: String,
    pub(in crate::comments) like_count: i64,
    pub(in crate::comments) reply_count: i64,
    pub(in crate::comments) is_liked: bool,
    pub(in crate::comments) is_deleted: bool,
    pub(in crate::comments) edited_at: Option<Time>,
    pub(in crate::comments) created_at: Time,
    pub(in crate::comments) mention_ids: Vec<UserId>,
    pub(in crate::comments) mention_names: Vec<Username>,
}

/// Likes of one that is deleted are nobody's business any more.
pub(in crate::comments) async fn comments(
    connection: &mut PgConnection,
    viewer: UserId,
    ids: &[Uuid],
) -> Result<Vec<CommentRow>> {
    sqlx::query_as!(
        CommentRow,
        r#"
        select asked.place as "place!", c.id as "id!: CommentId", c.post_id as "post!: PostId",
               c.parent_id as "parent: CommentId", c.depth as "depth!", c.author_id as "author: UserId", c.content as "content!",
               case when c.deleted_at is null then n.like_count else 0 end as "like_count!", n.reply_count,
               c.deleted_at is null
               and exists (select from comment_likes where comment_id = c.id and user_id = $1 offset 0) as "is_liked!",
               c.deleted_at is not null as "is_deleted!", c.edited_at, c.created_at as "created_at!",
               array(select m.user_id from comment_mentions m join people_seen_by($1) u on u.id = m.user_id
                     where m.comment_id = c.id order by u.username) as "mention_ids!: Vec<UserId>",
               array(select u.username from comment_mentions m join people_seen_by($1) u on u.id = m.user_id
                     where m.comment_id = c.id order by u.username) as "mention_names!: Vec<Username>"
        from unnest($2::uuid[]) with ordinality as asked (id, place)
        join comments_seen_by($1) c on c.id = asked.id
        join comment_counts n on n.comment_id = c.id
        order by asked.place
        "#,
        viewer.0,
        ids,
    )
    .fetch_all(connection)
    .await
}
