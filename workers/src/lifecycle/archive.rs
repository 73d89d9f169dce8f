//! A person's data as a zip in a file that has no name: whatever becomes of this process, nothing of it stays behind.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;

use chrono::{DateTime, Datelike, Timelike, Utc};
use domain::UserId;
use domain::lifecycle::{self, Piece};
use platform::{Platform, new_id};
use tokio::sync::mpsc;
use zip::ZipWriter;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;

use crate::Failure;

/// Pieces that wait to be written, a page of a table each.
const WAITING: usize = 4;

/// Gathers here, and packs on a thread that may block.
pub(super) async fn of(
    platform: &Platform,
    user: UserId,
    asked_at: DateTime<Utc>,
) -> Result<File, Failure> {
    let name = new_id(&platform.clock);
    let (out, pieces) = mpsc::channel(WAITING);
    let packing = tokio::task::spawn_blocking(move || pack(pieces, nameless(name)?, asked_at));
    let gathered = lifecycle::gather(&platform.db, user, platform.clock.now(), &out).await;
    drop(out);
    let packed = packing.await.map_err(Failure::retry)?;
    // Why nothing was written tells more than that nobody took what was gathered.
    let packed = packed.map_err(|error| Failure::retry(format!("packing: {error}")))?;
    gathered?;
    packed.ok_or_else(|| Failure::retry("the archive was cut short"))
}

/// None: the pieces stopped before their end.
fn pack(
    mut pieces: mpsc::Receiver<Piece>,
    file: File,
    asked_at: DateTime<Utc>,
) -> Result<Option<File>, ZipError> {
    let options = SimpleFileOptions::default()
        .large_file(true)
        .last_modified_time(dos(asked_at))
        .unix_permissions(0o600);
    let mut zip = ZipWriter::new(BufWriter::new(file));
    while let Some(piece) = pieces.blocking_recv() {
        match piece {
            Piece::File(name) => zip.start_file(name, options)?,
            Piece::Text(text) => zip.write_all(text.as_bytes())?,
            Piece::End => {
                let buffer = zip.finish()?;
                let mut file = buffer.into_inner().map_err(|error| error.into_error())?;
                file.rewind()?;
                return Ok(Some(file));
            }
        }
    }
    Ok(None)
}

fn nameless(name: uuid::Uuid) -> std::io::Result<File> {
    let path = std::env::temp_dir().join(format!("commons-export-{name}"));
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true).mode(0o600);
    let file = options.open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

/// The time as a zip knows it.
fn dos(at: DateTime<Utc>) -> zip::DateTime {
    let part = |number: u32| u8::try_from(number).unwrap_or_default();
    let year = u16::try_from(at.year()).unwrap_or_default();
    let (month, day) = (part(at.month()), part(at.day()));
    let (hour, minute, second) = (part(at.hour()), part(at.minute()), part(at.second()));
    zip::DateTime::from_date_and_time(year, month, day, hour, minute, second).unwrap_or_default()
}
