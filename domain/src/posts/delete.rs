//! A post that is deleted is gone for everybody at once; its rows and files go when the time of grace is over.

use platform::Tx;
use serde_json::json;

use super::{consequences, sql};
use crate::audit::{self, Operator};
use crate::media;
use crate::people::{Actor, Right};
use crate::{Error, PostId, Result};

/// Deletes a post: its author, and who may remove those of others, which is in the audit.
pub async fn delete(tx: &mut Tx, actor: Actor, post: PostId) -> Result<()> {
    let (may_any, now) = (actor.role.may(Right::RemovePosts), tx.now());
    let gone = sql::states::delete(tx.connection(), actor.user, may_any, post, now).await?;
    let Some(gone) = gone else {
        return Err(refused(tx, actor, post).await?);
    };
    if gone.author != actor.user {
        let (by, detail) = (
            Operator::person(actor.user),
            json!({ "author": gone.author }),
        );
        audit::record(tx, &by, "post.delete", &post.to_string(), &detail).await?;
    }
    match gone.was_published {
        true => consequences::deleted(tx, post, gone.author).await,
        false => Ok(()),
    }
}

/// Why a post is not theirs to change.
pub(super) async fn refused(tx: &mut Tx, actor: Actor, post: PostId) -> Result<Error> {
    let seen = sql::states::is_seen(tx.connection(), actor.user, post).await?;
    Ok(match seen {
        true => Error::denied("not_yours", "Only its owner may change this."),
        false => Error::NotFound("post"),
    })
}

/// Rows in one transaction.
const SLICE: i64 = 2_000;

/// Posts in one transaction, once nothing large lies beneath them.
const POSTS: i64 = 50;

/// Takes a slice away of posts that were deleted before their time of grace: first what lies beneath them. Whether there
/// was any.
pub async fn purge_deleted(tx: &mut Tx, grace: std::time::Duration) -> Result<bool> {
    let before = tx.now() - grace;
    if sql::purge::beneath(tx.connection(), before, SLICE).await? > 0 {
        return Ok(true);
    }
    let gone = sql::purge::posts(tx.connection(), before, POSTS).await?;
    for post in &gone {
        media::release(tx, &post.shown).await?;
    }
    Ok(!gone.is_empty())
}
