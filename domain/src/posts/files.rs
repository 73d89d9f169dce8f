//! The pictures and videos of a post.

use platform::Tx;
use uuid::Uuid;

use super::{PostKind, kinds, sql};
use crate::media;
use crate::{Error, MediaId, PostId, Result, UserId};

/// Pictures and videos of one post.
const MOST: usize = 10;

/// Takes files into use, and answers the kind of a post that shows them.
pub(super) async fn take(
    tx: &mut Tx,
    author: UserId,
    ids: &[MediaId],
    said: Option<PostKind>,
) -> Result<PostKind> {
    known_once(ids)?;
    media::attach(tx, author, ids).await?;
    let shown = sql::media_kinds(tx.connection(), &plain(ids)).await?;
    kinds::derived(&shown, said)
}

/// The first files of a post.
pub(super) async fn show(tx: &mut Tx, post: PostId, ids: &[MediaId]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let now = tx.now();
    Ok(sql::insert_media(tx.connection(), post, &plain(ids), now).await?)
}

/// Other files for a post that is held and not published.
pub(super) async fn replace(
    tx: &mut Tx,
    author: UserId,
    post: PostId,
    ids: &[MediaId],
) -> Result<()> {
    let kind = take(tx, author, ids, None).await?;
    let before = sql::clear_media(tx.connection(), post, kind).await?;
    media::release(tx, &before).await?;
    show(tx, post, ids).await
}

fn plain(ids: &[MediaId]) -> Vec<Uuid> {
    ids.iter().map(|id| id.0).collect()
}

fn known_once(ids: &[MediaId]) -> Result<()> {
    if ids.len() > MOST {
        let detail = format!("a post can have at most {MOST}");
        return Err(Error::invalid("media_ids", "too_many", detail));
    }
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    match sorted.len() == ids.len() {
        true => Ok(()),
        false => Err(Error::invalid("media_ids", "twice", "names a file twice")),
    }
}
