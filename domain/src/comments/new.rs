//! A new comment.

use platform::Tx;
use poem_openapi::Object;
use poem_openapi::types::Example;

use super::{DEEPEST, Remark, sql};
use crate::posts::consequences::{self, Commented};
use crate::posts::found::MOST_MENTIONS;
use crate::posts::mentioned;
use crate::{CommentId, Error, PostId, Result, UserId};

/// A comment to be made.
#[derive(Clone, Debug, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct NewComment {
    pub content: Remark,
    /// The comment it answers; otherwise it is about the post.
    pub parent_comment_id: Option<CommentId>,
}

/// Comments on a post, or answers a comment under it. Whoever may not see one of the two is told that it is not there.
pub async fn create(
    tx: &mut Tx,
    actor: UserId,
    post: PostId,
    new: &NewComment,
) -> Result<CommentId> {
    let ground = sql::new::ground(tx.connection(), actor, post).await?;
    let ground = ground.ok_or(Error::NotFound("post"))?;
    if !ground.may_comment {
        return Err(Error::denied(
            "comments_limited",
            "The author of this post does not take comments from you.",
        ));
    }
    let answered = match new.parent_comment_id {
        Some(parent) => {
            let answered = sql::new::hold(tx.connection(), actor, ground.post, parent).await?;
            let gone = || {
                let detail = "is no comment under this post";
                Error::invalid("parent_comment_id", "not_found", detail)
            };
            Some(answered.ok_or_else(gone)?)
        }
        None => None,
    };
    let mut names = mentioned(new.content.as_str());
    names.truncate(MOST_MENTIONS);
    let (id, now) = (CommentId::at(tx.now()), tx.now());
    let row = sql::new::NewRow {
        id,
        post: ground.post,
        author: actor,
        parent: answered
            .as_ref()
            .and_then(|answered| match answered.depth < DEEPEST {
                true => Some(answered.id),
                false => answered.parent,
            }),
        depth: answered
            .as_ref()
            .map_or(0, |answered| DEEPEST.min(answered.depth + 1)),
        content: new.content.as_str(),
    };
    let named = sql::new::insert(tx.connection(), &row, &names, now).await?;
    let what = Commented {
        post: ground.post,
        post_author: ground.author,
        answered: answered.map(|answered| (answered.id, answered.author)),
        by: actor,
    };
    consequences::commented(tx, &what).await?;
    consequences::mentioned(tx, ground.post, Some(id), actor, &named).await?;
    Ok(id)
}

impl Example for NewComment {
    fn example() -> Self {
        Self {
            content: Remark::example(),
            parent_comment_id: Some(CommentId::example()),
        }
    }
}
