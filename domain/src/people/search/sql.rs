//! Every statement of the search. Words that begin alike are a range: a pattern would not be known to a plan that is
//! made once for all searches. `offset 0` keeps a walk a walk: one person after the other, the cheap questions first, and
//! no further than the page; without it whole tables are hashed, or everybody is asked the dearest question.

use sqlx::PgConnection;

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
                  and not exists (select from unnest($6::text[], $7::text[]) as other (start, stop)
                                  where not exists (select from user_words o where o.user_id = u.id
                                                    and o.word >= other.start and o.word < other.stop))
                offset 0) as meant
            where not is_hidden_from($1, meant.id) offset 0) as found
        where (w.word, w.user_id) > ($4, $5::uuid) and w.word < $3
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

/// How many people have words that begin with each of `words`, counted no further than `most`.
pub(super) async fn how_many(
    connection: &mut PgConnection,
    words: &[String],
    most: i64,
) -> Result<Vec<i64>> {
    let ends: Vec<String> = words.iter().map(|word| end_of(word)).collect();
    sqlx::query_scalar!(
        r#"
        select (select count(*) from (select from user_words where word >= range.start and word < range.stop limit $3) h) as "count!"
        from unnest($1::text[], $2::text[]) with ordinality as range (start, stop, place) order by range.place
        "#,
        words,
        &ends,
        most,
    )
    .fetch_all(connection)
    .await
}

/// Words of anybody's name that share enough of their letters with `word`, and those of `swapped` that there are.
pub(super) async fn alike(
    connection: &mut PgConnection,
    word: &str,
    swapped: &[String],
    most: i64,
) -> Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"
        select word as "word!" from words_alike($1, $2) as alike (word)
        union select word from name_words where word = any($3)
        "#,
        word,
        most,
        swapped,
    )
    .fetch_all(connection)
    .await
}

/// People who have one of the `nearest` words, and for each of the others a word that begins so or is near. Not those
/// who are found by words already.
pub(super) async fn by_alike(
    connection: &mut PgConnection,
    viewer: UserId,
    wanted: &Wanted,
    nearest: &[String],
    others: &[Vec<String>],
    after: Option<(i32, UserId)>,
    most: i64,
) -> Result<Vec<(i32, UserId)>> {
    let (rank, person) = after.unzip();
    let ends: Vec<String> = wanted.others.iter().map(|other| end_of(other)).collect();
    let (near_at, near) = numbered(others);
    let found = sqlx::query!(
        r#"
        select near.rank::int as "rank!", has.user_id as "id!: UserId"
        from unnest($2::text[]) with ordinality as near (word, rank)
        cross join lateral (
            select w.user_id from user_words w
            where w.word = near.word and near.rank >= coalesce($3, 0)
              and (near.rank > coalesce($3, 0) or w.user_id > coalesce($4, '00000000-0000-0000-0000-000000000000'::uuid))
              and not exists (select from user_words e
                              join unnest($2::text[]) with ordinality as nearer (word, rank) on nearer.word = e.word
                              where e.user_id = w.user_id and nearer.rank < near.rank)
              and not (
                  exists (select from user_words e where e.user_id = w.user_id and e.word >= $5 and e.word < $6)
                  and not exists (select from unnest($7::text[], $8::text[]) as other (start, stop)
                                  where not exists (select from user_words o where o.user_id = w.user_id
                                                    and o.word >= other.start and o.word < other.stop)))
              and not exists (
                  select from unnest($7::text[], $8::text[]) with ordinality as other (start, stop, at)
                  where not exists (select from user_words o where o.user_id = w.user_id
                                    and o.word >= other.start and o.word < other.stop)
                    and not exists (select from user_words o
                                    join unnest($9::int[], $10::text[]) as alike (at, word)
                                      on alike.word = o.word and alike.at = other.at
                                    where o.user_id = w.user_id))
              and not is_hidden_from($1, w.user_id)
            order by w.user_id limit $11) as has
        order by near.rank, has.user_id limit $11
        "#,
        viewer.0,
        nearest,
        rank,
        person.map(|person| person.0),
        wanted.first,
        end_of(&wanted.first),
        &wanted.others,
        &ends,
        &near_at,
        &near,
        most,
    )
    .fetch_all(connection)
    .await?;
    Ok(found.into_iter().map(|row| (row.rank, row.id)).collect())
}

/// Postgres has no arrays of arrays of different lengths: each word with the number of its list.
fn numbered(lists: &[Vec<String>]) -> (Vec<i32>, Vec<String>) {
    let numbered = (1..)
        .zip(lists)
        .flat_map(|(at, words)| words.iter().map(move |word| (at, word.clone())));
    numbered.unzip()
}
