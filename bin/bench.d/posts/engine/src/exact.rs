//! Whether what was answered is there: every counter equals the rows it counts, and these are as many as succeeded.

use anyhow::{Result, ensure};
use sqlx::FromRow;
use uuid::Uuid;

use crate::database::Database;
use crate::side::{Deed, Side};

const OF_COMMONS: &str = "
    select count(*) as posts, sum(likes)::bigint as likes, sum(comments)::bigint as comments,
           count(*) filter (where likes <> like_count or comments <> comment_count) as wrong
    from (select like_count, comment_count,
                 (select count(*) from post_likes l where l.post_id = c.post_id) as likes,
                 (select count(*) from comments said where said.post_id = c.post_id and deleted_at is null) as comments
          from post_counts c where post_id = any($1)) as each";

const OF_PEER: &str = "
    select count(*) as posts, sum(likes)::bigint as likes, sum(comments)::bigint as comments,
           count(*) filter (where likes <> like_count or comments <> comment_count) as wrong
    from (select like_count, comment_count,
                 (select count(*) from posts_bench_peer.likes l where l.post_id = p.id) as likes,
                 (select count(*) from posts_bench_peer.comments said where said.post_id = p.id) as comments
          from posts_bench_peer.posts p where id = any($1)) as each";

/// Rows, by what they belong to.
#[derive(FromRow)]
struct Tally {
    posts: i64,
    likes: i64,
    comments: i64,
    /// Posts that count otherwise than their rows.
    wrong: i64,
}

pub async fn of_commons(database: &mut Database, side: &Side) -> Result<()> {
    check(database, side, OF_COMMONS).await
}

pub async fn of_peer(database: &mut Database, side: &Side) -> Result<()> {
    check(database, side, OF_PEER).await
}

async fn check(database: &mut Database, side: &Side, question: &'static str) -> Result<()> {
    let of_all = tally(database, question, &side.made).await?;
    let of_hot = tally(database, question, &side.liked_by_all).await?;
    let (who, wrong) = (side.who, of_all.wrong + of_hot.wrong);
    ensure!(
        wrong == 0,
        "{who}: {wrong} posts count otherwise than their rows"
    );
    let rows = [
        (&side.create, of_all.posts),
        (&side.like, of_all.likes),
        (&side.hot, of_hot.likes),
        (&side.comment, of_all.comments),
    ];
    for (deed, rows) in rows {
        is_there(who, deed, usize::try_from(rows)?)?;
    }
    Ok(())
}

/// One that failed may have been done all the same.
fn is_there(who: &str, deed: &Deed, rows: usize) -> Result<()> {
    let (name, asked, succeeded) = (deed.name, deed.asked, deed.succeeded);
    ensure!(
        (succeeded..=asked).contains(&rows),
        "{who}: {name}: {rows} rows of {succeeded} that succeeded, {asked} that were asked"
    );
    Ok(())
}

async fn tally(database: &mut Database, question: &'static str, posts: &[Uuid]) -> Result<Tally> {
    let tally = sqlx::query_as(question).bind(posts);
    Ok(tally.fetch_one(&mut database.connection).await?)
}
