//! Looking for what harms, where there is a scanner.

use platform::clamd::{self, Verdict};
use platform::{Platform, Tx};

use super::MediaState;
use super::progress::tell;
use super::sql::{self, FileRow};
use super::upload::{folder, original_key, show};
use crate::{Error, MediaId, Result};

/// A file that was scanned.
#[derive(Debug)]
pub struct Scanned {
    file: FileRow,
    /// Why nobody may see it.
    harm: Option<&'static str>,
}

/// Has a file scanned. None: nobody waits for it.
pub async fn scan(platform: &Platform, id: MediaId) -> Result<Option<Scanned>> {
    let file = {
        let mut connection = platform.db.acquire().await?;
        sql::file(&mut connection, id).await?
    };
    let Some(file) = file.filter(|file| file.state == MediaState::Uploaded) else {
        return Ok(None);
    };
    let harm = match &platform.config.media.clamd {
        None => None,
        Some(address) => {
            let key = original_key(file.owner_id, id, &file.content_type);
            let content = platform.storage.read(vec![key]);
            let verdict = clamd::scan(address, content).await;
            match verdict.map_err(away)? {
                Verdict::Clean => None,
                Verdict::Found(what) => {
                    tracing::warn!(media = %id, what, "an upload holds something that harms");
                    Some("infected")
                }
                Verdict::TooLarge => Some("too_large_to_scan"),
            }
        }
    };
    Ok(Some(Scanned { file, harm }))
}

fn away(error: clamd::ClamdError) -> Error {
    tracing::warn!(%error, "the virus scanner failed");
    Error::Unavailable("clamd")
}

/// What is clean goes on, the rest is kept apart.
pub async fn judge(tx: &mut Tx, platform: &Platform, scanned: &Scanned) -> Result<()> {
    let (id, now) = (scanned.file.id, tx.now());
    match scanned.harm {
        None => show(tx, &platform.config.media, id).await,
        Some(why) => {
            let apart = MediaState::Quarantined;
            let turn = sql::refuse(tx.connection(), id, apart, why, now).await?;
            tell(tx, id, turn);
            Ok(())
        }
    }
}

/// Of what harms the bytes are not kept.
pub async fn clear_harm(platform: &Platform, scanned: &Scanned) -> Result<()> {
    if scanned.harm.is_some() {
        let folder = folder(scanned.file.owner_id, scanned.file.id);
        platform.storage.delete_all(&folder).await?;
    }
    Ok(())
}
