//! Timelines: what people read of those they follow, and what they might like of others.
//!
//! **Postgres knows every timeline, Redis hurries.** A post is [written](fan_out) into the timelines of its author's
//! followers by a job, unless these are too many. A [read](home) merges three things by place: the timeline in Redis, the
//! newest of those whose posts are not written (celebrities, and oneself), and the newest of those whom the reader has
//! followed only just. What it finds it asks Postgres about in the same statement: is it still there, still followed, not
//! muted, and shown to this reader? So an unfollow, a block, a mute, a deletion or a suspension is seen with the next
//! read, whatever the timeline holds. These timelines are the cache of the feed; there is no other, and none is stale.
//!
//! Where there is no timeline (a reader who was long away, a Redis that was wiped or is gone), and below its end, the read
//! asks Postgres for everything, and a job [makes](warm) the timeline anew.
//!
//! **No post is lost while that happens.** A read that finds no timeline first begins one, and only then enqueues the job.
//! From then on every fan-out writes to it. A post that had committed before the job looked is found by it. One that
//! commits later is fanned out later, and finds the timeline there; filling it takes away only what stood there before the
//! search. Where Redis was wiped in between, the timeline that was begun is gone or another: nothing is filled, and the
//! job looks again.
//!
//! **A follow needs no job.** The token of a timeline tells when it was last made. Whoever was followed later, or a moment
//! before, is looked for at the read, which also has the timeline made again. The moment covers what was not committed
//! when the job looked: a follow, or a post of somebody who had no follower yet.

mod explore;
mod fan_out;
mod home;
pub mod jobs;
mod sql;
mod walk;
mod warm;

pub use explore::{ExplorePlace, Explored, explore, rank_explore};
pub use fan_out::{Slice, fan_out, published};
pub use home::{Home, home};
pub use warm::{Warmed, warm};

use platform::lowest_id;
use uuid::Uuid;

/// Which part of a feed: so many after a place, or after so many.
#[derive(Clone, Copy, Debug)]
pub struct Span<P = Uuid> {
    pub after: Option<P>,
    pub offset: i64,
    pub limit: i64,
}
