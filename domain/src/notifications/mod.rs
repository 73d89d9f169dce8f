//! What happened to a person: grouped, counted, told in their language.
//!
//! A notification is **derived from the world**, not counted up: whoever likes, comments, follows says so by [`notify`] in
//! the transaction of the deed, or of its undoing. What is said of one thing within seconds becomes one job, which counts
//! again who did it and writes the one row of the group. So ten thousand likes are a handful of writes, an unlike takes
//! itself back, and nothing has to be right but the count.
//!
//! A group is who is told, what was done, to what, on which day (UTC). **Who sees a notification is decided in one place**,
//! `notifications_of` in Postgres, by every door.
//!
//! Places are given out under a lock of the person ([`Places`](places::Places)): they are committed in their order, and a
//! stream that resumes after one misses none.

mod causes;
mod gather;
pub mod jobs;
mod marks;
mod places;
mod sql;
mod texts;
mod view;

pub use causes::{Cause, TargetType, announce, notify, part};
pub use gather::{gather, purge};
pub use marks::{Dismissed, ReadAll, ReadAllRequest, ReadState, dismiss, read, read_all};
pub use texts::{Summary, Text};
pub use view::{Filter, Found, Notification, UnreadCount, after, latest_place, list, unread_count};

use platform::Tx;
use platform::live::Message;
use serde::{Deserialize, Serialize};

use crate::{NotificationId, UserId};

/// What the open connections of a person are told, once it is committed: look again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// What is no more.
    pub gone: Vec<NotificationId>,
}

impl Changed {
    pub const EVENT: &'static str = "notifications";

    fn tell(&self, tx: &mut Tx, user: UserId) {
        let data = serde_json::to_value(self).unwrap_or_default();
        tx.tell_live(user.0, Message::event(Self::EVENT, data));
    }
}
