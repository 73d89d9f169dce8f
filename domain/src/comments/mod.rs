//! Comments: what people say under a post, and to each other.
//!
//! A comment is seen where its post is, unless its author is hidden from the viewer; what answers it is seen below it
//! alone. Answers go [`DEEPEST`] levels down; further ones stand beside what they answer. A comment that is deleted and
//! has answers keeps its place without words and author; see `remove_comment` in Postgres, which also decides between an
//! answer and a deletion at the same moment.

mod change;
mod fields;
mod likes;
mod list;
mod new;
mod sql;
mod view;

pub use change::{CommentChange, delete, edit};
pub use fields::{CommentSort, Remark};
pub use likes::{CommentLikeState, like, likers, unlike};
pub use list::{Level, first, of_post, page, replies};
pub use new::{NewComment, create};
pub use view::{Comment, PostPage, one};

/// The level that answers to it do not leave.
pub const DEEPEST: i16 = 4;
