//! What stands in a feed. Each statement finds the next `most` posts that may, by place, and says which of them do.

use platform::timelines::Told;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Result, Time};
use crate::UserId;

pub(in crate::feed) struct Asked {
    pub(in crate::feed) reader: UserId,
    pub(in crate::feed) before: Uuid,
    pub(in crate::feed) most: i64,
    pub(in crate::feed) now: Time,
}

/// A post that may stand there.
pub(in crate::feed) struct Near {
    pub(in crate::feed) id: Uuid,
    pub(in crate::feed) place: Uuid,
    pub(in crate::feed) is_shown: bool,
    /// The latest follow of the reader.
    pub(in crate::feed) last_follow: Option<Uuid>,
}

impl Near {
    pub(in crate::feed) fn told(&self) -> Told {
        let (place, id) = (self.place, self.id);
        Told { place, id }
    }
}

/// Those in the timeline (`told`), the reader's own, of celebrities they follow, and of the latest whom they have followed
/// since it was made. Each of these is walked by its index for `most` posts at most, so the first `most` of all are right.
pub(in crate::feed) async fn warm(
    connection: &mut PgConnection,
    asked: &Asked,
    told: &[Told],
    floor: Uuid,
    followed_since: Uuid,
) -> Result<Vec<Near>> {
    let ids: Vec<Uuid> = told.iter().map(|one| one.id).collect();
    let places: Vec<Uuid> = told.iter().map(|one| one.place).collect();
    sqlx::query_as!(
        Near,
        r#"
        with walked as (
            select $1::uuid as id
            union
            select user_id from feed_celebrities
            where exists (select from follows where follower_id = $1 and following_id = user_id)
            union
            (select following_id from follows where follower_id = $1 and id > $7 order by id desc limit 200)),
        candidates as (
            select id, place from unnest($2::uuid[], $3::uuid[]) as told (id, place)
            union
            select found.id, found.place from walked cross join lateral (
                select id, place from posts
                where author_id = walked.id and state = 'published' and deleted_at is null
                  and place < $4 and place >= $5
                order by place desc limit $6) as found),
        near as materialized (select id, place from candidates order by place desc limit $6)
        select near.id as "id!", near.place as "place!",
               exists (select from posts_wanted_by($1, $8) p
                       where p.id = near.id and p.state = 'published' offset 0) as "is_shown!",
               (select id from follows where follower_id = $1 order by id desc limit 1) as last_follow
        from near order by near.place desc
        "#,
        asked.reader.0,
        &ids,
        &places,
        asked.before,
        floor,
        asked.most,
        followed_since,
        asked.now,
    )
    .fetch_all(connection)
    .await
}

/// The same of everybody whom the reader follows, and of themselves. Whoever's newest post is not among the `most` newest
/// of all has none among them at all: so one look at each, and a walk down those that are left, as far as the last of
/// these looks.
pub(in crate::feed) async fn cold(
    connection: &mut PgConnection,
    asked: &Asked,
) -> Result<Vec<Near>> {
    sqlx::query_as!(
        Near,
        r#"
        with walked as (
            select following_id as id from follows where follower_id = $1 union all select $1),
        newest as materialized (
            select walked.id, found.place from walked cross join lateral (
                select place from posts
                where author_id = walked.id and state = 'published' and deleted_at is null and place < $2
                order by place desc limit 1) as found
            order by found.place desc limit $3),
        reach as materialized (
            select case when count(*) < $3 then '00000000-0000-0000-0000-000000000000'::uuid
                        else (select place from newest order by place limit 1) end as place from newest),
        near as materialized (
            select found.id, found.place from newest cross join reach cross join lateral (
                select id, place from posts
                where author_id = newest.id and state = 'published' and deleted_at is null
                  and place < $2 and place >= reach.place
                order by place desc limit $3) as found
            order by found.place desc limit $3)
        select near.id as "id!", near.place as "place!",
               exists (select from posts_wanted_by($1, $4) p
                       where p.id = near.id and p.state = 'published' offset 0) as "is_shown!",
               null::uuid as last_follow
        from near order by near.place desc
        "#,
        asked.reader.0,
        asked.before,
        asked.most,
        asked.now,
    )
    .fetch_all(connection)
    .await
}

/// The same of those whose posts are written into timelines, whoever may see them.
pub(in crate::feed) async fn fanned_out(
    connection: &mut PgConnection,
    reader: UserId,
    before: Uuid,
    most: i64,
) -> Result<Vec<Told>> {
    let rows = sqlx::query!(
        r#"
        with walked as (
            select following_id as id from follows
            where follower_id = $1 and not exists (select from feed_celebrities where user_id = following_id)),
        newest as materialized (
            select walked.id, found.place from walked cross join lateral (
                select place from posts
                where author_id = walked.id and state = 'published' and deleted_at is null and place < $2
                order by place desc limit 1) as found
            order by found.place desc limit $3),
        reach as materialized (
            select case when count(*) < $3 then '00000000-0000-0000-0000-000000000000'::uuid
                        else (select place from newest order by place limit 1) end as place from newest)
        select found.id, found.place as "place!" from newest cross join reach cross join lateral (
            select id, place from posts
            where author_id = newest.id and state = 'published' and deleted_at is null
              and place < $2 and place >= reach.place
            order by place desc limit $3) as found
        order by found.place desc limit $3
        "#,
        reader.0,
        before,
        most,
    )
    .fetch_all(connection)
    .await?;
    let told = rows.into_iter().map(|row| Told {
        place: row.place,
        id: row.id,
    });
    Ok(told.collect())
}
