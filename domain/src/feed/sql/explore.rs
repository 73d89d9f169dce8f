//! Rankings of public posts.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Result, Time};
use crate::feed::{ExplorePlace, Span};
use crate::{PostId, UserId};

#[derive(Clone, Copy)]
pub(in crate::feed) struct Ranking {
    pub(in crate::feed) generation: i64,
    pub(in crate::feed) count: i64,
}

pub(in crate::feed) struct Ranked {
    pub(in crate::feed) rank: i32,
    pub(in crate::feed) post_id: PostId,
}

pub(in crate::feed) struct Rules {
    pub(in crate::feed) since: Uuid,
    pub(in crate::feed) looked_at: i64,
    pub(in crate::feed) of_one_author: i64,
    pub(in crate::feed) kept: i64,
}

/// The one that is wanted, where it is there still; else the latest.
pub(in crate::feed) async fn ranking(
    connection: &mut PgConnection,
    wanted: Option<i64>,
) -> Result<Option<Ranking>> {
    sqlx::query_as!(
        Ranking,
        r#"
        with one as (
            (select generation, rank, true as is_wanted from explore_posts
             where generation = $1 order by rank desc limit 1)
            union all
            (select generation, rank, false from explore_posts order by generation desc, rank desc limit 1))
        select generation as "generation!", rank::bigint as "count!" from one order by is_wanted desc limit 1
        "#,
        wanted,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::feed) async fn page(
    connection: &mut PgConnection,
    reader: UserId,
    generation: i64,
    span: &Span<ExplorePlace>,
    now: Time,
) -> Result<Vec<Ranked>> {
    sqlx::query_as!(
        Ranked,
        r#"
        select ranked.rank, ranked.post_id as "post_id: PostId"
        from explore_posts ranked cross join lateral (
            select from posts_seen_by($1) p
            where p.id = ranked.post_id and p.author_id <> $1 and p.visibility = 'public'
              and not exists (select from follows where follower_id = $1 and following_id = p.author_id)
              and not exists (select from mutes where muter_id = $1 and muted_id = p.author_id
                                                  and coalesce(muted_until > $6, true))
            offset 0) as shown
        where ranked.generation = $2 and ranked.rank > $3
        order by ranked.rank offset $4 limit $5::bigint + 1
        "#,
        reader.0,
        generation,
        span.after.map_or(0, |place| place.rank),
        span.offset,
        span.limit,
        now,
    )
    .fetch_all(connection)
    .await
}

/// What people did with a post, over its age: what moves as many as another, but in half the time, goes first. Of private
/// accounts, and of those that do not stand, nothing is shown to strangers.
pub(in crate::feed) async fn rank(
    connection: &mut PgConnection,
    generation: i64,
    rules: &Rules,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "with recent as materialized (
             select id, author_id, place, published_at from posts
             where state = 'published' and deleted_at is null and visibility = 'public' and repost_of is null
               and place > $3
             order by place desc limit $4),
         scored as (
             select recent.id, recent.place, recent.author_id,
                    (1 + c.like_count + 2 * c.comment_count + 3 * c.share_count)
                    / power(greatest(extract(epoch from $2 - recent.published_at), 0) / 3600 + 2, 1.5) as score
             from recent join post_counts c on c.post_id = recent.id
             where exists (select from users where id = recent.author_id and is_active(users) and not is_private)),
         fair as (
             select id, place, score,
                    row_number() over (partition by author_id order by score desc, place desc) as of_author
             from scored)
         insert into explore_posts (generation, rank, post_id, created_at)
         select $1, row_number() over (order by score desc, place desc), id, $2
         from fair where of_author <= $5 order by score desc, place desc limit $6
         on conflict do nothing",
        generation,
        now,
        rules.since,
        rules.looked_at,
        rules.of_one_author,
        rules.kept,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Deletes rankings older than that, but never the latest.
pub(in crate::feed) async fn forget(connection: &mut PgConnection, before: i64) -> Result<()> {
    sqlx::query!(
        "delete from explore_posts
         where generation < $1
           and generation < (select generation from explore_posts order by generation desc limit 1)",
        before,
    )
    .execute(connection)
    .await?;
    Ok(())
}
