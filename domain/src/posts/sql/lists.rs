//! Lists of posts. Each walks its index from the place where the page starts.

use sqlx::PgConnection;

use super::Result;
use crate::graph::Span;
use crate::posts::lists::{MOST_COUNTED, Placed};
use crate::{PostId, UserId};

pub(in crate::posts) struct Wall {
    pub(in crate::posts) is_open: bool,
    pub(in crate::posts) post_count: i64,
}

pub(in crate::posts) async fn wall(
    connection: &mut PgConnection,
    viewer: UserId,
    person: UserId,
) -> Result<Option<Wall>> {
    sqlx::query_as!(
        Wall,
        r#"select is_open_to($1, user_id) as "is_open!", post_count from user_counts where user_id = $2"#,
        viewer.0,
        person.0,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::posts) async fn of_person(
    connection: &mut PgConnection,
    viewer: UserId,
    person: UserId,
    span: &Span,
) -> Result<Vec<Placed>> {
    sqlx::query_as!(
        Placed,
        r#"
        select place as "place!", id as "post!: PostId" from posts_seen_by($1) p
        where author_id = $2 and state = 'published' and deleted_at is null and place < $3
        order by place desc offset $4 limit $5
        "#,
        viewer.0,
        person.0,
        span.before(),
        span.offset,
        span.limit + 1,
    )
    .fetch_all(connection)
    .await
}

pub(in crate::posts) async fn unpublished(
    connection: &mut PgConnection,
    author: UserId,
    span: &Span,
) -> Result<Vec<Placed>> {
    sqlx::query_as!(
        Placed,
        r#"
        select id as "place!", id as "post!: PostId" from posts
        where author_id = $1 and state <> 'published' and deleted_at is null and id < $2
        order by id desc offset $3 limit $4
        "#,
        author.0,
        span.before(),
        span.offset,
        span.limit + 1,
    )
    .fetch_all(connection)
    .await
}

pub(in crate::posts) async fn count_unpublished(
    connection: &mut PgConnection,
    author: UserId,
) -> Result<i64> {
    sqlx::query_scalar!(
        r#"
        select count(*) as "count!" from (
            select from posts where author_id = $1 and state <> 'published' and deleted_at is null limit $2) as found
        "#,
        author.0,
        MOST_COUNTED,
    )
    .fetch_one(connection)
    .await
}
