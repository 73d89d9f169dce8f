//! A new post.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use platform::Tx;
use poem_openapi::Object;
use poem_openapi::types::Example;

use super::found::Found;
use super::jobs::PublishPost;
use super::{
    Caption, CommentsFrom, Hashtag, PostKind, PostState, Visibility, consequences, files, sql,
};
use crate::people::Line;
use crate::{Error, MediaId, PostId, Result, UserId};

/// A post is scheduled at most so far ahead.
const FURTHEST: TimeDelta = TimeDelta::days(366);

/// A post to be made.
#[derive(Clone, Debug, Default, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct NewPost {
    pub caption: Option<Caption>,
    /// Beside those in the caption.
    pub hashtags: Option<Vec<Hashtag>>,
    /// Up to ten pictures and videos of one's own, in the order they are shown.
    pub media_ids: Option<Vec<MediaId>>,
    /// Follows from what it shows; said where a video is a reel.
    pub post_type: Option<PostKind>,
    pub visibility: Option<Visibility>,
    pub comments_from: Option<CommentsFrom>,
    pub location: Option<Line>,
    /// `draft` keeps it for later. Otherwise it is published, now or at `publish_at`.
    pub state: Option<PostState>,
    /// When it is published by itself: within a year.
    pub publish_at: Option<DateTime<Utc>>,
}

/// Makes a post, and publishes it unless it is for later.
pub async fn create(tx: &mut Tx, author: UserId, new: &NewPost) -> Result<PostId> {
    create_quoting(tx, author, new, None).await
}

pub(super) async fn create_quoting(
    tx: &mut Tx,
    author: UserId,
    new: &NewPost,
    quote_of: Option<PostId>,
) -> Result<PostId> {
    let caption = new.caption.as_ref().map_or("", Caption::as_str);
    let media = new.media_ids.as_deref().unwrap_or_default();
    let (state, publish_at) = wanted(new, tx.now())?;
    if state != PostState::Draft {
        says_something(caption, media.len())?;
    }
    let found = Found::of(caption, new.hashtags.as_deref().unwrap_or_default())?;
    let kind = files::take(tx, author, media, new.post_type).await?;
    let (id, now) = (PostId::at(tx.now()), tx.now());
    let row = sql::NewRow {
        id,
        author,
        kind,
        caption,
        visibility: new.visibility.unwrap_or_default(),
        comments_from: new.comments_from.unwrap_or_default(),
        location: new.location.as_ref().map(Line::as_str),
        quote_of,
        state,
        publish_at,
    };
    sql::insert(tx.connection(), &row, now).await?;
    files::show(tx, id, media).await?;
    sql::insert_tags(tx.connection(), id, &found, now).await?;
    let named = sql::insert_mentions(tx.connection(), id, author, &found.mentions, now).await?;
    match publish_at {
        Some(at) => {
            tx.enqueue_at(PublishPost { post_id: id }, at).await?;
        }
        None if state == PostState::Published => {
            consequences::published(tx, id, author).await?;
            consequences::mentioned(tx, id, None, author, &named).await?;
        }
        None => {}
    }
    Ok(id)
}

pub(super) fn says_something(caption: &str, media: usize) -> Result<()> {
    match caption.is_empty() && media == 0 {
        true => {
            let detail = "say something, or show something";
            Err(Error::invalid("caption", "required", detail))
        }
        false => Ok(()),
    }
}

fn wanted(new: &NewPost, now: DateTime<Utc>) -> Result<(PostState, Option<DateTime<Utc>>)> {
    match (new.state, new.publish_at) {
        (None | Some(PostState::Scheduled), Some(at)) => {
            Ok((PostState::Scheduled, Some(due(at, now)?)))
        }
        (Some(PostState::Scheduled), None) => {
            let detail = "say when it is to be published";
            Err(Error::invalid("publish_at", "required", detail))
        }
        (Some(_), Some(_)) => {
            let detail = "is for posts that are published by themselves";
            Err(Error::invalid("publish_at", "unexpected", detail))
        }
        (state, None) => Ok((state.unwrap_or_default(), None)),
    }
}

/// A time to publish at, to the second.
pub(super) fn due(at: DateTime<Utc>, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let at = at.trunc_subsecs(0);
    if at <= now {
        return Err(Error::invalid(
            "publish_at",
            "passed",
            "must be in the future",
        ));
    }
    if at > now + FURTHEST {
        return Err(Error::invalid(
            "publish_at",
            "too_far",
            "must be within a year",
        ));
    }
    Ok(at)
}

impl Example for NewPost {
    fn example() -> Self {
        Self {
            caption: Some(Caption::example()),
            hashtags: Some(vec![Hashtag::example()]),
            media_ids: Some(vec![MediaId::example()]),
            post_type: Some(PostKind::Image),
            visibility: Some(Visibility::Public),
            comments_from: Some(CommentsFrom::Everyone),
            location: Some(Line::example()),
            state: Some(PostState::Scheduled),
            publish_at: DateTime::from_timestamp(1_731_672_600, 0),
        }
    }
}
