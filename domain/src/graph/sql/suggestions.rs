//! Suggestions. `offset 0` as in the [lists](super::lists): each candidate is looked up, no table is joined whole.

use sqlx::PgConnection;

use super::{Result, Time};
use crate::UserId;
use crate::graph::lists::Span;
use crate::graph::suggestions::Suggested;

/// The latest two hundred follows of each of the latest two hundred whom `user` follows; of what they lead to the
/// thousand that most lead to, then the most followed of all.
pub(in crate::graph) async fn suggest(
    connection: &mut PgConnection,
    user: UserId,
    now: Time,
    span: &Span,
) -> Result<Vec<Suggested>> {
    sqlx::query_as!(
        Suggested,
        r#"
        with mine as materialized (
            select following_id as id from follows where follower_id = $1 order by follows.id desc limit 200),
        near as (
            select theirs.following_id as id, count(*) as mutual_count
            from mine cross join lateral (
                select following_id from follows where follower_id = mine.id order by follows.id desc limit 200
            ) as theirs
            group by theirs.following_id),
        unknown as materialized (
            select id, mutual_count from near
            where id <> $1
              and not exists (select from follows where follower_id = $1 and following_id = near.id offset 0)
            order by mutual_count desc, id limit 1000),
        offered as (
            select id, mutual_count, 0 as place from unknown
            union all
            (select user_id, 0, place from popular_people
             where user_id <> $1 and user_id not in (select id from unknown)
               and not exists (select from follows where follower_id = $1 and following_id = user_id offset 0)
             order by place)),
        ranked as (
            select id, mutual_count from offered
            where not exists (select from follow_requests
                              where follower_id = $1 and following_id = offered.id offset 0)
              and not exists (select from mutes where muter_id = $1 and muted_id = offered.id
                                                  and coalesce(muted_until > $2, true) offset 0)
              and not exists (select from suggestion_dismissals
                              where user_id = $1 and dismissed_id = offered.id offset 0)
            order by mutual_count desc, place,
                     (select follower_count from user_counts where user_id = offered.id) desc, id
            limit 500)
        select id as "person!: UserId", mutual_count as "mutual_count!" from ranked
        where not is_hidden_from($1, id)
        offset $3 limit $4
        "#,
        user.0,
        now,
        span.offset,
        span.limit + 1,
    )
    .fetch_all(connection)
    .await
}

pub(in crate::graph) async fn dismiss(
    connection: &mut PgConnection,
    user: UserId,
    dismissed: UserId,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "insert into suggestion_dismissals (user_id, dismissed_id, created_at) values ($1, $2, $3)
         on conflict do nothing",
        user.0,
        dismissed.0,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}
