//! Making a timeline from what Postgres knows.

use platform::Platform;
use platform::timelines::{MOST, Told};
use uuid::Uuid;

use super::sql;
use crate::{Result, UserId};

/// Posts that one statement finds: of each of so many people it may look at so many.
const STEP: i64 = 200;

/// What became of a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warmed {
    Ready,
    /// It was another when it was to be filled: Redis was wiped meanwhile, or somebody else was faster.
    Overtaken,
    /// Nobody reads it.
    Unread,
}

/// Makes the timeline of `reader` anew, where there is one. It holds all there is of those they follow, whether it is shown
/// to them or not: that is for the read to say, and may change.
pub async fn warm(platform: &Platform, reader: UserId) -> Result<Warmed> {
    let (timelines, began) = (&platform.timelines, platform.clock.now());
    let Some(earlier) = timelines.read(reader.0, Uuid::max(), MOST).await? else {
        return Ok(Warmed::Unread);
    };
    let found = newest(platform, reader).await?;
    match timelines.fill(reader.0, &earlier, &found, began).await? {
        true => Ok(Warmed::Ready),
        false => Ok(Warmed::Overtaken),
    }
}

async fn newest(platform: &Platform, reader: UserId) -> Result<Vec<Told>> {
    let mut connection = platform.db.acquire().await?;
    let (mut all, mut before) = (Vec::with_capacity(MOST), Uuid::max());
    while all.len() < MOST {
        let found = sql::home::fanned_out(&mut connection, reader, before, STEP).await?;
        let is_last = i64::try_from(found.len()).unwrap_or_default() < STEP;
        before = found.last().map_or(before, |told| told.place);
        all.extend(found);
        if is_last {
            break;
        }
    }
    all.truncate(MOST);
    Ok(all)
}
