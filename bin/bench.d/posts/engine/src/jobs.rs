//! Whether every deed has had done by workers what follows from it.

use anyhow::{Result, ensure};
use sqlx::FromRow;
use uuid::Uuid;

use crate::database::Database;
use crate::side::Side;

/// Every post goes out to whoever follows its author, whoever it names is told, and so is the author of what is liked.
/// $1: the posts, $2: since when.
const KNOWN: &str = "
    with known as (select name, payload from jobs where created_at >= $2::timestamptz
                   union all select name, payload from finished_jobs where created_at >= $2::timestamptz),
         gathered as (select payload #>> '{cause,what}' as what, (payload #>> '{cause,id}')::uuid as post_id
                      from known where name = 'notifications.gather')
    select (select count(*) from known where name = 'feed.fan_out' and (payload ->> 'post_id')::uuid = any($1)) as sent,
           (select count(*) from posts join user_counts on user_id = author_id
            where posts.id = any($1) and follower_count > 0
                  and author_id not in (select user_id from feed_celebrities)) as to_send,
           (select count(distinct post_id) from gathered where what = 'mention_in_post' and post_id = any($1)) as named,
           (select count(*) from post_mentions where post_id = any($1)) as to_name,
           (select count(distinct post_id) from gathered where what = 'like_of_post' and post_id = any($1)) as liked,
           (select count(distinct post_id) from post_likes join posts on posts.id = post_id
            where post_id = any($1) and user_id <> author_id) as to_like";

/// $1: the posts, $2: since when.
const DONE: &str = "
    select (select count(*) from jobs where created_at >= $2::timestamptz
            and name in ('feed.fan_out', 'notifications.gather', 'delivery.deliver')) as left_over,
           (select coalesce(sum(actor_count), 0)::bigint from notifications
            where kind = 'like' and target_id = any($1)) as told,
           (select count(*) from post_likes join posts on posts.id = post_id
            where post_id = any($1) and user_id <> author_id) as to_tell,
           (select count(*) from notifications where kind = 'mention' and target_id = any($1)) as named,
           (select count(*) from post_mentions where post_id = any($1)) as to_name";

#[derive(FromRow)]
struct Known {
    sent: i64,
    to_send: i64,
    named: i64,
    to_name: i64,
    liked: i64,
    to_like: i64,
}

#[derive(FromRow)]
struct Done {
    left_over: i64,
    told: i64,
    to_tell: i64,
    named: i64,
    to_name: i64,
}

/// They wait, run or are done.
pub async fn none_is_lost(database: &mut Database, side: &Side, since: &str) -> Result<()> {
    let (posts, who) = (posts_of(side), side.who);
    let known: Known = sqlx::query_as(KNOWN)
        .bind(&posts)
        .bind(since)
        .fetch_one(&mut database.connection)
        .await?;
    ensure!(
        known.to_name == i64::try_from(side.made.len())?,
        "{who}: not every post names somebody"
    );
    for (what, found, due) in [
        ("posts are sent to followers", known.sent, known.to_send),
        ("posts tell whom they name", known.named, known.to_name),
        (
            "posts tell their author who likes them",
            known.liked,
            known.to_like,
        ),
    ] {
        ensure!(found == due, "{who}: {found} of {due} {what}");
    }
    Ok(())
}

/// None is left, and everybody has been told.
pub async fn all_are_done(database: &mut Database, side: &Side, since: &str) -> Result<()> {
    let (posts, who) = (posts_of(side), side.who);
    let done: Done = sqlx::query_as(DONE)
        .bind(&posts)
        .bind(since)
        .fetch_one(&mut database.connection)
        .await?;
    ensure!(
        done.left_over == 0,
        "{who}: {} jobs are left over",
        done.left_over
    );
    for (what, found, due) in [
        ("likes are told of", done.told, done.to_tell),
        ("mentions are told of", done.named, done.to_name),
    ] {
        ensure!(found == due, "{who}: {found} of {due} {what}");
    }
    Ok(())
}

fn posts_of(side: &Side) -> Vec<Uuid> {
    side.made
        .iter()
        .chain(&side.liked_by_all)
        .copied()
        .collect()
}
