//! Levels of comments. Each walks its index from the place where the page starts.

use sqlx::PgConnection;
use uuid::Uuid;

use super::Result;
use crate::graph::Span;
use crate::{CommentId, PostId, UserId};

/// What is commented on: of a repost, its original.
pub(in crate::comments) struct Ground {
    pub(in crate::comments) post: PostId,
    pub(in crate::comments) comment_count: i64,
}

pub(in crate::comments) async fn ground(
    connection: &mut PgConnection,
    viewer: UserId,
    post: PostId,
) -> Result<Option<Ground>> {
    sqlx::query_as!(
        Ground,
        r#"
        select c.post_id as "post: PostId", c.comment_count
        from posts_seen_by($1) p join post_counts c on c.post_id = coalesce(p.repost_of, p.id)
        where p.id = $2 and p.state = 'published'
        "#,
        viewer.0,
        post.0,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::comments) struct Seen {
    pub(in crate::comments) reply_count: i64,
    pub(in crate::comments) is_deleted: bool,
}

/// A comment that is there for the viewer, or its place.
pub(in crate::comments) async fn seen(
    connection: &mut PgConnection,
    viewer: UserId,
    comment: CommentId,
) -> Result<Option<Seen>> {
    sqlx::query_as!(
        Seen,
        r#"
        select n.reply_count, c.deleted_at is not null as "is_deleted!"
        from comments_seen_by($1) c join comment_counts n on n.comment_id = c.id join posts_seen_by($1) p on p.id = c.post_id
        where c.id = $2
        "#,
        viewer.0,
        comment.0,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::comments) async fn newest(
    connection: &mut PgConnection,
    viewer: UserId,
    post: PostId,
    span: &Span,
) -> Result<Vec<CommentId>> {
    sqlx::query_scalar!(
        r#"
        select id as "id!: CommentId" from comments_seen_by($1)
        where post_id = $2 and parent_id is null and id < $3
        order by id desc offset $4 limit $5
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

pub(in crate::comments) async fn oldest(
    connection: &mut PgConnection,
    viewer: UserId,
    post: PostId,
    span: &Span,
) -> Result<Vec<CommentId>> {
    sqlx::query_scalar!(
        r#"
        select id as "id!: CommentId" from comments_seen_by($1)
        where post_id = $2 and parent_id is null and id > $3
        order by id offset $4 limit $5
        "#,
        viewer.0,
        post.0,
        span.after.unwrap_or(Uuid::nil()),
        span.offset,
        span.limit + 1,
    )
    .fetch_all(connection)
    .await
}

pub(in crate::comments) async fn answers(
    connection: &mut PgConnection,
    viewer: UserId,
    comment: CommentId,
    span: &Span,
) -> Result<Vec<CommentId>> {
    sqlx::query_scalar!(
        r#"
        select id as "id!: CommentId" from comments_seen_by($1)
        where parent_id = $2 and id > $3
        order by id offset $4 limit $5
        "#,
        viewer.0,
        comment.0,
        span.after.unwrap_or(Uuid::nil()),
        span.offset,
        span.limit + 1,
    )
    .fetch_all(connection)
    .await
}

/// The first answers to each of these comments.
pub(in crate::comments) async fn first_answers(
    connection: &mut PgConnection,
    viewer: UserId,
    comments: &[Uuid],
    most: i64,
) -> Result<Vec<CommentId>> {
    sqlx::query_scalar!(
        r#"
        select answer.id as "id!: CommentId"
        from unnest($2::uuid[]) with ordinality as asked (id, place),
             lateral (select id from comments_seen_by($1)
                      where parent_id = asked.id
                      order by id offset 0 limit $3) as answer
        order by asked.place, answer.id
        "#,
        viewer.0,
        comments,
        most,
    )
    .fetch_all(connection)
    .await
}
