//! Feeds: of those one follows, and of others.

use std::sync::Arc;

use domain::feed::{self, ExplorePlace, Span};
use domain::posts::Post;
use platform::Platform;
use poem_openapi::OpenApi;
use poem_openapi::param::Query;

use crate::answer::List200;
use crate::apis::Tag;
use crate::auth::Signed;
use crate::page::{Pagination, Paging, cursor};
use crate::problem::Answer;

pub(crate) struct FeedApi {
    platform: Arc<Platform>,
}

#[OpenApi(prefix_path = "/posts", tag = "Tag::Posts")]
impl FeedApi {
    /// Read the feed
    ///
    /// What the people I follow have posted and reposted, and I myself, the latest first. Posts that arrive while
    /// somebody reads on do not shift their pages: a `cursor` goes on below the last post it was given with, and an
    /// `offset` counts, for five minutes, from where the first page of the same session began. A page can be shorter than
    /// `limit` although there are more: `next_cursor` says so.
    #[oai(path = "/feed", method = "get", operation_id = "readFeed")]
    async fn home(
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
        let span = Span {
            after: paging.after()?,
            offset: paging.offset,
            limit: paging.limit,
        };
        let home = feed::home(&self.platform, &actor, &span).await?;
        let next = home.next.as_ref().map(self::cursor);
        let pagination = shown(&paging, home.total, home.total_is_estimate, next);
        let data = home.posts;
        Ok(List200 { data, pagination })
    }

    /// Explore
    ///
    /// Public posts of people I do not follow, those first that move many in short time. They are ranked anew every five
    /// minutes; pages by `cursor` go on in the ranking they began with.
    #[oai(path = "/explore", method = "get", operation_id = "explorePosts")]
    async fn explore(
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
        let span: Span<ExplorePlace> = Span {
            after: paging.after()?,
            offset: paging.offset,
            limit: paging.limit,
        };
        let explored = feed::explore(&self.platform, &actor, &span).await?;
        let next = explored.next.as_ref().map(self::cursor);
        let pagination = shown(&paging, explored.total, true, next);
        let data = explored.posts;
        Ok(List200 { data, pagination })
    }
}

impl FeedApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }
}

fn shown(
    paging: &Paging,
    total: i64,
    total_is_estimate: bool,
    next_cursor: Option<String>,
) -> Pagination {
    Pagination {
        total,
        limit: paging.limit,
        offset: paging.offset,
        has_more: next_cursor.is_some(),
        next_cursor,
        total_is_estimate,
    }
}
