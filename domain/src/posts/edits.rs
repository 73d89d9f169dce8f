//! Editing a post. What it said before is kept, for those who may see it.

use chrono::{DateTime, Utc};
use platform::{Tx, id_at};
use poem_openapi::Object;
use poem_openapi::types::{Example, MaybeUndefined};
use sqlx::PgConnection;
use uuid::Uuid;

use super::delete::refused;
use super::found::Found as Words;
use super::{Caption, CommentsFrom, Hashtag, PostState, Visibility, consequences, files, new, sql};
use crate::graph::{Found, Span};
use crate::people::{Actor, Line};
use crate::{Error, MediaId, PostId, Result, UserId};

/// What changes of a post. A field that is not there stays as it is; a location that is null is cleared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct PostChange {
    pub caption: Option<Caption>,
    /// Those beside the caption, all of them.
    pub hashtags: Option<Vec<Hashtag>>,
    /// What it shows, as long as it is not published.
    pub media_ids: Option<Vec<MediaId>>,
    pub visibility: Option<Visibility>,
    pub comments_from: Option<CommentsFrom>,
    pub location: MaybeUndefined<Line>,
}

/// What a post said before it was edited.
#[derive(Clone, Debug, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct PostEdit {
    pub caption: String,
    pub location: Option<String>,
    /// Until when it said so.
    pub until: DateTime<Utc>,
    #[oai(skip)]
    pub place: Uuid,
}

/// Edits one's own post, where it is one of the `read` versions, if any are named. Two edits at once happen one after the
/// other, and both are in the history.
pub async fn edit(
    tx: &mut Tx,
    actor: Actor,
    post: PostId,
    read: Option<&[i32]>,
    change: &PostChange,
) -> Result<()> {
    let before = sql::edits::hold(tx.connection(), actor.user, post).await?;
    let Some(before) = before else {
        return Err(refused(tx, actor, post).await?);
    };
    if read.is_some_and(|read| !read.contains(&before.version)) {
        return Err(Error::Changed);
    }
    if before.is_repost {
        let detail = "A repost says nothing of its own.";
        return Err(Error::conflict("repost", detail));
    }
    let after = change.applied(&before);
    let is_published = before.state == PostState::Published;
    let shown = change.media_ids.as_ref();
    if before.state != PostState::Draft {
        let shows = shown.map_or(usize::from(before.shows), Vec::len);
        new::says_something(after.caption, shows)?;
    }
    if *change == PostChange::default() {
        return Ok(());
    }
    if let Some(shown) = shown {
        show_else(tx, actor, post, shown, is_published).await?;
    }
    let says_else = after.caption != before.caption || after.location != before.location.as_deref();
    let (id, now) = (id_at(tx.now()), tx.now());
    let kept = (is_published && says_else).then_some(id);
    let has_other_audience = after.visibility != before.visibility;
    if has_other_audience {
        sql::edits::unread_mentions(tx.connection(), post, now).await?;
    }
    sql::edits::change(tx.connection(), post, &after, kept, now).await?;
    let mut told = Vec::new();
    if after.caption != before.caption || change.hashtags.is_some() {
        told = find_anew(tx, actor, post, after.caption, change.hashtags.as_deref()).await?;
    }
    if has_other_audience {
        told.extend(sql::states::mentioned(tx.connection(), post).await?);
    }
    if !is_published {
        return Ok(());
    }
    consequences::mentioned(tx, post, None, actor.user, &told).await?;
    consequences::edited(tx, post).await
}

impl PostChange {
    fn applied<'a>(&'a self, before: &'a sql::edits::Before) -> sql::edits::After<'a> {
        let caption = self.caption.as_ref().map(Caption::as_str);
        sql::edits::After {
            caption: caption.unwrap_or(&before.caption),
            location: match &self.location {
                MaybeUndefined::Undefined => before.location.as_deref(),
                MaybeUndefined::Null => None,
                MaybeUndefined::Value(line) => Some(line.as_str()),
            },
            visibility: self.visibility.unwrap_or(before.visibility),
            comments_from: self.comments_from.unwrap_or(before.comments_from),
        }
    }
}

/// What people liked does not turn into something else.
async fn show_else(
    tx: &mut Tx,
    actor: Actor,
    post: PostId,
    shown: &[MediaId],
    is_published: bool,
) -> Result<()> {
    if is_published {
        let detail = "what a published post shows stays";
        return Err(Error::invalid("media_ids", "published", detail));
    }
    files::replace(tx, actor.user, post, shown).await
}

/// What the post is found by. Whom it mentions and did not before, and whom it mentions no more.
async fn find_anew(
    tx: &mut Tx,
    actor: Actor,
    post: PostId,
    caption: &str,
    beside: Option<&[Hashtag]>,
) -> Result<Vec<UserId>> {
    let kept;
    let beside = match beside {
        Some(given) => given,
        None => {
            kept = sql::edits::beside(tx.connection(), post).await?;
            &kept
        }
    };
    let (words, now) = (Words::of(caption, beside)?, tx.now());
    let mut told = sql::edits::forget(tx.connection(), post, &words).await?;
    sql::insert_tags(tx.connection(), post, &words, now).await?;
    let names = &words.mentions;
    told.extend(sql::insert_mentions(tx.connection(), post, actor.user, names, now).await?);
    Ok(told)
}

/// What a post said before, the latest first, for those who see it and could have read that then.
pub async fn edits(
    connection: &mut PgConnection,
    viewer: UserId,
    post: PostId,
    span: &Span,
) -> Result<Found<PostEdit>> {
    if !sql::states::is_seen(connection, viewer, post).await? {
        return Err(Error::NotFound("post"));
    }
    Ok(Found {
        rows: sql::edits::list(connection, viewer, post, span).await?,
        total: sql::edits::count(connection, viewer, post).await?,
        total_is_estimate: false,
    })
}

impl Example for PostChange {
    fn example() -> Self {
        Self {
            caption: Some(Caption::example()),
            hashtags: Some(vec![Hashtag::example()]),
            media_ids: Some(vec![MediaId::example()]),
            visibility: Some(Visibility::Followers),
            comments_from: Some(CommentsFrom::Followers),
            location: MaybeUndefined::Value(Line::example()),
        }
    }
}

impl Example for PostEdit {
    fn example() -> Self {
        Self {
            caption: "Beautiful sunset".to_owned(),
            location: None,
            until: DateTime::from_timestamp(1_731_672_600, 0).unwrap_or_default(),
            place: Uuid::nil(),
        }
    }
}
