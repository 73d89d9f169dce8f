//! How people hear of what happened to them while they are not looking: pushes, mails, texts, and a digest a week.
//!
//! A notification that is new or gained something is [sent out](fan_out): one row for each way it takes, one job for each
//! row. The job asks again whether there is something to say (the notification is unread, its reader may see what it is
//! about, and wants to hear of it this way), and [begins](claims): of two runs of it one sends.

mod claims;
mod digest;
pub mod jobs;
mod out;
mod sql;
mod unsubscribe;
mod ways;

pub use claims::{Claim, Ready, give_back, sent};
pub use digest::{
    DigestPlace, begin_digest, digest_sent, find_digests, give_digest_back, purge_digests,
};
pub use out::{fan_out, reader};
pub use unsubscribe::{Subscription, UnsubscribeToken, check_unsubscribe, unsubscribe};
pub use ways::{letter, push, text_message};
