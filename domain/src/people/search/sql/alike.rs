//! Those whose names have words near the ones that were typed.

use sqlx::PgConnection;
use uuid::Uuid;

use super::super::alike::{Range, Walk};
use super::{Place, Result, end_of};
use crate::UserId;

/// Words of anybody's name that are a slip away from each of `words`, and where two slips are forgiven those that share
/// enough of their parts; each with the place of the word it is like.
pub(in super::super) async fn alike(
    connection: &mut PgConnection,
    words: &[String],
    forgiven: &[i32],
    most: i64,
) -> Result<Vec<(i32, String)>> {
    let found = sqlx::query!(
        r#"
        select (wanted.place - 1)::int as "at!", alike.word as "word!"
        from unnest($1::text[], $2::int[]) with ordinality as wanted (word, forgiven, place)
        cross join lateral (
            select word from words_a_slip_away(wanted.word) as word where wanted.forgiven > 0
            union select word from words_alike(wanted.word, $3) as word where wanted.forgiven > 1) as alike
        "#,
        words,
        forgiven,
        most,
    )
    .fetch_all(connection)
    .await?;
    Ok(found.into_iter().map(|row| (row.at, row.word)).collect())
}

/// People who have one of the `near` words; the nearest of theirs counts. Not those who are found by username or by the
/// word as it was typed.
pub(in super::super) async fn by_alike(
    connection: &mut PgConnection,
    viewer: UserId,
    username: Option<&str>,
    near: &[String],
    ranges: &[Range],
    after: Option<(i32, &str, UserId)>,
    most: i64,
) -> Result<Vec<(Place, UserId)>> {
    let (rank, _, person) = after.unwrap_or((0, "", UserId(Uuid::nil())));
    let columns = Columns::of(ranges);
    let found = sqlx::query!(
        r#"
        select near.rank::int as "rank!", has.user_id as "id!: UserId"
        from unnest($2::text[]) with ordinality as near (word, rank)
        cross join lateral (
            select w.user_id from user_words w
            cross join lateral (
                select from (
                    select u.id from users u
                    where u.id = w.user_id
                      and ($8::text is null or not (lower(u.username) collate "C" >= $8 and lower(u.username) collate "C" < $9))
                      and not exists (select from user_words e where e.user_id = u.id and e.word = any($2[:near.rank - 1]))
                      and not exists (select from user_words t join unnest($5::text[], $6::text[], $7::bool[]) as range (start, stop, typed)
                                      on range.typed and t.word >= range.start and t.word < range.stop where t.user_id = u.id)
                    offset 0) as meant
                where not is_hidden_from($1, meant.id) offset 0) as found
            where w.word = near.word
              and w.user_id > case near.rank when $3 then $4::uuid else '00000000-0000-0000-0000-000000000000' end
            order by w.user_id limit $10) as has
        where near.rank >= $3
        order by near.rank, has.user_id limit $10
        "#,
        viewer.0,
        near,
        i64::from(rank),
        person.0,
        &columns.starts,
        &columns.stops,
        &columns.typed,
        username,
        username.map(end_of),
        most,
    )
    .fetch_all(connection)
    .await?;
    let places = found
        .into_iter()
        .map(|row| (Place::Alike(row.rank, String::new(), row.id), row.id));
    Ok(places.collect())
}

/// People who have one of the `walks`, the first of theirs counts, and a word of a range for each that is wanted. Not
/// those who are found by username or by the words as they were typed.
pub(in super::super) async fn by_alike_pair(
    connection: &mut PgConnection,
    viewer: UserId,
    username: Option<&str>,
    walks: &[Walk],
    ranges: &[Range],
    after: Option<(i32, &str, UserId)>,
    most: i64,
) -> Result<Vec<(Place, UserId)>> {
    let (rank, beside, person) = after.unwrap_or((0, "", UserId(Uuid::nil())));
    let words: Vec<String> = walks.iter().map(|walk| walk.word.clone()).collect();
    let starts: Vec<String> = walks.iter().map(|walk| walk.start.clone()).collect();
    let stops: Vec<String> = walks.iter().map(|walk| walk.stop.clone()).collect();
    let columns = Columns::of(ranges);
    let found = sqlx::query!(
        r#"
        select walk.rank::int as "rank!", has.beside as "beside!", has.user_id as "id!: UserId"
        from unnest($2::text[], $3::text[], $4::text[]) with ordinality as walk (word, start, stop, rank)
        cross join lateral (
            select p.beside, p.user_id from user_word_pairs p
            cross join lateral (
                select from (
                    select h.user_id from user_words h
                    join unnest($8::int[], $9::text[], $10::text[], $11::bool[]) as range (at, start, stop, typed)
                      on h.word >= range.start and h.word < range.stop
                    where h.user_id = p.user_id
                    group by h.user_id
                    having count(distinct range.at) = $12 and count(distinct range.at) filter (where range.typed) < $12
                    offset 0) as meant
                join users u on u.id = meant.user_id
                where ($13::text is null or not (lower(u.username) collate "C" >= $13 and lower(u.username) collate "C" < $14))
                  and not exists (
                      select from user_word_pairs e
                      join unnest($2::text[], $3::text[], $4::text[]) with ordinality as nearer (word, start, stop, rank)
                        on e.word = nearer.word and e.beside >= nearer.start and e.beside < nearer.stop
                      where e.user_id = u.id and (nearer.rank < walk.rank or nearer.rank = walk.rank and e.beside < p.beside))
                  and not is_hidden_from($1, u.id) offset 0) as found
            where p.word = walk.word and p.beside < walk.stop
              and (p.beside, p.user_id) > (case walk.rank when $5 then $6 else walk.start end,
                                           case walk.rank when $5 then $7::uuid else '00000000-0000-0000-0000-000000000000' end)
            order by p.beside, p.user_id limit $15) as has
        where walk.rank >= $5
        order by walk.rank, has.beside, has.user_id limit $15
        "#,
        viewer.0,
        &words,
        &starts,
        &stops,
        i64::from(rank),
        beside,
        person.0,
        &columns.ats,
        &columns.starts,
        &columns.stops,
        &columns.typed,
        i64::from(columns.ats.last().map_or(0, |at| at + 1)),
        username,
        username.map(end_of),
        most,
    )
    .fetch_all(connection)
    .await?;
    let places = found
        .into_iter()
        .map(|row| (Place::Alike(row.rank, row.beside, row.id), row.id));
    Ok(places.collect())
}

/// Ranges as Postgres takes them.
struct Columns {
    ats: Vec<i32>,
    starts: Vec<String>,
    stops: Vec<String>,
    typed: Vec<bool>,
}

impl Columns {
    fn of(ranges: &[Range]) -> Self {
        Self {
            ats: ranges.iter().map(|range| range.at).collect(),
            starts: ranges.iter().map(|range| range.start.clone()).collect(),
            stops: ranges.iter().map(|range| range.stop.clone()).collect(),
            typed: ranges.iter().map(|range| range.typed).collect(),
        }
    }
}
