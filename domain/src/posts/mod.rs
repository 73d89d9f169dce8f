//! Posts: what people show, whom they show it to, and how it looks to whoever asks.
//!
//! **Who sees a post is decided in one place**, `may_see_post` in Postgres, and asked by every door inside its query. A
//! post is [published](publish) in one statement with what it is found by; what follows from it (timelines,
//! notifications) is enqueued in the same transaction.

mod fields;
mod new;
mod sql;
mod view;
mod words;

pub use fields::{Caption, CommentsFrom, Hashtag, PostKind, PostState, Visibility};
pub use new::{NewPost, create};
pub use view::{Mention, Post, one, views};
pub use words::{fold_tag, mentioned, tags};
