//! Statements about what is trending.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::score::Measure;
use super::{Scored, TrendPoint, TrendState, TrendingHashtag, TrendingPost};
use crate::{HashtagId, PostId, UserId};

type Time = DateTime<Utc>;
type Result<T> = std::result::Result<T, sqlx::Error>;

/// The last hour that was counted.
pub(super) async fn last_hour(connection: &mut PgConnection, kind: &str) -> Result<Option<Time>> {
    sqlx::query_scalar!("select max(hour) from trend_hours where kind = $1", kind)
        .fetch_one(connection)
        .await
}

/// Counts the people of each hour from `from` on, who stand well. Each counts once an hour.
pub(super) async fn count_hours(
    connection: &mut PgConnection,
    kind: &str,
    from: Time,
    measure: &Measure,
) -> Result<()> {
    sqlx::query!(
        "with seen as materialized (
             select subject_id, person_id, date_trunc('hour', at, 'UTC') as hour, max(at) as at
             from trend_uses where kind = $1 and at >= $2 and at <= $3 group by 1, 2, 3),
              counting as materialized (
             select u.id from (select distinct person_id from seen) one join users u on u.id = one.person_id
             where counts_in_trends(u, $4))
         insert into trend_hours (kind, subject_id, hour, people, at, created_at)
         select $1, s.subject_id, s.hour, count(*), to_timestamp(avg(date_part('epoch', s.at))), $3
         from seen s join counting c on c.id = s.person_id group by s.subject_id, s.hour
         on conflict (kind, subject_id, hour) do update
         set people = excluded.people, at = excluded.at, created_at = excluded.created_at
         where trend_hours.people <> excluded.people or trend_hours.at <> excluded.at",
        kind,
        from,
        measure.now,
        measure.made_before,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Hours have been counted, so that this reads a row for each. Of those that come out first it asks how many different
/// people there were, whether enough of them still stand well, and whether it may trend, until it has found `most`.
pub(super) async fn rank(
    connection: &mut PgConnection,
    kind: &str,
    measure: &Measure,
    most: i64,
) -> Result<Vec<Scored>> {
    sqlx::query_as!(
        Scored,
        r#"
        with present as materialized (
            select subject_id, sum(people) as people,
                   sum(people * power(2::float8, -date_part('epoch', $3 - at) / $6)) as weight
            from trend_hours where kind = $1 and hour >= $2 and at <= $3
            group by subject_id having sum(people) >= $4),
             usual as materialized (
            select subject_id, sum(people)::float8 / $8 as mean, sum(people::float8 * people) / $8 as square
            from trend_hours where kind = $1 and hour >= $7 and hour < $2 group by subject_id),
             scored as materialized (
            select p.subject_id,
                   (p.weight - coalesce(u.mean, 0) * $9)
                   / sqrt(1 + greatest(coalesce(u.square - u.mean * u.mean, 0), coalesce(u.mean, 0)) * $10) as score
            from present p left join usual u using (subject_id) where p.weight >= 1)
        select best.subject_id as "subject!", best.score as "score!", there.people::int as "people!"
        from (select * from scored where score > 0 order by score desc, subject_id limit 10 * $11::bigint) best
        cross join lateral (
            with one as materialized (
                select distinct person_id from trend_uses
                where kind = $1 and subject_id = best.subject_id and at >= $2 and at <= $3)
            select (select count(*) from one) as people,
                   (select count(*) from (select from one join users u on u.id = one.person_id
                                          where counts_in_trends(u, $5) limit $4) well) as well
            offset 0) there
        where there.well >= $4 and may_trend($1, best.subject_id, $5)
        order by best.score desc, best.subject_id limit $11
        "#,
        kind,
        measure.since,
        measure.now,
        measure.least_people,
        measure.made_before,
        measure.half_life,
        measure.usual_since,
        measure.usual_hours,
        measure.weight,
        measure.squares,
        most,
    )
    .fetch_all(connection)
    .await
}

pub(super) async fn keep(
    connection: &mut PgConnection,
    kind: &str,
    ranked: &[Scored],
    hour_before: Time,
    now: Time,
) -> Result<()> {
    let (subjects, scores, people) = columns(ranked);
    sqlx::query!(
        "with ranked as (
             select subject_id, score, people, rank::int as rank
             from unnest($2::uuid[], $3::float8[], $4::int[]) with ordinality as one (subject_id, score, people, rank)),
              past as (delete from trends where kind = $1 and rank > cardinality($2::uuid[]))
         insert into trends (kind, rank, subject_id, score, people, rank_before, created_at)
         select $1, r.rank, r.subject_id, r.score, r.people, h.rank, $6
         from ranked r left join trend_history h on h.kind = $1 and h.subject_id = r.subject_id and h.hour = $5
         order by r.rank
         on conflict (kind, rank) do update
         set subject_id = excluded.subject_id, score = excluded.score, people = excluded.people,
             rank_before = excluded.rank_before, created_at = excluded.created_at",
        kind,
        &subjects,
        &scores,
        &people,
        hour_before,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn keep_hour(
    connection: &mut PgConnection,
    kind: &str,
    ranked: &[Scored],
    hour: Time,
    now: Time,
) -> Result<()> {
    let (subjects, scores, people) = columns(ranked);
    sqlx::query!(
        "insert into trend_history (kind, subject_id, hour, rank, score, people, created_at)
         select $1, subject_id, $5, rank::int, score, people, $6
         from unnest($2::uuid[], $3::float8[], $4::int[]) with ordinality as one (subject_id, score, people, rank)
         order by subject_id
         on conflict (kind, subject_id, hour) do update
         set rank = excluded.rank, score = excluded.score, people = excluded.people, created_at = excluded.created_at",
        kind,
        &subjects,
        &scores,
        &people,
        hour,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

fn columns(ranked: &[Scored]) -> (Vec<Uuid>, Vec<f64>, Vec<i32>) {
    let subjects = ranked.iter().map(|one| one.subject).collect();
    let scores = ranked.iter().map(|one| one.score).collect();
    (
        subjects,
        scores,
        ranked.iter().map(|one| one.people).collect(),
    )
}

pub(super) async fn forget_hours(
    connection: &mut PgConnection,
    kind: &str,
    before: Time,
    most: i64,
) -> Result<u64> {
    let gone = sqlx::query!(
        "delete from trend_hours where ctid = any(array(
             select ctid from trend_hours where kind = $1 and hour < $2 limit $3 for update skip locked))",
        kind,
        before,
        most,
    )
    .execute(connection)
    .await?;
    Ok(gone.rows_affected())
}

pub(super) async fn forget_history(
    connection: &mut PgConnection,
    kind: &str,
    before: Time,
    most: i64,
) -> Result<u64> {
    let gone = sqlx::query!(
        "delete from trend_history where ctid = any(array(
             select ctid from trend_history where kind = $1 and hour < $2 limit $3 for update skip locked))",
        kind,
        before,
        most,
    )
    .execute(connection)
    .await?;
    Ok(gone.rows_affected())
}

pub(super) async fn hashtags(
    connection: &mut PgConnection,
    since: Time,
    after: i32,
    offset: i64,
    limit: i64,
) -> Result<Vec<TrendingHashtag>> {
    sqlx::query_as!(
        TrendingHashtag,
        r#"
        select h.id as "id: HashtagId", '#' || h.shown as "tag!", coalesce(c.use_count, 0) as "use_count!",
               t.people as people_count, t.rank as trending_rank, t.rank_before - t.rank as rank_change, t.score
        from trends t join hashtags h on h.id = t.subject_id left join hashtag_counts c on c.hashtag_id = h.id
        where t.kind = 'hashtag' and t.rank > $2 and t.created_at > $1 and h.hidden_at is null
        order by t.rank offset $3 limit $4
        "#,
        since,
        after,
        offset,
        limit,
    )
    .fetch_all(connection)
    .await
}

pub(super) async fn posts(
    connection: &mut PgConnection,
    viewer: UserId,
    since: Time,
    after: i32,
    offset: i64,
    limit: i64,
) -> Result<Vec<TrendingPost>> {
    sqlx::query_as!(
        TrendingPost,
        r#"
        select t.subject_id as "post: PostId", t.rank from trends t
        where t.kind = 'post' and t.rank > $3 and t.created_at > $2
          and exists (select from posts_seen_by($1) p where p.id = t.subject_id and p.visibility = 'public' offset 0)
        order by t.rank offset $4 limit $5
        "#,
        viewer.0,
        since,
        after,
        offset,
        limit,
    )
    .fetch_all(connection)
    .await
}

pub(super) async fn history(
    connection: &mut PgConnection,
    hashtag: HashtagId,
    since: Time,
) -> Result<Vec<TrendPoint>> {
    sqlx::query_as!(
        TrendPoint,
        "select hour as at, rank, score, people as people_count from trend_history
         where kind = 'hashtag' and subject_id = $1 and hour >= $2 order by hour",
        hashtag.0,
        since,
    )
    .fetch_all(connection)
    .await
}

pub(super) async fn state(connection: &mut PgConnection, tag: &str) -> Result<Option<TrendState>> {
    sqlx::query_as!(
        TrendState,
        r#"
        select id as "id: HashtagId", '#' || shown as "tag!", hidden_at is not null as "is_hidden!" from hashtags where tag = $1
        "#,
        tag,
    )
    .fetch_optional(connection)
    .await
}

/// Whether it changed anything.
pub(super) async fn hide(
    connection: &mut PgConnection,
    tag: &str,
    is_hidden: bool,
    now: Time,
) -> Result<bool> {
    let hidden = sqlx::query!(
        "update hashtags set hidden_at = case when $2 then $3::timestamptz end
         where tag = $1 and (hidden_at is not null) <> $2",
        tag,
        is_hidden,
        now,
    )
    .execute(connection)
    .await?;
    Ok(hidden.rows_affected() > 0)
}
