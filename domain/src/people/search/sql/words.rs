//! Those whose names have the words that were typed, or ones that begin with them.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Place, Result, Wanted, end_of};
use crate::UserId;

/// Of words that so many begin with, none is rare.
const COMMON: i64 = 1_000;

/// How many words there are that begin with each of `words`, counted no further than makes a difference.
pub(in super::super) async fn begun(
    connection: &mut PgConnection,
    words: &[String],
) -> Result<Vec<i64>> {
    let ends: Vec<String> = words.iter().map(|word| end_of(word)).collect();
    sqlx::query_scalar!(
        r#"
        select (select count(*) from (select from name_words where word >= range.start and word < range.stop limit $3) h) as "count!"
        from unnest($1::text[], $2::text[]) with ordinality as range (start, stop, place) order by range.place
        "#,
        words,
        &ends,
        COMMON,
    )
    .fetch_all(connection)
    .await
}

/// People who have a word that begins with the one wanted, by that word. Not those who are found by username. Who has
/// several such words stands at the first of them.
pub(in super::super) async fn by_word(
    connection: &mut PgConnection,
    viewer: UserId,
    wanted: &Wanted,
    after: Option<(&str, &str, UserId)>,
    most: i64,
) -> Result<Vec<(Place, UserId)>> {
    let first = &wanted.words[0];
    // One lower bound, and no more: with a second the walk along the index begins at the first of all words.
    let (word, _, person) = after.unwrap_or((first, "", UserId(Uuid::nil())));
    let found = sqlx::query!(
        r#"
        select w.word as "word!", w.user_id as "id: UserId" from user_words w
        cross join lateral (
            select from (
                select u.id from users u
                where u.id = w.user_id
                  and ($6::text is null or not (lower(u.username) collate "C" >= $6 and lower(u.username) collate "C" < $7))
                  and not exists (select from user_words e where e.user_id = u.id and e.word >= $2 and e.word < w.word)
                offset 0) as meant
            where not is_hidden_from($1, meant.id) offset 0) as found
        where (w.word, w.user_id) > ($4, $5::uuid) and w.word < $3
        order by w.word, w.user_id limit $8
        "#,
        viewer.0,
        first,
        end_of(first),
        word,
        person.0,
        wanted.username,
        wanted.username.as_deref().map(end_of),
        most,
    )
    .fetch_all(connection)
    .await?;
    let place = |word: String, id| (Place::Word(word, String::new(), id), id);
    Ok(found
        .into_iter()
        .map(|row| place(row.word, row.id))
        .collect())
}

/// People who have a word that begins with the first wanted, another that begins with the second, and one for each
/// further; by those two words. Not those who are found by username. Who has several such pairs stands at the first.
pub(in super::super) async fn by_pair(
    connection: &mut PgConnection,
    viewer: UserId,
    wanted: &Wanted,
    after: Option<(&str, &str, UserId)>,
    most: i64,
) -> Result<Vec<(Place, UserId)>> {
    let (first, second) = (&wanted.words[0], &wanted.words[1]);
    let (word, beside, person) = after.unwrap_or((first, second, UserId(Uuid::nil())));
    let ends: Vec<String> = wanted.further().iter().map(|word| end_of(word)).collect();
    let found = sqlx::query!(
        r#"
        select w.word as "word!", has.beside as "beside!", has.user_id as "id!: UserId"
        from name_words w
        cross join lateral (
            select p.beside, p.user_id from user_word_pairs p
            cross join lateral (
                select from (
                    select u.id from users u
                    where u.id = p.user_id
                      and ($8::text is null or not (lower(u.username) collate "C" >= $8 and lower(u.username) collate "C" < $9))
                      and not exists (select from user_word_pairs e where e.user_id = u.id and e.word >= $2 and e.word <= w.word
                                      and e.beside >= $4 and e.beside < $5 and (e.word < w.word or e.beside < p.beside))
                      and not exists (select from unnest($12::text[], $13::text[]) as further (start, stop)
                                      where not exists (select from user_words o where o.user_id = u.id
                                                        and o.word >= further.start and o.word < further.stop))
                    offset 0) as meant
                where not is_hidden_from($1, meant.id) offset 0) as found
            where p.word = w.word and p.beside < $5
              and (p.beside, p.user_id) > (case w.word when $6 then $7 else $4 end,
                                           case w.word when $6 then $10::uuid else '00000000-0000-0000-0000-000000000000' end)
            order by p.beside, p.user_id limit $11) as has
        where w.word >= $6 and w.word < $3
        order by w.word, has.beside, has.user_id limit $11
        "#,
        viewer.0,
        first,
        end_of(first),
        second,
        end_of(second),
        word,
        beside,
        wanted.username,
        wanted.username.as_deref().map(end_of),
        person.0,
        most,
        wanted.further(),
        &ends,
    )
    .fetch_all(connection)
    .await?;
    let places = found
        .into_iter()
        .map(|row| (Place::Word(row.word, row.beside, row.id), row.id));
    Ok(places.collect())
}
