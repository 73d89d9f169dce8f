//! What is trending.

use std::sync::Arc;

use domain::PostId;
use domain::audit::Operator;
use domain::people::Right;
use domain::posts::{self, Hashtag, Post};
use domain::trends::{self, TrendPoint, TrendState, TrendingHashtag};
use platform::Platform;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};

use crate::answer::{List200, Ok200};
use crate::apis::Tag;
use crate::auth::Signed;
use crate::hashtags::{NO_HASHTAG, Naming};
use crate::page::{Pagination, Paging, cursor};
use crate::problem::{Answer, Refusals, Told, catalog};

pub(crate) struct TrendsApi {
    platform: Arc<Platform>,
}

struct Curating;

impl Refusals for Curating {
    const LIST: &'static [Told] = &[catalog::FORBIDDEN, NO_HASHTAG];
}

/// What a history shows where nothing is said, and at most.
const DAYS: u16 = 7;
const MOST_DAYS: u16 = 30;

#[OpenApi(tag = "Tag::Posts")]
impl TrendsApi {
    /// Trending hashtags
    ///
    /// Those that far more people than usual use, the first first: by public posts of accounts that stand well, everybody
    /// once. Computed every five minutes.
    #[oai(
        path = "/trending/hashtags",
        method = "get",
        operation_id = "listTrendingHashtags"
    )]
    async fn hashtags(
        &self,
        _signed: Signed,
        /// Most hashtags on the page.
        limit: Query<Option<u32>>,
        /// How many to skip.
        offset: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<List200<TrendingHashtag>> {
        let paging = Paging::asked(limit.0, offset.0, cursor.0)?;
        let after = paging.after()?.unwrap_or(0);
        let (offset, limit, now) = (paging.offset, paging.limit, self.platform.clock.now());
        let mut connection = self.platform.db.acquire().await?;
        let mut data = trends::hashtags(&mut connection, now, after, offset, limit).await?;
        let here = i64::try_from(data.len()).unwrap_or(limit);
        let more = here > limit || paging.cursor.is_some();
        let pagination = paging.of(&mut data, offset + here, more, |tag| {
            self::cursor(&tag.trending_rank)
        });
        Ok(List200 { data, pagination })
    }

    /// How a hashtag trended
    ///
    /// Hour by hour, the earliest first. Hours in which it was not trending are left out.
    #[oai(
        path = "/trending/hashtags/:tag/history",
        method = "get",
        operation_id = "getHashtagHistory"
    )]
    async fn history(
        &self,
        Signed(actor): Signed,
        tag: Path<Hashtag>,
        /// So many days back: 7 where nothing is said, at most 30.
        days: Query<Option<u16>>,
    ) -> Answer<List200<TrendPoint>, Naming> {
        let days = days.0.unwrap_or(DAYS).clamp(1, MOST_DAYS);
        let now = self.platform.clock.now();
        let mut connection = self.platform.db.acquire().await?;
        let data = trends::history(&mut connection, actor.user, &tag.0, days, now).await?;
        let pagination = Pagination::whole(data.len());
        Ok(List200 { data, pagination })
    }

    /// Trending posts
    ///
    /// Those that far more people than usual like, comment on, and show again, the first first; only what whoever asks
    /// may see. Computed every five minutes.
    #[oai(
        path = "/trending/posts",
        method = "get",
        operation_id = "listTrendingPosts"
    )]
    async fn posts(
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
        let after = paging.after()?.unwrap_or(0);
        let (offset, limit, now) = (paging.offset, paging.limit, self.platform.clock.now());
        let (viewer, storage) = (actor.user, &self.platform.storage);
        let mut connection = self.platform.db.acquire().await?;
        let mut found = trends::posts(&mut connection, viewer, now, after, offset, limit).await?;
        let here = i64::try_from(found.len()).unwrap_or(limit);
        let more = here > limit || paging.cursor.is_some();
        let pagination = paging.of(&mut found, offset + here, more, |one| {
            self::cursor(&one.rank)
        });
        let ids: Vec<PostId> = found.iter().map(|one| one.post).collect();
        let data = posts::views(&mut connection, storage, viewer, &ids, now).await?;
        Ok(List200 { data, pagination })
    }

    /// Keep a hashtag from trending
    ///
    /// At once. Its page and searches stay as they are. In the audit.
    #[oai(
        path = "/admin/trends/hashtags/:tag",
        method = "put",
        operation_id = "hideTrendingHashtag"
    )]
    async fn hide(
        &self,
        Signed(actor): Signed,
        tag: Path<Hashtag>,
    ) -> Answer<Ok200<TrendState>, Curating> {
        actor.require(Right::CurateTrends)?;
        let mut tx = self.platform.db.begin().await?;
        let by = Operator::person(actor.user);
        let state = trends::hide(&mut tx, &by, &tag.0, true).await?;
        tx.commit().await?;
        Ok(Ok200::of(state))
    }

    /// Let a hashtag trend again
    ///
    /// From the next computation on. In the audit.
    #[oai(
        path = "/admin/trends/hashtags/:tag",
        method = "delete",
        operation_id = "showTrendingHashtag"
    )]
    async fn show(
        &self,
        Signed(actor): Signed,
        tag: Path<Hashtag>,
    ) -> Answer<Ok200<TrendState>, Curating> {
        actor.require(Right::CurateTrends)?;
        let mut tx = self.platform.db.begin().await?;
        let by = Operator::person(actor.user);
        let state = trends::hide(&mut tx, &by, &tag.0, false).await?;
        tx.commit().await?;
        Ok(Ok200::of(state))
    }
}

impl TrendsApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }
}
