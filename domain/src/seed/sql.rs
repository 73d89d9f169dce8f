//! Every statement of the seed: whole columns at a time.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::Slice;
use super::posts::Posts;

type Time = DateTime<Utc>;
type Result<T> = std::result::Result<T, sqlx::Error>;

pub(super) async fn insert_people(
    connection: &mut PgConnection,
    slice: &Slice,
    password_hash: &str,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "with made as (
             insert into users (id, username, email, email_verified_at, password_hash, first_name, last_name, location,
                                role, verification_level, is_private, created_at, updated_at)
             select id, username, username || '@seed.example', $9, $10, first, last, place, role, level, private, $9, $9
             from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bool[])
                  as one (id, username, first, last, place, role, level, private)
             returning id)
         insert into user_counts (user_id, created_at) select id, $9 from made",
        &slice.ids,
        &slice.usernames,
        &slice.firsts,
        &slice.lasts,
        &slice.locations,
        &slice.roles,
        &slice.levels,
        &slice.private,
        now,
        password_hash,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "with known as (insert into name_words (word, created_at) select distinct word, $3::timestamptz
                        from unnest($2::text[]) as word order by word on conflict do nothing returning word),
              slips as (insert into name_word_slips (word, left_over, created_at)
                        select word, left_over, $3 from known, one_left_out(word) as left_over),
              one as (select id, word from unnest($1::uuid[], $2::text[]) as one (id, word)),
              paired as (insert into user_word_pairs (word, beside, user_id, created_at)
                         select one.word, other.word, one.id, $3 from one join one as other
                         on other.id = one.id and other.word <> one.word on conflict do nothing)
         insert into user_words (word, user_id, created_at) select word, id, $3 from one
         on conflict do nothing",
        &slice.word_ids,
        &slice.words,
        now,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into user_topics (user_id, kind, folded, topic, place, created_at)
         select id, kind, lower(topic), topic, 1, $4 from unnest($1::uuid[], $2::text[], $3::text[]) as one (id, kind, topic)
         on conflict do nothing",
        &slice.topic_ids,
        &slice.kinds,
        &slice.topics,
        now,
    )
    .execute(&mut *connection)
    .await?;
    Ok(())
}

/// Nobody follows themselves, or anybody twice; the counters go with the rows.
pub(super) async fn insert_follows(
    connection: &mut PgConnection,
    followers: &[Uuid],
    followed: &[Uuid],
    keys: &[Uuid],
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "with made as (
             insert into follows (follower_id, following_id, id, created_at)
             select follower, followed, key, $4 from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as one (follower, followed, key)
             where follower <> followed on conflict do nothing
             returning follower_id, following_id),
         change as (
             select person, sum(followers) as followers, sum(following) as following
             from (select follower_id as person, 0 as followers, 1 as following from made
                   union all select following_id, 1, 0 from made) as each
             group by person)
         update user_counts set follower_count = follower_count + change.followers,
                                following_count = following_count + change.following
         from change where user_id = change.person",
        followers,
        followed,
        keys,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Nobody is told of them. A post is as old as its id.
pub(super) async fn insert_posts(connection: &mut PgConnection, posts: &Posts) -> Result<()> {
    let times: Vec<Time> = posts.ids.iter().map(|id| time_of(*id)).collect();
    sqlx::query!(
        "with made as (
             insert into posts (id, author_id, kind, caption, state, published_at, place, created_at, updated_at)
             select id, author, 'text', caption, 'published', at, id, at, at
             from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[]) as one (id, author, caption, at)
             returning id, author_id, created_at),
         counts as (insert into post_counts (post_id, created_at) select id, created_at from made)
         update user_counts set post_count = post_count + made.count
         from (select author_id, count(*) from made group by author_id) as made where user_id = made.author_id",
        &posts.ids,
        &posts.authors,
        &posts.captions,
        &times,
    )
    .execute(connection)
    .await?;
    Ok(())
}

fn time_of(id: Uuid) -> Time {
    let millis = i64::try_from(id.as_u128() >> 80).unwrap_or_default();
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}

/// Postgres plans by what it knows of the tables.
pub(super) async fn settle(connection: &mut PgConnection) -> Result<()> {
    sqlx::raw_sql("set statement_timeout = 0")
        .execute(&mut *connection)
        .await?;
    for vacuum in [
        "vacuum analyze users",
        "vacuum analyze user_counts",
        "vacuum analyze user_topics",
        "vacuum analyze user_words",
        "vacuum analyze user_word_pairs",
        "vacuum analyze name_words",
        "vacuum analyze name_word_slips",
        "vacuum analyze follows",
        "vacuum analyze posts",
        "vacuum analyze post_counts",
    ] {
        sqlx::raw_sql(vacuum).execute(&mut *connection).await?;
    }
    sqlx::raw_sql("reset statement_timeout")
        .execute(connection)
        .await?;
    Ok(())
}
