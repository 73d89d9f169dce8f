//! Reposts and quotes. Only what everybody may see is shared: a public post of a public account. A repost of a repost is
//! one of the original.

use platform::Tx;
use poem_openapi::Object;
use poem_openapi::types::Example;

use super::{Caption, NewPost, consequences, new, sql};
use crate::{Error, PostId, Result, UserId};

/// How a post is shared.
#[derive(Clone, Debug, Default, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct ShareRequest {
    /// With words of one's own it is a quote; without it is a repost.
    pub caption: Option<Caption>,
}

/// A post that was shared, or is no more.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct ShareState {
    /// The post that is shared: of a repost, the original.
    pub post_id: PostId,
    /// How often it is shared now.
    pub share_count: i64,
    /// Whether whoever asks has reposted it.
    pub is_shared: bool,
    /// The repost or quote that this made, or found.
    pub share_id: Option<PostId>,
}

/// Reposts a post, once, or quotes it with words of one's own, as often as there are words.
pub async fn share(
    tx: &mut Tx,
    actor: UserId,
    post: PostId,
    request: &ShareRequest,
) -> Result<ShareState> {
    let target = sql::shares::target(tx.connection(), actor, post).await?;
    let target = target.ok_or(Error::NotFound("post"))?;
    if !target.is_public {
        return Err(Error::denied(
            "not_shareable",
            "Only public posts of public accounts can be shared.",
        ));
    }
    let words = request.caption.as_ref();
    let (share, is_new) = match words.filter(|words| !words.as_str().is_empty()) {
        Some(words) => (quote(tx, actor, target.id, words).await?, true),
        None => repost(tx, actor, target.id).await?,
    };
    if is_new {
        consequences::shared(tx, target.id, target.author, actor).await?;
    }
    let mut state = state(tx, actor, target.id).await?;
    state.share_id = Some(share);
    Ok(state)
}

async fn quote(tx: &mut Tx, actor: UserId, original: PostId, words: &Caption) -> Result<PostId> {
    let new = NewPost {
        caption: Some(words.clone()),
        ..NewPost::default()
    };
    new::create_quoting(tx, actor, &new, Some(original)).await
}

/// The repost there is, or a new one.
async fn repost(tx: &mut Tx, actor: UserId, original: PostId) -> Result<(PostId, bool)> {
    let (id, now) = (PostId::at(tx.now()), tx.now());
    if sql::shares::repost(tx.connection(), actor, original, id, now).await? {
        consequences::reposted(tx, id, actor).await?;
        return Ok((id, true));
    }
    let there = sql::shares::repost_of(tx.connection(), actor, original).await?;
    // It was taken back at the same moment.
    Ok((there.ok_or(Error::Unavailable("the repost"))?, false))
}

/// Takes one's repost back; quotes are deleted as posts. Doing it again changes nothing.
pub async fn unshare(tx: &mut Tx, actor: UserId, post: PostId) -> Result<ShareState> {
    let target = sql::target(tx.connection(), actor, post).await?;
    let target = target.ok_or(Error::NotFound("post"))?;
    let now = tx.now();
    let gone = sql::shares::unrepost(tx.connection(), actor, target.id, now).await?;
    if let Some(share) = gone {
        consequences::deleted(tx, share, actor).await?;
    }
    state(tx, actor, target.id).await
}

async fn state(tx: &mut Tx, actor: UserId, original: PostId) -> Result<ShareState> {
    let share_count = sql::shares::count(tx.connection(), original).await?;
    let mine = sql::shares::repost_of(tx.connection(), actor, original).await?;
    Ok(ShareState {
        post_id: original,
        share_count,
        is_shared: mine.is_some(),
        share_id: mine,
    })
}

impl Example for ShareRequest {
    fn example() -> Self {
        Self {
            caption: Some(Caption::example()),
        }
    }
}

impl Example for ShareState {
    fn example() -> Self {
        Self {
            post_id: PostId::example(),
            share_count: 3,
            is_shared: true,
            share_id: Some(PostId::example()),
        }
    }
}
