//! Statements about digests.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Result, Stand, Time};
use crate::UserId;

/// Those of one zone whose digests come between two minutes of the hour.
#[derive(Clone, Debug)]
pub(in crate::delivery) struct Walk {
    /// None: those who chose none.
    pub(in crate::delivery) zone: Option<String>,
    pub(in crate::delivery) week: NaiveDate,
    pub(in crate::delivery) minute: i32,
    pub(in crate::delivery) last: i32,
}

struct Zone {
    name: String,
    week: NaiveDate,
    minute: i32,
}

/// The zones in which the hour of the digest is, by name; and how far it has come there.
pub(in crate::delivery) async fn zones_due(
    connection: &mut PgConnection,
    house: &str,
    due: Time,
    hour: i32,
    every: i32,
) -> Result<Vec<Walk>> {
    let zones = sqlx::query_as!(
        Zone,
        r#"
        select name as "name!", monday::date as "week!", minute as "minute!"
        from (select name, monday, floor(extract(epoch from here - monday) / 60)::integer - $3 * 60 as minute
              from (select name, $2::timestamptz at time zone name as here,
                           date_trunc('week', $2::timestamptz at time zone name) as monday
                    from (select name from timezones union select $1) as known) as clocks) as hours
        where minute >= 0 and minute < 60 + $4 order by name
        "#,
        house,
        due,
        hour,
        every,
    )
    .fetch_all(connection)
    .await?;
    let of_house = zones.iter().filter(|zone| zone.name == house);
    let all = of_house.map(|zone| (None, zone));
    let all = all.chain(zones.iter().map(|zone| (Some(zone.name.clone()), zone)));
    let walks = all.map(|(zone, at)| Walk {
        zone,
        week: at.week,
        minute: at.minute - every + 1,
        last: at.minute,
    });
    Ok(walks.collect())
}

pub(in crate::delivery) struct Slice {
    /// Who has a digest now that they did not have before.
    pub(in crate::delivery) made: Vec<Uuid>,
    pub(in crate::delivery) minute: Option<i32>,
    pub(in crate::delivery) last: Option<Uuid>,
}

/// The next of those who chose no zone: their digests, where they want one.
pub(in crate::delivery) async fn slice_of_house(
    connection: &mut PgConnection,
    walk: &Walk,
    (minute, after): (i32, Uuid),
    limit: i64,
    now: Time,
) -> Result<Slice> {
    sqlx::query_as!(
        Slice,
        r#"
        with slice as materialized (
            select id, digest_minute(id) as minute, is_active(users) as active from users
            where email_verified_at is not null and deleted_at is null
              and (digest_minute(id), id) > ($1, $2) and digest_minute(id) <= $3
            order by digest_minute(id), id limit $4),
             made as (
            insert into digests (user_id, week, created_at)
            select slice.id, $5, $6 from slice left join user_settings as kept on kept.user_id = slice.id
            where active and kept.timezone is null
              and coalesce((kept.notifications ->> 'weekly_digest')::boolean, true)
              and coalesce((kept.notifications ->> 'email')::boolean, true)
            on conflict on constraint digests_once do nothing returning user_id)
        select array(select user_id from made) as "made!",
               (select minute from slice order by minute desc, id desc limit 1) as minute,
               (select id from slice order by minute desc, id desc limit 1) as last
        "#,
        minute,
        after,
        walk.last,
        limit,
        walk.week,
        now,
    )
    .fetch_one(connection)
    .await
}

/// The next of those who chose this one.
pub(in crate::delivery) async fn slice_of_zone(
    connection: &mut PgConnection,
    (walk, zone): (&Walk, &str),
    (minute, after): (i32, Uuid),
    limit: i64,
    now: Time,
) -> Result<Slice> {
    sqlx::query_as!(
        Slice,
        r#"
        with slice as materialized (
            select user_id, digest_minute(user_id) as minute, notifications from user_settings
            where timezone = $7 and (digest_minute(user_id), user_id) > ($1, $2) and digest_minute(user_id) <= $3
            order by digest_minute(user_id), user_id limit $4),
             made as (
            insert into digests (user_id, week, created_at)
            select users.id, $5, $6 from slice join users on users.id = slice.user_id
            where is_active(users) and users.email_verified_at is not null
              and coalesce((slice.notifications ->> 'weekly_digest')::boolean, true)
              and coalesce((slice.notifications ->> 'email')::boolean, true)
            on conflict on constraint digests_once do nothing returning user_id)
        select array(select user_id from made) as "made!",
               (select minute from slice order by minute desc, user_id desc limit 1) as minute,
               (select user_id from slice order by minute desc, user_id desc limit 1) as last
        "#,
        minute,
        after,
        walk.last,
        limit,
        walk.week,
        now,
        zone,
    )
    .fetch_one(connection)
    .await
}

/// Notifications of a kind about one thing, unread.
#[derive(Deserialize)]
pub(in crate::delivery) struct Group {
    pub(in crate::delivery) kind: String,
    pub(in crate::delivery) target: Option<String>,
    pub(in crate::delivery) count: i64,
    pub(in crate::delivery) actors: Vec<String>,
    pub(in crate::delivery) content: Option<String>,
}

#[derive(Deserialize)]
pub(in crate::delivery) struct FoundPost {
    pub(in crate::delivery) author: String,
    pub(in crate::delivery) caption: String,
    pub(in crate::delivery) likes: i64,
    pub(in crate::delivery) comments: i64,
}

/// What there is to say to a person.
pub(in crate::delivery) struct Content {
    pub(in crate::delivery) email: String,
    pub(in crate::delivery) language: Option<String>,
    pub(in crate::delivery) groups: Json<Vec<Group>>,
    pub(in crate::delivery) followers: Vec<String>,
    pub(in crate::delivery) follower_count: i64,
    pub(in crate::delivery) posts: Json<Vec<FoundPost>>,
}

/// All of it in one look: unread groups, new followers, and what those whom they follow showed. `since` is a place, as
/// ids are that sort by time. None: there is no address to write to.
pub(in crate::delivery) async fn digest(
    connection: &mut PgConnection,
    user: UserId,
    since: Uuid,
    now: Time,
) -> Result<Option<Content>> {
    sqlx::query_as!(
        Content,
        r#"
        select users.email as "email!", kept.language as "language?",
            (select coalesce(jsonb_agg(to_jsonb(g) order by g.place desc), '[]') from (
                 select n.kind, n.target_type as target, told.names as actors, n.content, n.place,
                        n.actor_count - cardinality(n.actor_ids) + cardinality(told.names) as count
                 from notifications_told($1, $3) n cross join lateral (
                     select array(select name from actors_told(n.actor_ids, $1, $3) order by place) as names offset 0) as told
                 where n.place > $2 and n.read_at is null and n.kind <> 'follow'
                 order by n.place desc limit 5) as g) as "groups!: Json<Vec<Group>>",
            array(select coalesce(nullif(f.display_name, ''), nullif(f.full_name, ''), f.username)
                  from follows join users f on f.id = follows.follower_id
                  where follows.following_id = $1 and follows.id > $2 and not is_hidden_from($1, f.id)
                  order by follows.id desc limit 3) as "followers!",
            (select count(*) from (
                 select from follows where following_id = $1 and id > $2 and not is_hidden_from($1, follower_id)
                 limit 1000) as new) as "follower_count!",
            (select coalesce(jsonb_agg(to_jsonb(top)), '[]') from (
                 select best.author, best.caption, best.likes, best.comments from (
                     select p.id, coalesce(nullif(a.display_name, ''), nullif(a.full_name, ''), a.username) as author,
                            left(p.caption, 140) as caption, c.like_count as likes, c.comment_count as comments
                     from (select following_id from follows where follower_id = $1 and not exists (
                               select from mutes where muter_id = $1 and muted_id = following_id
                               and coalesce(muted_until > $3, true) offset 0)
                           order by id desc limit 1000) as followed
                     cross join lateral (
                         select id, author_id, caption, place from posts
                         where author_id = followed.following_id and state = 'published' and deleted_at is null
                           and place > $2 and repost_of is null
                         order by place desc limit 3) as p
                     join users a on a.id = p.author_id join post_counts c on c.post_id = p.id
                     order by c.like_count + 2 * c.comment_count desc, p.place desc limit 12) as best
                 where exists (select from posts_seen_by($1) seen where seen.id = best.id offset 0)
                 order by best.likes + 2 * best.comments desc limit 3) as top) as "posts!: Json<Vec<FoundPost>>"
        from users left join user_settings kept on kept.user_id = users.id
        where users.id = $1 and users.email is not null and users.email_verified_at is not null and is_active(users)
        "#,
        user.0,
        since,
        now,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::delivery) async fn begin_digest(
    connection: &mut PgConnection,
    user: UserId,
    week: NaiveDate,
    now: Time,
    abandoned: Time,
) -> Result<bool> {
    let begun = sqlx::query!(
        "update digests set begun_at = $3
         where user_id = $1 and week = $2 and sent_at is null and coalesce(begun_at <= $4, true)",
        user.0,
        week,
        now,
        abandoned,
    );
    Ok(begun.execute(connection).await?.rows_affected() == 1)
}

pub(in crate::delivery) async fn digest_stand(
    connection: &mut PgConnection,
    user: UserId,
    week: NaiveDate,
) -> Result<Option<Stand>> {
    sqlx::query_as!(
        Stand,
        "select begun_at, sent_at from digests where user_id = $1 and week = $2",
        user.0,
        week,
    )
    .fetch_optional(connection)
    .await
}

pub(in crate::delivery) async fn digest_sent(
    connection: &mut PgConnection,
    user: UserId,
    week: NaiveDate,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update digests set sent_at = $3 where user_id = $1 and week = $2",
        user.0,
        week,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(in crate::delivery) async fn give_digest_back(
    connection: &mut PgConnection,
    user: UserId,
    week: NaiveDate,
) -> Result<()> {
    sqlx::query!(
        "update digests set begun_at = null where user_id = $1 and week = $2 and sent_at is null",
        user.0,
        week,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(in crate::delivery) async fn purge_digests(
    connection: &mut PgConnection,
    before: NaiveDate,
    limit: i64,
) -> Result<u64> {
    let purged = sqlx::query!(
        "delete from digests where ctid = any(array(select ctid from digests where week < $1 limit $2))",
        before,
        limit,
    );
    Ok(purged.execute(connection).await?.rows_affected())
}
