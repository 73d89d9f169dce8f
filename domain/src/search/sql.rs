//! Statements about what posts are found by.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::index::{Entry, Said};
use super::query::Meanings;
use super::{Span, Times};
use crate::{PostId, UserId};

type Time = DateTime<Utc>;
type Result<T> = std::result::Result<T, sqlx::Error>;

/// Of a post that can be found. A repost says nothing of its own.
pub(super) async fn said(connection: &mut PgConnection, post: PostId) -> Result<Option<Said>> {
    sqlx::query_as!(
        Said,
        r#"
        select p.caption, p.kind, p.author_id::text as "author!",
               array(select h.tag from post_hashtags ph join hashtags h on h.id = ph.hashtag_id
                     where ph.post_id = p.id order by h.tag) as "tags!",
               exists (select from post_words w where w.post_id = p.id) as "is_known!"
        from posts p where p.id = $1 and p.state = 'published' and p.deleted_at is null and p.repost_of is null
        "#,
        post.0,
    )
    .fetch_optional(connection)
    .await
}

/// In the place where the post was found before, or above all others.
pub(super) async fn keep(
    connection: &mut PgConnection,
    post: PostId,
    entry: &Entry,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "with placed as (
             select coalesce((select seq from post_words where post_id = $1),
                             nextval(pg_get_serial_sequence('post_words', 'seq'))) as seq),
              stems as (
             select case current_setting('default_text_search_config') when 'pg_catalog.simple' then ''::tsvector
                    else setweight(to_tsvector($3::text), 'A') || setweight(to_tsvector($4::text), 'B') end as stems)
         insert into post_words (post_id, seq, published_at, words, created_at)
         select p.id, placed.seq, p.published_at, $2::text::tsvector || stems.stems || post_spans(placed.seq), $5
         from posts p cross join placed cross join stems where p.id = $1
         on conflict (post_id) do update set seq = excluded.seq, words = excluded.words",
        post.0,
        entry.vector,
        entry.tag_words,
        entry.caption_words,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// New words are made in their order: two posts with the same ones do not wait for each other in a circle. One that
/// somebody else counts at the moment is not counted twice.
pub(super) async fn keep_words(
    connection: &mut PgConnection,
    words: &[String],
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "with made as (
             insert into search_words (word, created_at)
             select given.word, $2 from unnest($1::text[]) as given (word)
             where not exists (select from search_words known where known.word = given.word) order by given.word
             on conflict do nothing),
              raised as (
             select word from search_words where word = any($1) and random() < power(2, -magnitude)
             order by word for no key update skip locked)
         update search_words s set magnitude = s.magnitude + 1 from raised where s.word = raised.word",
        words,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn forget(connection: &mut PgConnection, post: PostId) -> Result<()> {
    sqlx::query!("delete from post_words where post_id = $1", post.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// Stems of words in the language of the deployment, and how often each was written, about. A hashtag has no stems.
pub(super) async fn known(
    connection: &mut PgConnection,
    words: &[String],
    meanings: &mut Meanings,
) -> Result<()> {
    let rows = sqlx::query!(
        r#"
        select asked.word as "word!", s.magnitude as "magnitude?",
               case when starts_with(asked.word, '#') then '{}' else tsvector_to_array(to_tsvector(asked.word)) end as "stems!"
        from unnest($1::text[]) as asked (word) left join search_words s on s.word = asked.word collate "C"
        "#,
        words,
    )
    .fetch_all(connection)
    .await?;
    for row in rows {
        let mut stems = row.stems;
        stems.retain(|stem| *stem != row.word);
        if let Some(magnitude) = row.magnitude {
            meanings.knows(&row.word, magnitude);
        }
        meanings.stems.insert(row.word, stems);
    }
    Ok(())
}

/// The most common of the words that begin as each of these does. Of very many that do, the first in the alphabet are
/// looked through.
pub(super) async fn longer(
    connection: &mut PgConnection,
    beginnings: &[String],
    most: i64,
    meanings: &mut Meanings,
) -> Result<()> {
    let rows = sqlx::query!(
        r#"
        select begun.word as "word!", common.word as "longer!", common.magnitude as "magnitude!"
        from unnest($1::text[]) as begun (word)
        cross join lateral (
            select near.word, near.magnitude from (
                select s.word, s.magnitude from search_words s
                where s.word > begun.word and s.word < begun.word || U&'\+10FFFF' order by s.word limit 4000) near
            order by near.magnitude desc, length(near.word), near.word limit $2) common
        "#,
        beginnings,
        most,
    )
    .fetch_all(connection)
    .await?;
    for row in rows {
        meanings.knows(&row.longer, row.magnitude);
        meanings
            .longer
            .entry(row.word)
            .or_default()
            .push(row.longer);
    }
    Ok(())
}

/// The lowest and the highest place of posts of some time. Posts that were published at the same moment may have taken
/// their places the other way round: `slack` places more on both sides hold them.
pub(super) async fn bounds(
    connection: &mut PgConnection,
    times: &Times,
    slack: i64,
) -> Result<Span> {
    let bounds = sqlx::query!(
        "select (select seq from post_words where published_at >= $1 order by published_at limit 1) as low,
                (select seq from post_words where published_at < $2 order by published_at desc limit 1) as high,
                (select max(seq) from post_words) as highest",
        times.since,
        times.until,
    )
    .fetch_one(connection)
    .await?;
    let (Some(low), Some(high), Some(highest)) = (bounds.low, bounds.high, bounds.highest) else {
        return Ok(Span { bottom: 0, top: 0 });
    };
    Ok(Span {
        bottom: (low - slack).max(0),
        top: (high + slack).min(highest) + 1,
    })
}

/// How many posts of a span match, up to `most`, and the lowest place among those, the newest.
///
/// The index of words has been told the span, and finds hardly more than that: `offset 0`, as `materialized` below, keeps
/// Postgres from intersecting it with all there is in some time, which takes longer.
pub(super) async fn probe(
    connection: &mut PgConnection,
    tsquery: &str,
    span: Span,
    times: &Times,
    most: i64,
) -> Result<(i64, i64)> {
    let probe = sqlx::query!(
        r#"
        select count(*) as "count!", coalesce(min(seq), 0) as "lowest!"
        from (select seq from (select seq, published_at from post_words where words @@ $1::text::tsquery offset 0) matched
              where seq >= $2 and seq < $3 and published_at >= $4 and published_at < $5
              order by seq desc limit $6) newest
        "#,
        tsquery,
        span.bottom,
        span.top,
        times.since,
        times.until,
        most,
    )
    .fetch_one(connection)
    .await?;
    Ok((probe.count, probe.lowest))
}

/// What [`ranked`] is asked.
pub(super) struct Asked<'a> {
    pub viewer: UserId,
    /// What finds, and what ranks: without marks.
    pub matching: &'a str,
    pub ranking: &'a str,
    pub span: Span,
    pub times: &'a Times,
    pub after: (i64, i64),
    pub most: i64,
    pub limit: i64,
}

/// What a span was found to hold.
pub(super) struct Look {
    /// How many posts match, up to `most`, and the lowest place among those, the newest.
    pub count: i64,
    pub lowest: i64,
    pub hits: Vec<Hit>,
}

pub(super) struct Hit {
    pub post: PostId,
    pub seq: i64,
    pub score: i64,
}

/// Posts of a span that the viewer may see, the best first. The score grows with the logarithm of the relevance, and by
/// as much for each half-life that a post is younger than another: it never changes, so that pages stay in order while
/// time passes. Whether a post may be seen is asked of those that would stand on the page, one by one.
pub(super) async fn ranked(
    connection: &mut PgConnection,
    asked: &Asked<'_>,
    half_life: f64,
) -> Result<Look> {
    let rows = sqlx::query!(
        r#"
        with matched as materialized (
            select post_id, seq, published_at, words from post_words where words @@ $2::text::tsquery),
             newest as materialized (
            select * from matched where seq >= $4 and seq < $5 and published_at >= $6 and published_at < $7
            order by seq desc limit $10),
             scored as materialized (
            select post_id, seq,
                   floor(1e6 * (ln(greatest(ts_rank(words, $3::text::tsquery), 1e-4)) / ln(2)
                                + date_part('epoch', published_at) / $12))::bigint as score
            from newest)
        select looked.count as "count!", coalesce(looked.lowest, 0) as "lowest!",
               hit.post_id as "post_id?: PostId", hit.seq as "seq?", hit.score as "score?"
        from (select count(*), min(seq) as lowest from newest) looked
        left join (
            select best.post_id, best.seq, best.score
            from (select * from scored where (score, seq) < ($8, $9) order by score desc, seq desc) best
            where exists (select from posts_seen_by($1) p where p.id = best.post_id offset 0)
            order by best.score desc, best.seq desc limit $11) hit on true
        order by hit.score desc, hit.seq desc
        "#,
        asked.viewer.0,
        asked.matching,
        asked.ranking,
        asked.span.bottom,
        asked.span.top,
        asked.times.since,
        asked.times.until,
        asked.after.0,
        asked.after.1,
        asked.most,
        asked.limit,
        half_life,
    )
    .fetch_all(connection)
    .await?;
    let (count, lowest) = rows.first().map_or((0, 0), |row| (row.count, row.lowest));
    let hits = rows.into_iter().filter_map(|row| {
        Some(Hit {
            post: row.post_id?,
            seq: row.seq?,
            score: row.score?,
        })
    });
    Ok(Look {
        count,
        lowest,
        hits: hits.collect(),
    })
}
