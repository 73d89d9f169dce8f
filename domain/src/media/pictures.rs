//! The pictures of profiles. Each has an address of its own that needs no signature and never ends
//! (`/files/pictures/{id}`): a card is made without asking what is in the storage, and a cache keeps what it shows. A new
//! picture has a new address. Nobody guesses one; whoever is not here has none.

use platform::Tx;
use sqlx::PgConnection;

use super::{MediaKind, attach, release, sql};
use crate::{Error, MediaId, Result, UserId, people};

/// Where on a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PicturePlace {
    Picture,
    Banner,
}

/// Shows a picture of their own on somebody's profile; the one before is let go.
pub async fn set_picture(
    tx: &mut Tx,
    public_url: &str,
    user: UserId,
    place: PicturePlace,
    id: MediaId,
) -> Result<()> {
    let url = format!("{public_url}/files/pictures/{id}");
    let before = lock(tx, user, place).await?;
    if before == Some(id) {
        return Ok(());
    }
    let held = attach(tx, user, &[id]).await?;
    if held.iter().any(|one| one.kind != MediaKind::Image) {
        return Err(Error::invalid("media_id", "invalid", "is no picture"));
    }
    change(tx, user, place, Some((id, &url)), before).await
}

/// Shows no picture there.
pub async fn clear_picture(tx: &mut Tx, user: UserId, place: PicturePlace) -> Result<()> {
    let before = lock(tx, user, place).await?;
    change(tx, user, place, None, before).await
}

/// Lets the files go that a profile showed until its owner gave another address.
pub(crate) async fn forget_replaced(tx: &mut Tx, user: UserId) -> Result<()> {
    let gone = sql::forget_replaced(tx.connection(), user).await?;
    let gone = gone.map(|gone| [gone.picture, gone.banner]);
    let gone: Vec<MediaId> = gone.into_iter().flatten().flatten().collect();
    release_each(tx, &gone).await
}

/// Where the storage has what is shown of a profile's picture. None: no profile shows it, or it is not ready.
pub async fn picture(connection: &mut PgConnection, id: MediaId) -> Result<Option<String>> {
    let found = sql::picture(connection, id).await?;
    Ok(found.map(|found| found.key))
}

async fn lock(tx: &mut Tx, user: UserId, place: PicturePlace) -> Result<Option<MediaId>> {
    let found = sql::lock_pictures(tx.connection(), user).await?;
    let found = found.ok_or(Error::NotFound("person"))?;
    Ok(match place {
        PicturePlace::Picture => found.picture,
        PicturePlace::Banner => found.banner,
    })
}

async fn change(
    tx: &mut Tx,
    user: UserId,
    place: PicturePlace,
    new: Option<(MediaId, &str)>,
    before: Option<MediaId>,
) -> Result<()> {
    let now = tx.now();
    let (id, url) = new.unzip();
    match place {
        PicturePlace::Picture => sql::set_picture(tx.connection(), user, id, url, now).await?,
        PicturePlace::Banner => sql::set_banner(tx.connection(), user, id, url, now).await?,
    }
    release_each(tx, before.as_slice()).await?;
    people::changed(tx, user).await
}

/// One file may be both: it is held twice then.
async fn release_each(tx: &mut Tx, ids: &[MediaId]) -> Result<()> {
    for id in ids {
        release(tx, &[*id]).await?;
    }
    Ok(())
}
