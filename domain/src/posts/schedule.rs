//! Drafts, and posts that are published by themselves.
//!
//! A post is published once, by whoever comes first: the statement that publishes it finds it unpublished. The job of a
//! time that was moved finds that it is not due.

use std::time::Duration;

use chrono::{DateTime, Utc};
use platform::Tx;
use poem_openapi::Object;
use poem_openapi::types::Example;

use super::jobs::PublishPost;
use super::{consequences, new, sql};
use crate::{Error, PostId, Result, UserId};

/// A post that has been due for so long has lost its job.
const LATE: Duration = Duration::from_secs(60);

/// When a post is to be published.
#[derive(Clone, Debug, Default, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct Publishing {
    /// In the future, within a year. Now where nothing is said.
    pub publish_at: Option<DateTime<Utc>>,
}

const ALREADY: Error = Error::Conflict {
    code: "already_published",
    field: None,
    detail: "This post is published.",
};

/// Publishes one's own draft or scheduled post, or plans when. Planning again moves the time.
pub async fn publish(tx: &mut Tx, author: UserId, post: PostId, when: &Publishing) -> Result<()> {
    let held = sql::states::hold(tx.connection(), author, post).await?;
    let held = held.ok_or(Error::NotFound("post"))?;
    if held.is_published {
        return Err(ALREADY);
    }
    new::says_something(&held.caption, usize::from(held.shows))?;
    let now = tx.now();
    let Some(at) = when.publish_at else {
        sql::states::publish(tx.connection(), post, PostId::at(now), now).await?;
        return came_out(tx, post, author).await;
    };
    let at = new::due(at, now)?;
    sql::states::plan(tx.connection(), post, at, now).await?;
    tx.enqueue_at(PublishPost { post_id: post }, at).await?;
    Ok(())
}

/// A post that was to be published by itself is a draft again. One that is a draft stays so.
pub async fn hold_back(tx: &mut Tx, author: UserId, post: PostId) -> Result<()> {
    let held = sql::states::hold(tx.connection(), author, post).await?;
    if held.ok_or(Error::NotFound("post"))?.is_published {
        return Err(ALREADY);
    }
    let now = tx.now();
    Ok(sql::states::hold_back(tx.connection(), post, now).await?)
}

/// What became of a scheduled post whose job ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DuePost {
    Published,
    /// Its time has not come.
    NotYet(Duration),
    /// It was published, held back or deleted meanwhile.
    Over,
}

/// Publishes a post whose time has come.
pub async fn publish_due(tx: &mut Tx, post: PostId) -> Result<DuePost> {
    let (place, now, offset) = (PostId::at(tx.now()), tx.now(), tx.clock_offset());
    let Some(due) = sql::states::publish_due(tx.connection(), post, place, now, offset).await?
    else {
        return Ok(DuePost::Over);
    };
    let Some(author) = due.author else {
        let wait = Duration::try_from_secs_f64(due.seconds).unwrap_or_default();
        return Ok(DuePost::NotYet(wait));
    };
    came_out(tx, post, author).await?;
    Ok(DuePost::Published)
}

/// Posts that should have been published some time ago, for whatever reason their job did not.
pub async fn overdue(tx: &mut Tx, limit: i64) -> Result<Vec<PostId>> {
    let (late, offset) = (LATE.as_secs_f64(), tx.clock_offset());
    Ok(sql::states::overdue(tx.connection(), late, offset, limit).await?)
}

async fn came_out(tx: &mut Tx, post: PostId, author: UserId) -> Result<()> {
    consequences::published(tx, post, author).await?;
    let named = sql::states::mentioned(tx.connection(), post).await?;
    consequences::mentioned(tx, post, None, author, &named).await
}

impl Example for Publishing {
    fn example() -> Self {
        Self {
            publish_at: DateTime::from_timestamp(4_102_444_800, 0),
        }
    }
}
