//! Posts: what people show, whom they show it to, and how it looks to whoever asks.
//!
//! **Who sees a post is decided in one place**, `posts_seen_by` in Postgres, and asked by every door inside its query. A
//! post is published in one statement with what it is found by; what follows from it (timelines, notifications) is
//! enqueued in the same transaction, by [`consequences`].
//!
//! What is done to a repost (a like, a comment, a save, a share) is done to its original. Counters move in the statement
//! that inserts or deletes the row they count; where there are several, those of comments are taken first, then those
//! of posts, then those of people.

pub mod consequences;
mod delete;
mod edits;
mod fields;
mod files;
pub(crate) mod found;
pub mod jobs;
mod kinds;
mod likes;
mod lists;
mod new;
mod saves;
mod schedule;
mod shares;
mod sql;
mod view;
mod words;

pub use delete::{delete, purge_deleted};
pub use edits::{PostChange, PostEdit, edit, edits};
pub use fields::{Caption, CommentsFrom, Hashtag, PostKind, PostState, Visibility};
pub use likes::{LikeState, like, likers, unlike};
pub use lists::{Placed, of_person, page, unpublished};
pub use new::{NewPost, create};
pub use saves::{SaveState, save, saved, unsave};
pub use schedule::{DuePost, Publishing, hold_back, overdue, publish, publish_due};
pub use shares::{ShareRequest, ShareState, share, unshare};
pub use view::{Mention, Post, one, views};
pub use words::{fold_tag, mentioned, tags};
