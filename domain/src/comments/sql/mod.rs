//! Statements about comments. A comment without an author is one that is gone: everybody who sees the post sees its place.

pub(super) mod change;
pub(super) mod likes;
pub(super) mod list;
pub(super) mod new;
pub(super) mod view;

type Time = chrono::DateTime<chrono::Utc>;
type Result<T> = std::result::Result<T, sqlx::Error>;
