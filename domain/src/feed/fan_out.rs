//! From whoever publishes to those who follow.

use platform::jobs::{Class, NewJob};
use platform::timelines::Told;
use platform::{Platform, Tx};
use uuid::Uuid;

use super::jobs::FanOut;
use super::sql;
use crate::{Error, PostId, Result, UserId};

/// Followers whose timelines are written before the place is saved.
const SLICE: i64 = 2_000;

/// Whoever has more followers waits behind those who have fewer.
const FEW: i64 = 2 * SLICE;

/// What a slice has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slice {
    /// There may be followers after this one.
    UpTo(Uuid),
    /// All of them have it, or will find it by themselves.
    Done,
}

/// A post is seen from now on; said in the transaction that publishes it. Whoever changes who sees it says nothing:
/// timelines hold all posts, and each read asks anew.
pub async fn published(tx: &mut Tx, post: PostId, author: UserId) -> Result<()> {
    let audience = sql::fan_out::audience(tx.connection(), author).await?;
    // Nobody to write to; or they find it when they read.
    let Some(followers) = audience.filter(|count| *count > 0) else {
        return Ok(());
    };
    let mut job = NewJob::new(&FanOut { post_id: post }).map_err(defect)?;
    if followers > FEW {
        job.class = Class::Bulk;
    }
    tx.enqueue_new(job).await?;
    Ok(())
}

/// Writes a post into the timelines of the next slice of followers: those whose follows are older than `after`.
pub async fn fan_out(platform: &Platform, post: PostId, after: Option<Uuid>) -> Result<Slice> {
    let mut tx = platform.db.begin().await?;
    let (most, now) = (platform.config.feed.fanout_most, tx.now());
    let found = sql::fan_out::post(tx.connection(), post).await?;
    let found = found.ok_or(Error::NotFound("post"))?;
    if after.is_none() && found.follower_count > most {
        sql::fan_out::celebrate(tx.connection(), found.author, now).await?;
        tx.commit().await?;
        return Ok(Slice::Done);
    }
    let from = after.unwrap_or(Uuid::max());
    let slice = sql::fan_out::followers(tx.connection(), found.author, from, SLICE).await?;
    tx.commit().await?;
    let people: Vec<Uuid> = slice.iter().map(|follow| follow.follower_id).collect();
    let told = Told {
        place: found.place,
        id: post.0,
    };
    platform.timelines.push(&people, told).await?;
    match slice.last() {
        Some(last) if people.len() >= usize::try_from(SLICE).unwrap_or_default() => {
            Ok(Slice::UpTo(last.id))
        }
        _ => Ok(Slice::Done),
    }
}

fn defect(error: platform::jobs::PayloadError) -> Error {
    Error::Internal(error.to_string())
}
