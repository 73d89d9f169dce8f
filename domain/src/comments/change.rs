//! Editing and deleting a comment.

use platform::Tx;
use poem_openapi::Object;
use poem_openapi::types::Example;
use serde_json::json;

use super::{Remark, sql};
use crate::audit::{self, Operator};
use crate::people::{Actor, Right};
use crate::posts::consequences::{self, Commented};
use crate::posts::found::MOST_MENTIONS;
use crate::posts::mentioned;
use crate::{CommentId, Error, Result, UserId};

/// What a comment says from now on.
#[derive(Clone, Debug, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct CommentChange {
    pub content: Remark,
}

const GONE: Error = Error::NotFound("comment");

/// Edits one's own comment.
pub async fn edit(
    tx: &mut Tx,
    actor: UserId,
    comment: CommentId,
    change: &CommentChange,
) -> Result<()> {
    let known = sql::change::known(tx.connection(), actor, comment, false).await?;
    let known = known.ok_or(GONE)?;
    if !known.is_own {
        return Err(not_yours());
    }
    let mut names = mentioned(change.content.as_str());
    names.truncate(MOST_MENTIONS);
    let (content, now) = (change.content.as_str(), tx.now());
    // It may have gone since.
    if !sql::change::edit(tx.connection(), actor, comment, content, now).await? {
        return Err(GONE);
    }
    let named = sql::change::name(tx.connection(), actor, comment, &names, now).await?;
    consequences::mentioned(tx, known.post, Some(comment), actor, &named).await
}

/// Deletes a comment: its author, the author of the post, and who may remove those of others, which is in the audit. One
/// that has answers keeps its place.
pub async fn delete(tx: &mut Tx, actor: Actor, comment: CommentId) -> Result<()> {
    let may_any = actor.role.may(Right::RemovePosts);
    let known = sql::change::known(tx.connection(), actor.user, comment, may_any).await?;
    let known = known.ok_or(GONE)?;
    if !(known.is_own || known.is_under_own || may_any) {
        return Err(not_yours());
    }
    let now = tx.now();
    if !sql::change::remove(tx.connection(), comment, now).await? {
        return Err(GONE);
    }
    if !(known.is_own || known.is_under_own) {
        let (by, detail) = (
            Operator::person(actor.user),
            json!({ "author": known.author }),
        );
        audit::record(tx, &by, "comment.delete", &comment.to_string(), &detail).await?;
    }
    let what = Commented {
        post: known.post,
        post_author: known.post_author,
        answered: known.answered.zip(known.answered_author),
        by: known.author,
    };
    consequences::commented(tx, &what).await
}

fn not_yours() -> Error {
    Error::denied("not_yours", "Only its owner may change this.")
}

impl Example for CommentChange {
    fn example() -> Self {
        Self {
            content: Remark::example(),
        }
    }
}
