//! What people do with posts: like, share, save.

use std::sync::Arc;

use domain::PostId;
use domain::people::PersonCard;
use domain::posts::{self, LikeState, SaveState, ShareRequest, ShareState};
use platform::Platform;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};

use super::{NO_POST, Seeing};
use crate::answer::{List200, Ok200};
use crate::apis::Tag;
use crate::auth::Signed;
use crate::body::MaybeBody;
use crate::graph::{people_page, span};
use crate::page::Paging;
use crate::problem::{Answer, Refusals, Told};

pub(crate) struct ActsApi {
    platform: Arc<Platform>,
}

struct Sharing;

impl Refusals for Sharing {
    const LIST: &'static [Told] = &[
        Told::new(
            403,
            "not_shareable",
            "Only public posts of public accounts can be shared.",
        ),
        NO_POST,
    ];
}

#[OpenApi(prefix_path = "/posts", tag = "Tag::Posts")]
impl ActsApi {
    /// Like a post
    ///
    /// Of a repost, the original. Doing it again changes nothing.
    #[oai(path = "/:post_id/like", method = "post", operation_id = "likePost")]
    async fn like(
        &self,
        Signed(actor): Signed,
        post_id: Path<PostId>,
    ) -> Answer<Ok200<LikeState>, Seeing> {
        let mut tx = self.platform.db.begin().await?;
        let state = posts::like(&mut tx, actor.user, post_id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(state))
    }

    /// Like a post no more
    ///
    /// Doing it again changes nothing.
    #[oai(
        path = "/:post_id/like",
        method = "delete",
        operation_id = "unlikePost"
    )]
    async fn unlike(
        &self,
        Signed(actor): Signed,
        post_id: Path<PostId>,
    ) -> Answer<Ok200<LikeState>, Seeing> {
        let mut tx = self.platform.db.begin().await?;
        let state = posts::unlike(&mut tx, actor.user, post_id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(state))
    }

    /// List who likes a post
    ///
    /// The latest first.
    #[oai(
        path = "/:post_id/likes",
        method = "get",
        operation_id = "listPostLikes"
    )]
    async fn likes(
        &self,
        Signed(actor): Signed,
        post_id: Path<PostId>,
        /// Most people on the page.
        limit: Query<Option<u32>>,
        /// How many to skip.
        offset: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<List200<PersonCard>, Seeing> {
        let paging = Paging::asked(limit.0, offset.0, cursor.0)?;
        let span = span(&paging)?;
        let found = {
            let mut connection = self.platform.db.acquire().await?;
            posts::likers(&mut connection, actor.user, post_id.0, &span).await?
        };
        Ok(people_page(&self.platform, actor.user, &paging, found).await?)
    }

    /// Share a post
    ///
    /// With a caption it is a quote. Without it is a repost: doing that again changes nothing, and a repost of a repost is
    /// one of the original. Only public posts of public accounts can be shared.
    #[oai(path = "/:post_id/share", method = "post", operation_id = "sharePost")]
    async fn share(
        &self,
        Signed(actor): Signed,
        post_id: Path<PostId>,
        body: MaybeBody<ShareRequest>,
    ) -> Answer<Ok200<ShareState>, Sharing> {
        let request = body.0.unwrap_or_default();
        let mut tx = self.platform.db.begin().await?;
        let state = posts::share(&mut tx, actor.user, post_id.0, &request).await?;
        tx.commit().await?;
        Ok(Ok200::of(state))
    }

    /// Take a repost back
    ///
    /// Quotes are deleted as posts. Doing it again changes nothing.
    #[oai(
        path = "/:post_id/share",
        method = "delete",
        operation_id = "unsharePost"
    )]
    async fn unshare(
        &self,
        Signed(actor): Signed,
        post_id: Path<PostId>,
    ) -> Answer<Ok200<ShareState>, Seeing> {
        let mut tx = self.platform.db.begin().await?;
        let state = posts::unshare(&mut tx, actor.user, post_id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(state))
    }

    /// Save a post
    ///
    /// Nobody else learns of it. Doing it again changes nothing.
    #[oai(path = "/:post_id/save", method = "post", operation_id = "savePost")]
    async fn save(
        &self,
        Signed(actor): Signed,
        post_id: Path<PostId>,
    ) -> Answer<Ok200<SaveState>, Seeing> {
        let mut tx = self.platform.db.begin().await?;
        let state = posts::save(&mut tx, actor.user, post_id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(state))
    }

    /// Save a post no more
    ///
    /// Doing it again changes nothing.
    #[oai(
        path = "/:post_id/save",
        method = "delete",
        operation_id = "unsavePost"
    )]
    async fn unsave(
        &self,
        Signed(actor): Signed,
        post_id: Path<PostId>,
    ) -> Answer<Ok200<SaveState>, Seeing> {
        let mut tx = self.platform.db.begin().await?;
        let state = posts::unsave(&mut tx, actor.user, post_id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(state))
    }
}

impl ActsApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }
}
