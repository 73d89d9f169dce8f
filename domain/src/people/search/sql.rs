//! Every statement of the search. Words that begin alike are a range: a pattern would not be known to a plan that is
//! made once for all searches. `offset 0` keeps a walk a walk: one person after the other, the cheap questions first, and
//! no further than the page; without it whole tables are hashed, or everybody is asked the dearest question.

use sqlx::PgConnection;

use super::alike::Range;
use super::{Wanted, end_of};
use crate::UserId;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Usernames that begin with `prefix`, by the alphabet.
pub(super) async fn by_username(
    connection: &mut PgConnection,
    viewer: UserId,
    prefix: &str,
    after: Option<&str>,
    most: i64,
) -> Result<Vec<(String, UserId)>> {
    let found = sqlx::query!(
        r#"
        select lower(username) as "name!", id as "id: UserId" from users
        where (lower(username) collate "C") >= $2 and (lower(username) collate "C") < $3
          and (lower(username) collate "C") > coalesce($4, '') and not is_hidden_from($1, id)
        order by lower(username) collate "C" limit $5
        "#,
        viewer.0,
        prefix,
        end_of(prefix),
        after,
        most,
    )
    .fetch_all(connection)
    .await?;
    Ok(found.into_iter().map(|row| (row.name, row.id)).collect())
}

/// People who have a word that begins with the first word wanted, and one for each of the others; by that word. Not
/// those who are found by username. Who has several such words stands at the first of them.
pub(super) async fn by_words(
    connection: &mut PgConnection,
    viewer: UserId,
    wanted: &Wanted,
    after: Option<(&str, UserId)>,
    most: i64,
) -> Result<Vec<(String, UserId)>> {
    // One lower bound, and no more: with a second the walk along the index begins at the first of all words.
    let (word, person) = after.unwrap_or((wanted.first.as_str(), UserId(uuid::Uuid::nil())));
    let ends: Vec<String> = wanted.others.iter().map(|other| end_of(other)).collect();
    let found = sqlx::query!(
        r#"
        select w.word as "word!", w.user_id as "id: UserId" from user_words w
        cross join lateral (
            select from (
                select u.id from users u
                where u.id = w.user_id
                  and ($8::text is null or not (lower(u.username) collate "C" >= $8 and lower(u.username) collate "C" < $9))
                  and not exists (select from user_words e where e.user_id = u.id and e.word >= $2 and e.word < w.word)
                offset 0) as meant
            where not is_hidden_from($1, meant.id) offset 0) as found
        where (w.word, w.user_id) > ($4, $5::uuid) and w.word < $3
          and not exists (select from unnest($6::text[], $7::text[]) as other (start, stop)
                          where not exists (select from user_words o where o.user_id = w.user_id
                                            and o.word >= other.start and o.word < other.stop offset 0) offset 0)
        order by w.word, w.user_id limit $10
        "#,
        viewer.0,
        wanted.first,
        end_of(&wanted.first),
        word,
        person.0,
        &wanted.others,
        &ends,
        wanted.username,
        wanted.username.as_deref().map(end_of),
        most,
    )
    .fetch_all(connection)
    .await?;
    Ok(found.into_iter().map(|row| (row.word, row.id)).collect())
}

/// How many people have words of each range, counted no further than `most`.
pub(super) async fn how_many(
    connection: &mut PgConnection,
    starts: &[String],
    stops: &[String],
    most: i64,
) -> Result<Vec<i64>> {
    sqlx::query_scalar!(
        r#"
        select (select count(*) from (select from user_words where word >= range.start and word < range.stop limit $3) h) as "count!"
        from unnest($1::text[], $2::text[]) with ordinality as range (start, stop, place) order by range.place
        "#,
        starts,
        stops,
        most,
    )
    .fetch_all(connection)
    .await
}

/// Words of anybody's name that share enough of their letters with each of `words`, and those of `swapped` that there
/// are; each with the place of the word it is like.
pub(super) async fn alike(
    connection: &mut PgConnection,
    words: &[String],
    swapped_of: &[i32],
    swapped: &[String],
    most: i64,
) -> Result<Vec<(i32, String)>> {
    let found = sqlx::query!(
        r#"
        select (wanted.place - 1)::int as "of!", alike.word as "word!"
        from unnest($1::text[]) with ordinality as wanted (word, place)
        cross join lateral words_alike(wanted.word, $4) as alike (word)
        union
        select swapped.place, word from unnest($2::int[], $3::text[]) as swapped (place, letters)
        join name_words on word = swapped.letters
        "#,
        words,
        swapped_of,
        swapped,
        most,
    )
    .fetch_all(connection)
    .await?;
    Ok(found.into_iter().map(|row| (row.of, row.word)).collect())
}

/// People who have one of the `walked` words, the first of theirs counts, and a word of a range for each wanted. Not
/// those who are found by username or by words already.
pub(super) async fn by_alike(
    connection: &mut PgConnection,
    viewer: UserId,
    username: Option<&str>,
    walked: &[String],
    ranges: &[Range],
    after: Option<(i32, UserId)>,
    most: i64,
) -> Result<Vec<(i32, UserId)>> {
    let (rank, person) = after.unwrap_or((0, UserId(uuid::Uuid::nil())));
    let ats: Vec<i32> = ranges.iter().map(|range| range.at).collect();
    let starts: Vec<String> = ranges.iter().map(|range| range.start.clone()).collect();
    let stops: Vec<String> = ranges.iter().map(|range| range.stop.clone()).collect();
    let typed: Vec<bool> = ranges.iter().map(|range| range.typed).collect();
    let ranks: Vec<Option<i32>> = ranges.iter().map(|range| range.rank).collect();
    let found = sqlx::query!(
        r#"
        select near.rank::int as "rank!", has.user_id as "id!: UserId"
        from unnest($2::text[]) with ordinality as near (word, rank)
        cross join lateral (
            select w.user_id from user_words w
            cross join lateral (
                select from (
                    select h.user_id from user_words h
                    join unnest($5::int[], $6::text[], $7::text[], $8::bool[], $9::int[]) as range (at, start, stop, typed, rank)
                      on h.word >= range.start and h.word < range.stop
                    where h.user_id = w.user_id
                    group by h.user_id
                    having min(range.rank) = near.rank and count(distinct range.at) = $10
                       and count(distinct range.at) filter (where range.typed) < $10
                    offset 0) as meant
                join users u on u.id = meant.user_id
                where ($11::text is null or not (lower(u.username) collate "C" >= $11 and lower(u.username) collate "C" < $12))
                  and not is_hidden_from($1, meant.user_id) offset 0) as found
            where w.word = near.word and near.rank >= $3
              and w.user_id > case near.rank when $3 then $4::uuid else '00000000-0000-0000-0000-000000000000' end
            order by w.user_id limit $13) as has
        order by near.rank, has.user_id limit $13
        "#,
        viewer.0,
        walked,
        i64::from(rank),
        person.0,
        &ats,
        &starts,
        &stops,
        &typed,
        &ranks as &[Option<i32>],
        i64::from(ats.last().map_or(0, |at| at + 1)),
        username,
        username.map(end_of),
        most,
    )
    .fetch_all(connection)
    .await?;
    Ok(found.into_iter().map(|row| (row.rank, row.id)).collect())
}
