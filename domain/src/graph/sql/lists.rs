//! Who follows whom, the latest first. Each list walks its index from the place where the page starts.
//!
//! `offset 0` inside an `exists` keeps it a look into an index for each row that is met: as a join it would be planned
//! for the whole of both tables.

use sqlx::PgConnection;

use super::Result;
use crate::UserId;
use crate::graph::lists::{Listed, Span};

pub(in crate::graph) struct Open {
    pub(in crate::graph) id: UserId,
    pub(in crate::graph) is_open: bool,
    pub(in crate::graph) follower_count: i64,
    pub(in crate::graph) following_count: i64,
}

pub(in crate::graph) async fn open(
    connection: &mut PgConnection,
    viewer: UserId,
    person: UserId,
) -> Result<Option<Open>> {
    sqlx::query_as!(
        Open,
        r#"
        select user_id as "id: UserId", is_open_to($1, user_id) as "is_open!", follower_count, following_count
        from user_counts where user_id = $2
        "#,
        viewer.0,
        person.0,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::graph) async fn followers(
    connection: &mut PgConnection,
    viewer: UserId,
    person: UserId,
    span: &Span,
) -> Result<Vec<Listed>> {
    sqlx::query_as!(
        Listed,
        r#"
        select id as place, follower_id as "person: UserId" from follows
        where following_id = $2 and id < $3 and not is_hidden_from($1, follower_id)
        order by id desc offset $4 limit $5
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

pub(in crate::graph) async fn following(
    connection: &mut PgConnection,
    viewer: UserId,
    person: UserId,
    span: &Span,
) -> Result<Vec<Listed>> {
    sqlx::query_as!(
        Listed,
        r#"
        select id as place, following_id as "person: UserId" from follows
        where follower_id = $2 and id < $3 and not is_hidden_from($1, following_id)
        order by id desc offset $4 limit $5
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

pub(in crate::graph) async fn mutuals(
    connection: &mut PgConnection,
    viewer: UserId,
    person: UserId,
    span: &Span,
) -> Result<Vec<Listed>> {
    sqlx::query_as!(
        Listed,
        r#"
        select mine.id as place, mine.following_id as "person: UserId" from follows as mine
        where mine.follower_id = $1 and mine.id < $3
          and exists (select from follows where follower_id = mine.following_id and following_id = $2 offset 0)
          and not is_hidden_from($1, mine.following_id)
        order by mine.id desc offset $4 limit $5
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

pub(in crate::graph) async fn count_mutuals(
    connection: &mut PgConnection,
    viewer: UserId,
    person: UserId,
    most: i64,
) -> Result<i64> {
    sqlx::query_scalar!(
        r#"
        select count(*) as "count!" from (
            select from follows as mine
            where mine.follower_id = $1
              and exists (select from follows where follower_id = mine.following_id and following_id = $2 offset 0)
              and not is_hidden_from($1, mine.following_id)
            limit $3) as found
        "#,
        viewer.0,
        person.0,
        most,
    )
    .fetch_one(connection)
    .await
}
