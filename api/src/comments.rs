//! Comments on posts.

use std::sync::Arc;

use domain::comments::{
    self, Comment, CommentChange, CommentLikeState, CommentSort, Level, NewComment,
};
use domain::people::PersonCard;
use domain::{CommentId, PostId, Result, UserId};
use platform::Platform;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};

use crate::answer::{Created201, List200, Nothing, Ok200};
use crate::apis::Tag;
use crate::auth::Signed;
use crate::body::Body;
use crate::graph::{people_page, span};
use crate::page::Paging;
use crate::posts::{NO_POST, Seeing as SeeingPost};
use crate::problem::{Answer, Refusals, Told};
use crate::users::NOT_YOURS;

pub(crate) struct CommentsApi {
    platform: Arc<Platform>,
}

/// Or not for whoever asks: the answer is the same.
const NO_COMMENT: Told = Told::new(404, "not_found", "There is no such comment.");

struct Commenting;

impl Refusals for Commenting {
    const LIST: &'static [Told] = &[
        Told::new(
            403,
            "comments_limited",
            "The author of this post does not take comments from you.",
        ),
        NO_POST,
    ];
}

struct Seeing;

impl Refusals for Seeing {
    const LIST: &'static [Told] = &[NO_COMMENT];
}

struct Changing;

impl Refusals for Changing {
    const LIST: &'static [Told] = &[NOT_YOURS, NO_COMMENT];
}

#[OpenApi(tag = "Tag::Posts")]
impl CommentsApi {
    /// Comment on a post
    ///
    /// Or answer a comment under it. Whom it mentions is told. Answers go four levels down; further ones stand beside what
    /// they answer.
    #[oai(
        path = "/posts/:post_id/comments",
        method = "post",
        operation_id = "createComment"
    )]
    async fn create(
        &self,
        Signed(actor): Signed,
        post_id: Path<PostId>,
        body: Body<NewComment>,
    ) -> Answer<Created201<Comment>, Commenting> {
        let mut tx = self.platform.db.begin().await?;
        let id = comments::create(&mut tx, actor.user, post_id.0, &body.0).await?;
        let comment = comments::one(tx.connection(), actor.user, id).await?;
        tx.commit().await?;
        Ok(Created201::of(comment))
    }

    /// List comments on a post
    ///
    /// Each with the first of its answers; further ones are in the list of its replies.
    #[oai(
        path = "/posts/:post_id/comments",
        method = "get",
        operation_id = "listComments"
    )]
    async fn of_post(
        &self,
        Signed(actor): Signed,
        post_id: Path<PostId>,
        /// Their order: `newest` where nothing is said.
        sort: Query<Option<CommentSort>>,
        /// Most comments on the page.
        limit: Query<Option<u32>>,
        /// How many to skip.
        offset: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<List200<Comment>, SeeingPost> {
        let paging = Paging::asked(limit.0, offset.0, cursor.0)?;
        let (span, sort) = (span(&paging)?, sort.0.unwrap_or_default());
        let found = {
            let mut connection = self.platform.db.acquire().await?;
            comments::of_post(&mut connection, actor.user, post_id.0, sort, &span).await?
        };
        Ok(self.show(actor.user, &paging, found).await?)
    }

    /// A comment
    ///
    /// With the first of its answers.
    #[oai(
        path = "/comments/:comment_id",
        method = "get",
        operation_id = "getComment"
    )]
    async fn one(
        &self,
        Signed(actor): Signed,
        comment_id: Path<CommentId>,
    ) -> Answer<Ok200<Comment>, Seeing> {
        let mut connection = self.platform.db.acquire().await?;
        let comment = comments::one(&mut connection, actor.user, comment_id.0).await?;
        Ok(Ok200::of(comment))
    }

    /// List answers to a comment
    ///
    /// As they were said, each with the first of its own.
    #[oai(
        path = "/comments/:comment_id/replies",
        method = "get",
        operation_id = "listReplies"
    )]
    async fn replies(
        &self,
        Signed(actor): Signed,
        comment_id: Path<CommentId>,
        /// Most comments on the page.
        limit: Query<Option<u32>>,
        /// How many to skip.
        offset: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<List200<Comment>, Seeing> {
        let paging = Paging::asked(limit.0, offset.0, cursor.0)?;
        let span = span(&paging)?;
        let found = {
            let mut connection = self.platform.db.acquire().await?;
            comments::replies(&mut connection, actor.user, comment_id.0, &span).await?
        };
        Ok(self.show(actor.user, &paging, found).await?)
    }

    /// Edit a comment
    ///
    /// One's own. It is marked as edited.
    #[oai(
        path = "/comments/:comment_id",
        method = "put",
        operation_id = "updateComment"
    )]
    async fn edit(
        &self,
        Signed(actor): Signed,
        comment_id: Path<CommentId>,
        body: Body<CommentChange>,
    ) -> Answer<Ok200<Comment>, Changing> {
        let mut tx = self.platform.db.begin().await?;
        comments::edit(&mut tx, actor.user, comment_id.0, &body.0).await?;
        let comment = comments::one(tx.connection(), actor.user, comment_id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(comment))
    }

    /// Delete a comment
    ///
    /// One's own, one under one's own post, or as an administrator any. One that has answers keeps its place, without
    /// words and author.
    #[oai(
        path = "/comments/:comment_id",
        method = "delete",
        operation_id = "deleteComment"
    )]
    async fn delete(
        &self,
        Signed(actor): Signed,
        comment_id: Path<CommentId>,
    ) -> Answer<Ok200<Nothing>, Changing> {
        let mut tx = self.platform.db.begin().await?;
        comments::delete(&mut tx, actor, comment_id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(Nothing {}))
    }

    /// Like a comment
    ///
    /// Doing it again changes nothing.
    #[oai(
        path = "/comments/:comment_id/like",
        method = "post",
        operation_id = "likeComment"
    )]
    async fn like(
        &self,
        Signed(actor): Signed,
        comment_id: Path<CommentId>,
    ) -> Answer<Ok200<CommentLikeState>, Seeing> {
        let mut tx = self.platform.db.begin().await?;
        let state = comments::like(&mut tx, actor.user, comment_id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(state))
    }

    /// Like a comment no more
    ///
    /// Doing it again changes nothing.
    #[oai(
        path = "/comments/:comment_id/like",
        method = "delete",
        operation_id = "unlikeComment"
    )]
    async fn unlike(
        &self,
        Signed(actor): Signed,
        comment_id: Path<CommentId>,
    ) -> Answer<Ok200<CommentLikeState>, Seeing> {
        let mut tx = self.platform.db.begin().await?;
        let state = comments::unlike(&mut tx, actor.user, comment_id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(state))
    }

    /// List who likes a comment
    ///
    /// The latest first.
    #[oai(
        path = "/comments/:comment_id/likes",
        method = "get",
        operation_id = "listCommentLikes"
    )]
    async fn likes(
        &self,
        Signed(actor): Signed,
        comment_id: Path<CommentId>,
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
            comments::likers(&mut connection, actor.user, comment_id.0, &span).await?
        };
        Ok(people_page(&self.platform, actor.user, &paging, found).await?)
    }
}

impl CommentsApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }

    /// A page of a level as the viewer sees it.
    async fn show(
        &self,
        viewer: UserId,
        paging: &Paging,
        mut found: Level,
    ) -> Result<List200<Comment>> {
        let pagination = paging.cut(&mut found, |comment| *comment);
        let mut connection = self.platform.db.acquire().await?;
        let data = comments::page(&mut connection, viewer, &found.rows).await?;
        Ok(List200 { data, pagination })
    }
}
