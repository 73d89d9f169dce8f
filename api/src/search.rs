//! Finding posts and hashtags.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::hashtags::{self, Hashtag, TagBeginning};
use domain::people::PersonRef;
use domain::posts::{self, Post, PostKind};
use domain::search::{self, Filter, Place, Query as PostQuery};
use domain::{Error, PostId, Result, UserId};
use platform::Platform;
use poem_openapi::OpenApi;
use poem_openapi::param::Query;

use crate::answer::List200;
use crate::apis::Tag;
use crate::auth::Signed;
use crate::page::{Pagination, Paging, cursor};
use crate::problem::{Answer, Refusals};
use crate::users::NO_PERSON;

pub(crate) struct SearchApi {
    platform: Arc<Platform>,
}

struct Finding;

impl Refusals for Finding {
    const LIST: &'static [crate::problem::Told] = &[NO_PERSON];
}

#[OpenApi(prefix_path = "/search", tag = "Tag::Posts")]
impl SearchApi {
    /// Search posts
    ///
    /// By the words of captions and hashtags, the most relevant and the freshest first; only what whoever asks may see.
    /// All words have to be there; `"in this order"`, `-not this`, `this or that` and `#hashtag` are understood. The last
    /// word may be the beginning of one, unless a space follows. Case and accents do not matter. A page may be short of
    /// its limit and have a next one.
    #[oai(path = "/posts", method = "get", operation_id = "searchPosts")]
    #[expect(clippy::too_many_arguments, reason = "one a query parameter")]
    async fn posts(
        &self,
        Signed(actor): Signed,
        /// What is typed.
        q: Query<PostQuery>,
        /// Posts of this type.
        r#type: Query<Option<PostKind>>,
        /// Posts of this person.
        from: Query<Option<PersonRef>>,
        /// Posts with this hashtag.
        hashtag: Query<Option<posts::Hashtag>>,
        /// Published then or later.
        since: Query<Option<DateTime<Utc>>>,
        /// Published before.
        until: Query<Option<DateTime<Utc>>>,
        /// Most posts on the page.
        limit: Query<Option<u32>>,
        /// How many to skip, at most 500; use `cursor` to go further.
        offset: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<List200<Post>, Finding> {
        let paging = Paging::asked(limit.0, offset.0, cursor.0)?;
        let filter = Filter {
            kind: r#type.0,
            from: from.0,
            hashtag: hashtag.0,
            since: since.0,
            until: until.0,
        };
        let (ids, pagination) = self.find(actor.user, &q.0, &filter, &paging).await?;
        let (storage, now) = (&self.platform.storage, self.platform.clock.now());
        let mut connection = self.platform.db.acquire().await?;
        let data = posts::views(&mut connection, storage, actor.user, &ids, now).await?;
        Ok(List200 { data, pagination })
    }

    /// Suggest hashtags
    ///
    /// Those that begin with what is typed, the most used first: the very one before all. Only what public posts have.
    #[oai(path = "/hashtags", method = "get", operation_id = "searchHashtags")]
    async fn hashtags(
        &self,
        _signed: Signed,
        /// What is typed, with or without a #.
        q: Query<TagBeginning>,
        /// Most hashtags on the page.
        limit: Query<Option<u32>>,
    ) -> Answer<List200<Hashtag>> {
        let limit = Paging::asked(limit.0, None, None)?.limit;
        let mut connection = self.platform.db.acquire().await?;
        let data = hashtags::suggestions(&mut connection, &q.0, limit).await?;
        let pagination = Pagination::whole(data.len());
        Ok(List200 { data, pagination })
    }
}

/// Further in, a search is ranked through all it skips.
const FURTHEST: i64 = 500;

impl SearchApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }

    async fn find(
        &self,
        viewer: UserId,
        query: &PostQuery,
        filter: &Filter,
        paging: &Paging,
    ) -> Result<(Vec<PostId>, Pagination)> {
        if paging.offset > FURTHEST {
            let detail = format!("can be at most {FURTHEST}; use `cursor` to go further");
            return Err(Error::invalid("offset", "too_large", detail));
        }
        let after = paging.after::<Place>()?;
        let most = paging.offset + paging.limit;
        let mut connection = self.platform.db.acquire().await?;
        let page = search::posts(&mut connection, viewer, query, filter, after, most).await?;
        let found = i64::try_from(page.found.len()).unwrap_or(most);
        let skipped = usize::try_from(paging.offset).unwrap_or_default();
        let ids = page.found.iter().skip(skipped).map(|found| found.post);
        // Counting all that are found would cost more than finding these: so many there are at least.
        let pagination = Pagination {
            total: found + i64::from(page.next.is_some()),
            limit: paging.limit,
            offset: paging.offset,
            has_more: page.next.is_some(),
            next_cursor: page.next.as_ref().map(cursor),
            total_is_estimate: page.next.is_some() || paging.cursor.is_some(),
        };
        Ok((ids.collect(), pagination))
    }
}
