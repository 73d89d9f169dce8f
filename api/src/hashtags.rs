//! The pages of hashtags.

use std::sync::Arc;

use domain::PostId;
use domain::hashtags::{self, Hashtag};
use domain::posts::{self, Post};
use platform::Platform;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};

use crate::answer::{List200, Ok200};
use crate::apis::Tag;
use crate::auth::Signed;
use crate::page::{Paging, cursor};
use crate::problem::{Answer, Refusals, Told};

pub(crate) struct HashtagsApi {
    platform: Arc<Platform>,
}

pub(crate) const NO_HASHTAG: Told = Told::new(404, "not_found", "There is no such hashtag.");

pub(crate) struct Naming;

impl Refusals for Naming {
    const LIST: &'static [Told] = &[NO_HASHTAG];
}

#[OpenApi(prefix_path = "/hashtags", tag = "Tag::Posts")]
impl HashtagsApi {
    /// A hashtag
    ///
    /// In any case of letters, with or without its #, with how many posts have it that everybody sees. One of which whoever
    /// asks sees no post is not found.
    #[oai(path = "/:tag", method = "get", operation_id = "getHashtag")]
    async fn show(
        &self,
        Signed(actor): Signed,
        tag: Path<posts::Hashtag>,
    ) -> Answer<Ok200<Hashtag>, Naming> {
        let mut connection = self.platform.db.acquire().await?;
        let found = hashtags::find(&mut connection, actor.user, &tag.0).await?;
        Ok(Ok200::of(found))
    }

    /// List posts with a hashtag
    ///
    /// The newest first; only what whoever asks may see.
    #[oai(
        path = "/:tag/posts",
        method = "get",
        operation_id = "listHashtagPosts"
    )]
    async fn posts(
        &self,
        Signed(actor): Signed,
        tag: Path<posts::Hashtag>,
        /// Most posts on the page.
        limit: Query<Option<u32>>,
        /// How many to skip.
        offset: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<List200<Post>, Naming> {
        let paging = Paging::asked(limit.0, offset.0, cursor.0)?;
        let (after, offset, limit) = (paging.after()?, paging.offset, paging.limit);
        let (viewer, now) = (actor.user, self.platform.clock.now());
        let mut connection = self.platform.db.acquire().await?;
        let tag = hashtags::find(&mut connection, viewer, &tag.0).await?;
        let mut found =
            hashtags::posts(&mut connection, viewer, tag.id, after, offset, limit).await?;
        let total = tag.use_count;
        let pagination = paging.of(&mut found, total, true, |one| self::cursor(&one.place));
        let ids: Vec<PostId> = found.iter().map(|one| one.post).collect();
        let storage = &self.platform.storage;
        let data = posts::views(&mut connection, storage, viewer, &ids, now).await?;
        Ok(List200 { data, pagination })
    }
}

impl HashtagsApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }
}
