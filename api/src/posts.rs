//! Posts.

mod acts;
mod form;
mod lists;

use std::sync::Arc;

use domain::comments::{self, PostPage};
use domain::posts::{self, Post, PostChange, PostEdit, Publishing};
use domain::{PostId, UserId};
use platform::Platform;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};

pub(crate) use acts::ActsApi;
pub(crate) use lists::PostListsApi;

use crate::answer::{Created201, List200, Nothing, Ok200};
use crate::apis::Tag;
use crate::auth::Signed;
use crate::body::{Body, MaybeBody};
use crate::edge::etag;
use crate::graph::span;
use crate::media::{FILE_TOO_LARGE, FILE_TYPE_UNSUPPORTED, QUOTA_EXCEEDED};
use crate::page::{Paging, cursor};
use crate::problem::catalog::PRECONDITION_FAILED;
use crate::problem::{Answer, Refusals, Told};
use crate::users::NOT_YOURS;
use form::PostBody;

pub(crate) struct PostsApi {
    platform: Arc<Platform>,
}

/// Or not for whoever asks: the answer is the same.
pub(crate) const NO_POST: Told = Told::new(404, "not_found", "There is no such post.");

pub(crate) struct Seeing;

impl Refusals for Seeing {
    const LIST: &'static [Told] = &[NO_POST];
}

struct Creating;

impl Refusals for Creating {
    const LIST: &'static [Told] = &[QUOTA_EXCEEDED, FILE_TOO_LARGE, FILE_TYPE_UNSUPPORTED];
}

struct Deleting;

impl Refusals for Deleting {
    const LIST: &'static [Told] = &[NOT_YOURS, NO_POST];
}

struct Editing;

impl Refusals for Editing {
    const LIST: &'static [Told] = &[
        NOT_YOURS,
        NO_POST,
        Told::new(409, "repost", "A repost says nothing of its own."),
        PRECONDITION_FAILED,
    ];
}

struct Planning;

impl Refusals for Planning {
    const LIST: &'static [Told] = &[
        NO_POST,
        Told::new(409, "already_published", "This post is published."),
    ];
}

#[OpenApi(prefix_path = "/posts", tag = "Tag::Posts")]
impl PostsApi {
    /// Publish a post
    ///
    /// Its hashtags and mentions are found in the caption; further hashtags may be given beside it. Pictures and videos
    /// are named by their ids, or sent along in a form. As a `draft` it waits, with `publish_at` it is published by
    /// itself.
    #[oai(path = "/", method = "post", operation_id = "createPost")]
    async fn create(
        &self,
        Signed(actor): Signed,
        body: PostBody,
    ) -> Answer<Created201<Post>, Creating> {
        let mut tx = self.platform.db.begin().await?;
        let id = posts::create(&mut tx, actor.user, &body.0).await?;
        let (storage, now) = (&self.platform.storage, tx.now());
        let post = posts::one(tx.connection(), storage, actor.user, id, now).await?;
        tx.commit().await?;
        Ok(Created201::of(post))
    }

    /// A post
    ///
    /// With its counters, whether whoever asks likes it, and the latest comments on it. One that is not shown to them is
    /// not found.
    #[oai(path = "/:post_id", method = "get", operation_id = "getPost")]
    async fn show(
        &self,
        Signed(actor): Signed,
        post_id: Path<PostId>,
    ) -> Answer<Ok200<PostPage>, Seeing> {
        let (storage, now) = (&self.platform.storage, self.platform.clock.now());
        let mut connection = self.platform.db.acquire().await?;
        let (mut page, last) =
            comments::first(&mut connection, storage, actor.user, post_id.0, now).await?;
        page.comments_cursor = last.map(|last| cursor(&last));
        let version = page.post.version;
        Ok(Ok200::of(page).of_version(version))
    }

    /// Edit a post
    ///
    /// What is given is changed, the rest stays. What it said before is kept in its history, once it is published. With the
    /// `ETag` of the post as `If-Match`, nothing is changed where somebody has changed it since; likes and comments do not
    /// count.
    #[oai(path = "/:post_id", method = "put", operation_id = "updatePost")]
    async fn edit(
        &self,
        Signed(actor): Signed,
        post_id: Path<PostId>,
        /// The `ETag` of the post as it was read.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
        body: Body<PostChange>,
    ) -> Answer<Ok200<Post>, Editing> {
        let read = etag::versions(if_match.0.as_deref());
        let mut tx = self.platform.db.begin().await?;
        posts::edit(&mut tx, actor, post_id.0, read.as_deref(), &body.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(self.post(actor.user, post_id.0).await?))
    }

    /// Delete a post
    ///
    /// It is gone for everybody at once, with its comments and reposts. Administrators delete those of others too.
    #[oai(path = "/:post_id", method = "delete", operation_id = "deletePost")]
    async fn delete(
        &self,
        Signed(actor): Signed,
        post_id: Path<PostId>,
    ) -> Answer<Ok200<Nothing>, Deleting> {
        let mut tx = self.platform.db.begin().await?;
        posts::delete(&mut tx, actor, post_id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(Nothing {}))
    }

    /// What a post said before
    ///
    /// Its history, the latest first, for those who may see it.
    #[oai(
        path = "/:post_id/edits",
        method = "get",
        operation_id = "listPostEdits"
    )]
    async fn edits(
        &self,
        Signed(actor): Signed,
        post_id: Path<PostId>,
        /// Most edits on the page.
        limit: Query<Option<u32>>,
        /// How many to skip.
        offset: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<List200<PostEdit>, Seeing> {
        let paging = Paging::asked(limit.0, offset.0, cursor.0)?;
        let span = span(&paging)?;
        let mut connection = self.platform.db.acquire().await?;
        let mut found = posts::edits(&mut connection, actor.user, post_id.0, &span).await?;
        let pagination = paging.cut(&mut found, |row| row.place);
        let data = found.rows;
        Ok(List200 { data, pagination })
    }

    /// Publish a draft
    ///
    /// Now, or at `publish_at`. Said again before it is published, it moves the time.
    #[oai(
        path = "/:post_id/publish",
        method = "post",
        operation_id = "publishPost"
    )]
    async fn publish(
        &self,
        Signed(actor): Signed,
        post_id: Path<PostId>,
        body: MaybeBody<Publishing>,
    ) -> Answer<Ok200<Post>, Planning> {
        let when = body.0.unwrap_or_default();
        let mut tx = self.platform.db.begin().await?;
        posts::publish(&mut tx, actor.user, post_id.0, &when).await?;
        let (storage, now) = (&self.platform.storage, tx.now());
        let post = posts::one(tx.connection(), storage, actor.user, post_id.0, now).await?;
        tx.commit().await?;
        Ok(Ok200::of(post))
    }

    /// Hold a scheduled post back
    ///
    /// It is a draft again. Doing it again changes nothing.
    #[oai(
        path = "/:post_id/publish",
        method = "delete",
        operation_id = "holdPostBack"
    )]
    async fn hold_back(
        &self,
        Signed(actor): Signed,
        post_id: Path<PostId>,
    ) -> Answer<Ok200<Post>, Planning> {
        let mut tx = self.platform.db.begin().await?;
        posts::hold_back(&mut tx, actor.user, post_id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(self.post(actor.user, post_id.0).await?))
    }
}

impl PostsApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }

    async fn post(&self, viewer: UserId, post: PostId) -> domain::Result<Post> {
        let (storage, now) = (&self.platform.storage, self.platform.clock.now());
        let mut connection = self.platform.db.acquire().await?;
        posts::one(&mut connection, storage, viewer, post, now).await
    }
}
