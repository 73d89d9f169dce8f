//! Who did it: each cause is counted where it is written down, a day at a time. Oneself does not count, nor does whoever
//! is hidden from the person or muted by them.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Result, Time};
use crate::UserId;
use crate::notifications::Cause;
use crate::notifications::gather::{Day, Found};

/// Counts a source: rows of `actor` and `id` between `day.since` and `day.until`, about the thing `$2` and for the person
/// `$1`.
macro_rules! count {
    ($connection:expr, $user:expr, $target:expr, $now:expr, $days:expr, $source:tt) => {{
        let buckets: Vec<Time> = $days.iter().map(|day| day.bucket).collect();
        let since: Vec<Uuid> = $days.iter().map(|day| day.since).collect();
        let until: Vec<Uuid> = $days.iter().map(|day| day.until).collect();
        sqlx::query_as!(
            Found,
            r#"
            with asked as (select $2::uuid as target)
            select day.bucket as "bucket!", found.actor_count as "actor_count!", found.actor_ids as "actor_ids!",
                   found.latest
            from unnest($4::timestamptz[], $5::uuid[], $6::uuid[]) as day (bucket, since, until)
            cross join lateral (
                select count(*)::integer as actor_count, (array_agg(id order by id desc))[1] as latest,
                       coalesce((array_agg(actor order by id desc))[1:8], '{}') as actor_ids
                from (select distinct on (actor) actor, id from ("# + $source + r#") as source
                      where actor <> $1 and exists (select from people_seen_by($1) seen where seen.id = actor offset 0)
                        and not exists (select from mutes where muter_id = $1 and muted_id = actor
                                                            and coalesce(muted_until > $3, true))
                      order by actor, id desc) as actors
            ) as found
            "#,
            $user.0,
            $target as Option<Uuid>,
            $now,
            &buckets,
            &since,
            &until,
        )
        .fetch_all($connection)
        .await
    }};
}

pub(in crate::notifications) async fn count(
    connection: &mut PgConnection,
    user: UserId,
    cause: Cause,
    days: &[Day],
    now: Time,
) -> Result<Vec<Found>> {
    let target = cause.target().map(|(_, id)| id);
    match cause {
        Cause::LikeOfPost(_) | Cause::LikeOfComment(_) => {
            likes(connection, user, cause, days, now).await
        }
        Cause::MentionInPost(_) | Cause::MentionInComment(_) => {
            mentions(connection, user, cause, days, now).await
        }
        Cause::Comment(_) => {
            count!(connection, user, target, now, days, "
                select c.author_id as actor, c.id from comments c
                where c.post_id = $2 and c.id >= day.since and c.id < day.until and c.deleted_at is null
                  and not exists (select from comments mine where mine.id = c.parent_id and mine.author_id = $1)
                  and exists (select from posts where posts.id = $2 and author_id = $1 and deleted_at is null)")
        }
        Cause::Reply(_) => {
            count!(connection, user, target, now, days, "
                select c.author_id as actor, c.id from comments c
                where c.parent_id = $2 and c.id >= day.since and c.id < day.until and c.deleted_at is null
                  and exists (select from comments mine where mine.id = $2 and mine.author_id = $1
                                                          and mine.deleted_at is null)")
        }
        // A quote may have been written long before it was published.
        Cause::Share(_) => {
            count!(
                connection,
                user,
                target,
                now,
                days,
                "
                select p.author_id as actor, p.place as id from posts_seen_by($1) p
                where p.repost_of = $2 and p.id >= day.since and p.id < day.until
                  and exists (select from posts mine where mine.id = $2 and mine.author_id = $1)
                union all
                select p.author_id, p.place from posts_seen_by($1) p
                where p.quote_of = $2 and p.place >= day.since and p.place < day.until
                  and exists (select from posts mine where mine.id = $2 and mine.author_id = $1)"
            )
        }
        Cause::Follow => {
            count!(
                connection,
                user,
                target,
                now,
                days,
                "
                select follower_id as actor, id from follows
                where following_id = $1 and id >= day.since and id < day.until"
            )
        }
        Cause::FollowRequest => {
            count!(
                connection,
                user,
                target,
                now,
                days,
                "
                select follower_id as actor, id from follow_requests
                where following_id = $1 and id >= day.since and id < day.until"
            )
        }
    }
}

async fn likes(
    connection: &mut PgConnection,
    user: UserId,
    cause: Cause,
    days: &[Day],
    now: Time,
) -> Result<Vec<Found>> {
    let target = cause.target().map(|(_, id)| id);
    if let Cause::LikeOfPost(_) = cause {
        return count!(connection, user, target, now, days, "
            select user_id as actor, id from post_likes
            where post_id = $2 and id >= day.since and id < day.until
              and exists (select from posts where posts.id = $2 and author_id = $1 and deleted_at is null)");
    }
    count!(connection, user, target, now, days, "
        select user_id as actor, id from comment_likes
        where comment_id = $2 and id >= day.since and id < day.until
          and exists (select from comments where comments.id = $2 and author_id = $1 and deleted_at is null)")
}

/// On the day they could first be read.
async fn mentions(
    connection: &mut PgConnection,
    user: UserId,
    cause: Cause,
    days: &[Day],
    now: Time,
) -> Result<Vec<Found>> {
    let target = cause.target().map(|(_, id)| id);
    if let Cause::MentionInPost(_) = cause {
        return count!(connection, user, target, now, days, "
            select p.author_id as actor, p.place as id from post_mentions m join posts_seen_by($1) p on p.id = m.post_id
            where m.post_id = $2 and m.user_id = $1
              and greatest(m.created_at, p.published_at) >= day.bucket
              and greatest(m.created_at, p.published_at) < day.bucket + interval '24 hours'");
    }
    count!(connection, user, target, now, days, "
        select c.author_id as actor, c.id from comment_mentions m join comments c on c.id = m.comment_id
        where m.comment_id = $2 and m.user_id = $1 and c.deleted_at is null
          and m.created_at >= day.bucket and m.created_at < day.bucket + interval '24 hours'")
}
