//! People to follow.

use std::sync::Arc;

use domain::graph::{self, Span, Suggestion};
use domain::people::PersonRef;
use platform::Platform;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};

use super::Naming;
use crate::answer::{List200, Nothing, Ok200};
use crate::apis::Tag;
use crate::auth::Signed;
use crate::page::Paging;
use crate::problem::Answer;

pub(crate) struct SuggestionsApi {
    platform: Arc<Platform>,
}

#[OpenApi(tag = "Tag::Graph")]
impl SuggestionsApi {
    /// Whom to follow
    ///
    /// Those first whom most of the people I follow do, then the most followed of all, verified people first. Nobody
    /// whom I follow, asked to follow, mute or dismissed. At most 500.
    #[oai(
        path = "/users/suggestions",
        method = "get",
        operation_id = "listSuggestions"
    )]
    async fn list(
        &self,
        Signed(actor): Signed,
        /// Most people on the page.
        limit: Query<Option<u32>>,
        /// How many to skip.
        offset: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<List200<Suggestion>> {
        let paging = Paging::asked(limit.0, offset.0, cursor.0)?;
        // The order changes with every follow: a cursor is a number of people here.
        let skipped = paging.after::<u32>()?.map_or(paging.offset, i64::from);
        let span = Span {
            after: None,
            offset: skipped,
            limit: paging.limit,
        };
        let now = self.platform.clock.now();
        let mut connection = self.platform.db.acquire().await?;
        let mut found = graph::suggest(&mut connection, actor.user, now, &span).await?;
        let pagination = paging.cut(&mut found, |_| skipped + paging.limit);
        let data = graph::suggestions(&mut connection, actor.user, &found.rows).await?;
        Ok(List200 { data, pagination })
    }

    /// Dismiss a suggestion
    ///
    /// That person is suggested no more. Doing it again changes nothing.
    #[oai(
        path = "/users/suggestions/:user_id",
        method = "delete",
        operation_id = "dismissSuggestion"
    )]
    async fn dismiss(
        &self,
        Signed(actor): Signed,
        user_id: Path<PersonRef>,
    ) -> Answer<Ok200<Nothing>, Naming> {
        let mut tx = self.platform.db.begin().await?;
        graph::dismiss(&mut tx, actor.user, &user_id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(Nothing {}))
    }
}

impl SuggestionsApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }
}
