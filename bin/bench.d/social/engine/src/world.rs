//! The posts that are looked for: made once, kept in the database of the benchmark. They are of the last day, a hashtag
//! each, their words and hashtags as unequally common as those of a language.

use std::time::Instant;

use anyhow::Result;
use bench::{commons, database_url};
use sqlx::{Connection, PgConnection};

const PEOPLE: i64 = 100_000;

/// As `domain::search` would have written them, without the way there.
const SEED: &str = include_str!("../../seed.sql");

/// What the peer searches by.
const OF_PEER: &str = "create index if not exists peer_posts_found on posts using gin (to_tsvector('simple', caption))";

pub async fn furnish(posts: i64, alone: bool) -> Result<String> {
    let mut connection = PgConnection::connect(&database_url()?).await?;
    let made = make(&mut connection, posts).await?;
    if !alone {
        eprintln!("the index of the peer is made …");
        sqlx::raw_sql(OF_PEER).execute(&mut connection).await?;
    }
    Ok(made)
}

/// Makes as many as are missing, where there are fewer than half.
async fn make(connection: &mut PgConnection, posts: i64) -> Result<String> {
    let known: i64 = sqlx::query_scalar("select count(*) from post_words")
        .fetch_one(&mut *connection)
        .await?;
    if known >= posts / 2 {
        return Ok(format!("{known} posts"));
    }
    let started = Instant::now();
    eprintln!("{posts} posts of {PEOPLE} people are made up …");
    let people: i64 = sqlx::query_scalar("select count(*) from users")
        .fetch_one(&mut *connection)
        .await?;
    if people < PEOPLE {
        let missing = (PEOPLE - people).to_string();
        commons(&["admin", "seed", "--yes", "--users", &missing]).await?;
    }
    let seed = SEED.replace("POSTS", &posts.to_string());
    sqlx::raw_sql(sqlx::AssertSqlSafe(seed))
        .execute(&mut *connection)
        .await?;
    sqlx::raw_sql("vacuum analyze").execute(connection).await?;
    let seconds = started.elapsed().as_secs_f64();
    Ok(format!("seed: {posts} posts in {seconds:.0} s"))
}
