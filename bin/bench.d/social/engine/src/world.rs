//! The posts that are looked for: made once, kept in the database of the benchmark. They are of the last day, a hashtag
//! each, their words and hashtags as unequally common as those of a language.

use std::time::Instant;

use anyhow::Result;
use sqlx::{Connection, PgConnection};

use crate::process;

const PEOPLE: &str = "100000";

/// As `domain::search` would have written them, without the way there.
const SEED: &str = include_str!("../../seed.sql");

/// Makes as many as are missing, where there are fewer than half.
pub async fn furnish(posts: i64) -> Result<String> {
    let mut connection = PgConnection::connect(&process::database_url()?).await?;
    let known: i64 = sqlx::query_scalar("select count(*) from post_words")
        .fetch_one(&mut connection)
        .await?;
    if known >= posts / 2 {
        return Ok(format!("{known} posts"));
    }
    let started = Instant::now();
    eprintln!("{PEOPLE} people and {posts} posts are made up …");
    process::commons(&["admin", "seed", "--yes", "--users", PEOPLE]).await?;
    let seed = SEED.replace("POSTS", &posts.to_string());
    sqlx::raw_sql(sqlx::AssertSqlSafe(seed))
        .execute(&mut connection)
        .await?;
    sqlx::raw_sql("vacuum analyze")
        .execute(&mut connection)
        .await?;
    let seconds = started.elapsed().as_secs_f64();
    Ok(format!("seed: {posts} posts in {seconds:.0} s"))
}
