//! What shows a file holds it: a post, a profile. A file that is held is not deleted, one that nothing holds leaves after
//! a while.

use platform::Tx;

use super::upload::is_usable;
use super::{MediaKind, MediaState, sql};
use crate::{Error, MediaId, Result, UserId};

/// A file that something holds now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub id: MediaId,
    pub kind: MediaKind,
    pub state: MediaState,
}

/// Holds files of the owner's, in their order. One that is still worked on is taken: it is shown once it is ready. Waits
/// for whoever deletes or holds them at the same moment.
pub async fn attach(tx: &mut Tx, owner: UserId, ids: &[MediaId]) -> Result<Vec<Held>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let uuids: Vec<uuid::Uuid> = ids.iter().map(|id| id.0).collect();
    let found = sql::lock(tx.connection(), &uuids).await?;
    let mut held: Vec<Held> = Vec::with_capacity(ids.len());
    for (place, id) in ids.iter().enumerate() {
        let field = format!("media_ids.{place}");
        if held.iter().any(|one| one.id == *id) {
            return Err(Error::invalid(&field, "duplicate", "is there twice"));
        }
        let mine = found
            .iter()
            .find(|file| file.id == *id && file.owner_id == owner);
        let mine = mine.filter(|file| file.state != MediaState::Deleting);
        let Some(file) = mine else {
            let detail = "is no file of yours";
            return Err(Error::invalid(&field, "unknown", detail));
        };
        if !is_usable(file.state) {
            let detail = "is not here yet, or cannot be shown";
            return Err(Error::invalid(&field, "unusable", detail));
        }
        held.push(Held {
            id: *id,
            kind: file.kind,
            state: file.state,
        });
    }
    sql::hold(tx.connection(), &uuids).await?;
    Ok(held)
}

/// Lets files go that [`attach`] held, each once. Those that nothing else holds leave after `MEDIA_UNUSED_FOR`.
pub async fn release(tx: &mut Tx, ids: &[MediaId]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let uuids: Vec<uuid::Uuid> = ids.iter().map(|id| id.0).collect();
    let now = tx.now();
    sql::lock(tx.connection(), &uuids).await?;
    Ok(sql::let_go(tx.connection(), &uuids, now).await?)
}
