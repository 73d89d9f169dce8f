//! Files that come with the form of a post.

use platform::Platform;
use tokio::io::AsyncRead;

use crate::{Error, MediaId, Result, UserId};

/// A file as the form names it.
pub struct FormFile<R> {
    pub name: Option<String>,
    pub content_type: Option<String>,
    pub content: R,
}

/// Stores a file as an upload of its own would be, and answers what the post shows it by.
pub async fn store<R: AsyncRead + Unpin + Send>(
    _platform: &Platform,
    _owner: UserId,
    _file: FormFile<R>,
) -> Result<MediaId> {
    let detail = "upload files by themselves first, and send their ids as `media_ids`";
    Err(Error::invalid("media", "not_accepted", detail))
}
