//! How far a file is, told to its owner's open connections as it happens. A hint: whoever missed one asks for the file.

use platform::Tx;
use platform::live::Message;
use serde::{Deserialize, Serialize};

use super::MediaState;
use crate::{MediaId, UserId};

/// What is told of a file that has come further.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaProgress {
    pub id: MediaId,
    pub state: MediaState,
    /// In percent.
    pub progress: i16,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// A row that has changed.
pub(super) struct Turn {
    pub owner_id: UserId,
    pub state: MediaState,
    pub progress: i16,
    pub failure: Option<String>,
}

impl MediaProgress {
    pub const EVENT: &'static str = "media";
}

/// Tells of a turn, once it is committed. False: there was none.
pub(super) fn tell(tx: &mut Tx, id: MediaId, turn: Option<Turn>) -> bool {
    let Some(turn) = turn else {
        return false;
    };
    let progress = MediaProgress {
        id,
        state: turn.state,
        progress: turn.progress,
        failure: turn.failure,
    };
    let data = serde_json::to_value(progress).unwrap_or_default();
    tx.tell_live(turn.owner_id.0, Message::event(MediaProgress::EVENT, data));
    true
}
