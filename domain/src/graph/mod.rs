//! The graph: who follows, asks to follow, blocks and mutes whom.
//!
//! **What is between two people changes while their pair is locked**, and only then: a follow and a block, an accepted
//! request and a withdrawn one happen one after the other. The order of locks is the same everywhere: the pair, the row
//! of the person asked, rows between them, and last the counters, by id. So nobody holds a celebrity's counter for
//! longer than it takes to commit, and nobody waits in a circle. Whoever holds the row of a person takes only pairs that
//! are free ([`accept_all`]).
//!
//! Counters move in the statement that inserts or deletes the row they count.

mod blocks;
mod follows;
pub mod jobs;
mod lists;
mod mutes;
mod popular;
mod relation;
mod requests;
mod sql;
mod suggestions;

pub use blocks::{BlockState, BlockedPerson, block, blocks, unblock};
pub use follows::{FollowState, RemovedFollower, follow, remove_follower, unfollow};
pub use lists::{Found, Listed, Span, followers, following, mutuals};
pub use mutes::{
    MuteRequest, MuteState, Muted, MutedPerson, mute, muted, mutes, purge_mutes, unmute,
};
pub use popular::{keep_popular, most_followed};
pub use relation::{Relation, relation};
pub use requests::{
    Accepted, AnsweredRequest, FollowRequest, Requested, accept, accept_all, accept_slice,
    received, reject, requesters, sent,
};
pub use suggestions::{Suggested, Suggestion, dismiss, suggest, suggestions};
