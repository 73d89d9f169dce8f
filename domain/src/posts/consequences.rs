//! What follows from what happens to posts and comments: who is told, whose timelines change. Every verb says here what
//! it did, in its own transaction, and nowhere else.

use platform::Tx;

use crate::{CommentId, PostId, Result, UserId};

/// A post is to be seen from now on.
pub(crate) async fn published(_tx: &mut Tx, _post: PostId, _author: UserId) -> Result<()> {
    Ok(())
}

/// A post says or shows something else, or shows it to others.
pub(crate) async fn edited(_tx: &mut Tx, _post: PostId) -> Result<()> {
    Ok(())
}

/// A post that was to be seen is gone.
pub(crate) async fn deleted(_tx: &mut Tx, _post: PostId, _author: UserId) -> Result<()> {
    Ok(())
}

/// `by` likes a post of `author`.
pub(crate) async fn liked(_tx: &mut Tx, _post: PostId, _author: UserId, _by: UserId) -> Result<()> {
    Ok(())
}

pub(crate) async fn unliked(_tx: &mut Tx, _post: PostId, _by: UserId) -> Result<()> {
    Ok(())
}

/// `share`, a repost or a quote by `by`, is to be seen from now on.
pub(crate) async fn shared(
    _tx: &mut Tx,
    _original: PostId,
    _author: UserId,
    _share: PostId,
    _by: UserId,
) -> Result<()> {
    Ok(())
}

pub(crate) async fn unshared(_tx: &mut Tx, _share: PostId, _by: UserId) -> Result<()> {
    Ok(())
}

/// A comment: where it stands, and whose words it answers.
#[derive(Clone, Copy, Debug)]
pub struct Commented {
    pub comment: CommentId,
    pub post: PostId,
    pub post_author: UserId,
    /// The comment it answers, and its author; none: it is about the post.
    pub answered: Option<(CommentId, UserId)>,
    pub by: UserId,
}

pub(crate) async fn commented(_tx: &mut Tx, _what: &Commented) -> Result<()> {
    Ok(())
}

pub(crate) async fn comment_removed(_tx: &mut Tx, _comment: CommentId) -> Result<()> {
    Ok(())
}

pub(crate) async fn comment_liked(
    _tx: &mut Tx,
    _comment: CommentId,
    _author: UserId,
    _by: UserId,
) -> Result<()> {
    Ok(())
}

pub(crate) async fn comment_unliked(_tx: &mut Tx, _comment: CommentId, _by: UserId) -> Result<()> {
    Ok(())
}

/// People whom a post, or a comment under it, names, and did not before.
pub(crate) async fn mentioned(
    _tx: &mut Tx,
    _post: PostId,
    _comment: Option<CommentId>,
    _by: UserId,
    _people: &[UserId],
) -> Result<()> {
    Ok(())
}
