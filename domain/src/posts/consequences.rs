//! What follows from what happens to posts and comments: who is told, whose timelines change, what is found. Every verb
//! says here what it did, last in its own transaction, and nowhere else. Undoing says the same as doing: notifications
//! are counted again, not up and down.

use platform::Tx;

use super::sql;
use crate::notifications::{Cause, notify};
use crate::{CommentId, PostId, Result, UserId, feed, search};

/// A post is to be seen from now on.
pub(crate) async fn published(tx: &mut Tx, post: PostId, author: UserId) -> Result<()> {
    search::index(tx, post).await?;
    feed::published(tx, post, author).await
}

/// A post says or shows something else, or shows it to others.
pub(crate) async fn edited(tx: &mut Tx, post: PostId) -> Result<()> {
    search::index(tx, post).await
}

/// A post that was to be seen is gone, and is no share of another any more.
pub(crate) async fn deleted(tx: &mut Tx, post: PostId, author: UserId) -> Result<()> {
    search::index(tx, post).await?;
    match sql::shares::original_of(tx.connection(), post).await? {
        Some((original, shared)) => tell(tx, shared, Cause::Share(original), author).await,
        None => Ok(()),
    }
}

/// `by` likes a post of `author`, or likes it no more.
pub(crate) async fn liking(tx: &mut Tx, post: PostId, author: UserId, by: UserId) -> Result<()> {
    tell(tx, author, Cause::LikeOfPost(post), by).await
}

/// `by` reposted a post, and their followers see it from now on.
pub(crate) async fn reposted(tx: &mut Tx, share: PostId, by: UserId) -> Result<()> {
    feed::published(tx, share, by).await
}

/// `by` reposted or quoted a post of `author`.
pub(crate) async fn shared(
    tx: &mut Tx,
    original: PostId,
    author: UserId,
    by: UserId,
) -> Result<()> {
    tell(tx, author, Cause::Share(original), by).await
}

/// A comment: where it stands, and whose words it answers.
#[derive(Clone, Copy, Debug)]
pub struct Commented {
    pub post: PostId,
    pub post_author: UserId,
    /// The comment it answers, and its author; none: it is about the post.
    pub answered: Option<(CommentId, UserId)>,
    pub by: UserId,
}

/// A comment is there, or is no more. Whoever is answered is told of an answer, and of nothing else.
pub(crate) async fn commented(tx: &mut Tx, what: &Commented) -> Result<()> {
    let mut told = vec![(what.post_author, Cause::Comment(what.post))];
    if let Some((comment, author)) = what.answered {
        told.retain(|(person, _)| *person != author);
        told.push((author, Cause::Reply(comment)));
    }
    // In one order everywhere: of two who tell the same people neither waits for the other in a circle.
    told.sort_by_key(|(person, _)| *person);
    for (person, cause) in told {
        tell(tx, person, cause, what.by).await?;
    }
    Ok(())
}

/// `by` likes a comment of `author`, or likes it no more.
pub(crate) async fn comment_liking(
    tx: &mut Tx,
    comment: CommentId,
    author: UserId,
    by: UserId,
) -> Result<()> {
    tell(tx, author, Cause::LikeOfComment(comment), by).await
}

/// People whom a post, or a comment under it, names and did not before, or names no more.
pub(crate) async fn mentioned(
    tx: &mut Tx,
    post: PostId,
    comment: Option<CommentId>,
    by: UserId,
    people: &[UserId],
) -> Result<()> {
    let cause = match comment {
        Some(comment) => Cause::MentionInComment(comment),
        None => Cause::MentionInPost(post),
    };
    let mut people = people.to_vec();
    people.sort_unstable();
    people.dedup();
    for person in people {
        tell(tx, person, cause, by).await?;
    }
    Ok(())
}

/// Nobody is told what they did themselves.
async fn tell(tx: &mut Tx, person: UserId, cause: Cause, by: UserId) -> Result<()> {
    match person == by {
        true => Ok(()),
        false => notify(tx, person, cause).await,
    }
}
