//! Lists of posts.

use std::sync::Arc;

use domain::graph::Found;
use domain::people::PersonRef;
use domain::posts::{self, Placed, Post};
use domain::{Result, UserId};
use platform::Platform;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};

use crate::answer::List200;
use crate::apis::Tag;
use crate::auth::Signed;
use crate::graph::{Looking, span};
use crate::page::Paging;
use crate::problem::Answer;

pub(crate) struct PostListsApi {
    platform: Arc<Platform>,
}

#[OpenApi(tag = "Tag::Posts")]
impl PostListsApi {
    /// List a person's posts
    ///
    /// The latest first, reposts among them. Of a private account only to those who follow it.
    #[oai(
        path = "/users/:user_id/posts",
        method = "get",
        operation_id = "listPersonPosts"
    )]
    async fn of_person(
        &self,
        Signed(actor): Signed,
        user_id: Path<PersonRef>,
        /// Most posts on the page.
        limit: Query<Option<u32>>,
        /// How many to skip.
        offset: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<List200<Post>, Looking> {
        let paging = Paging::asked(limit.0, offset.0, cursor.0)?;
        let span = span(&paging)?;
        let found = {
            let mut connection = self.platform.db.acquire().await?;
            posts::of_person(&mut connection, actor.user, &user_id.0, &span).await?
        };
        Ok(self.show(actor.user, &paging, found).await?)
    }

    /// List saved posts
    ///
    /// What I saved and may still see, the latest saved first.
    #[oai(path = "/posts/saved", method = "get", operation_id = "listSavedPosts")]
    async fn saved(
        &self,
        Signed(actor): Signed,
        /// Most posts on the page.
        limit: Query<Option<u32>>,
        /// How many to skip.
        offset: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<List200<Post>> {
        let paging = Paging::asked(limit.0, offset.0, cursor.0)?;
        let span = span(&paging)?;
        let found = {
            let mut connection = self.platform.db.acquire().await?;
            posts::saved(&mut connection, actor.user, &span).await?
        };
        Ok(self.show(actor.user, &paging, found).await?)
    }

    /// List drafts
    ///
    /// Mine, and those that are published by themselves later: the latest made first.
    #[oai(path = "/posts/drafts", method = "get", operation_id = "listDrafts")]
    async fn drafts(
        &self,
        Signed(actor): Signed,
        /// Most posts on the page.
        limit: Query<Option<u32>>,
        /// How many to skip.
        offset: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<List200<Post>> {
        let paging = Paging::asked(limit.0, offset.0, cursor.0)?;
        let span = span(&paging)?;
        let found = {
            let mut connection = self.platform.db.acquire().await?;
            posts::unpublished(&mut connection, actor.user, &span).await?
        };
        Ok(self.show(actor.user, &paging, found).await?)
    }
}

impl PostListsApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }

    /// A page of posts as the viewer sees them.
    async fn show(
        &self,
        viewer: UserId,
        paging: &Paging,
        mut found: Found<Placed>,
    ) -> Result<List200<Post>> {
        let pagination = paging.cut(&mut found, |row| row.place);
        let (storage, now) = (&self.platform.storage, self.platform.clock.now());
        let mut connection = self.platform.db.acquire().await?;
        let data = posts::page(&mut connection, storage, viewer, &found.rows, now).await?;
        Ok(List200 { data, pagination })
    }
}
