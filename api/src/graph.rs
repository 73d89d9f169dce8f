//! Following: following people, asking to, answering who asks.

mod lists;
mod quiet;
mod suggestions;

use std::sync::Arc;

use domain::graph::{self, AnsweredRequest, FollowRequest, FollowState, RemovedFollower, Span};
use domain::people::PersonRef;
use platform::Platform;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};

pub(crate) use lists::{ListsApi, Looking, people_page};
pub(crate) use quiet::QuietApi;
pub(crate) use suggestions::SuggestionsApi;

use crate::answer::{List200, Ok200};
use crate::apis::Tag;
use crate::auth::Signed;
use crate::page::Paging;
use crate::problem::{Answer, Refusals, Told};
use crate::users::NO_PERSON;

pub(crate) struct FollowsApi {
    platform: Arc<Platform>,
}

pub(crate) struct Following;
pub(crate) struct Naming;
pub(crate) struct Answering;

#[OpenApi(tag = "Tag::Graph")]
impl FollowsApi {
    /// Follow
    ///
    /// A private account is asked first: `is_requested` until its owner answers. Doing it again changes nothing.
    #[oai(
        path = "/users/:user_id/follow",
        method = "post",
        operation_id = "follow"
    )]
    async fn follow(
        &self,
        Signed(actor): Signed,
        user_id: Path<PersonRef>,
    ) -> Answer<Ok200<FollowState>, Following> {
        let mut tx = self.platform.db.begin().await?;
        let state = graph::follow(&mut tx, actor.user, &user_id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(state))
    }

    /// Follow no more
    ///
    /// A request that was not answered is withdrawn. Doing it again changes nothing.
    #[oai(
        path = "/users/:user_id/follow",
        method = "delete",
        operation_id = "unfollow"
    )]
    async fn unfollow(
        &self,
        Signed(actor): Signed,
        user_id: Path<PersonRef>,
    ) -> Answer<Ok200<FollowState>, Naming> {
        let mut tx = self.platform.db.begin().await?;
        let state = graph::unfollow(&mut tx, actor.user, &user_id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(state))
    }

    /// Remove a follower
    ///
    /// They are not told, and may follow again. A request of theirs ends too. Doing it again changes nothing.
    #[oai(
        path = "/users/me/followers/:user_id",
        method = "delete",
        operation_id = "removeFollower"
    )]
    async fn remove_follower(
        &self,
        Signed(actor): Signed,
        user_id: Path<PersonRef>,
    ) -> Answer<Ok200<RemovedFollower>, Naming> {
        let mut tx = self.platform.db.begin().await?;
        let removed = graph::remove_follower(&mut tx, actor.user, &user_id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(removed))
    }

    /// List who asks to follow me
    ///
    /// The latest first.
    #[oai(
        path = "/follow-requests",
        method = "get",
        operation_id = "listFollowRequests"
    )]
    async fn received(
        &self,
        Signed(actor): Signed,
        /// Most requests on the page.
        limit: Query<Option<u32>>,
        /// How many to skip.
        offset: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<List200<FollowRequest>> {
        let paging = Paging::asked(limit.0, offset.0, cursor.0)?;
        let mut connection = self.platform.db.acquire().await?;
        let mut found = graph::received(&mut connection, actor.user, &span(&paging)?).await?;
        let pagination = paging.cut(&mut found, |row| row.place);
        let data = graph::requesters(&mut connection, actor.user, &found.rows).await?;
        Ok(List200 { data, pagination })
    }

    /// List whom I ask to follow
    ///
    /// The latest first.
    #[oai(
        path = "/follow-requests/sent",
        method = "get",
        operation_id = "listSentFollowRequests"
    )]
    async fn sent(
        &self,
        Signed(actor): Signed,
        /// Most requests on the page.
        limit: Query<Option<u32>>,
        /// How many to skip.
        offset: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<List200<FollowRequest>> {
        let paging = Paging::asked(limit.0, offset.0, cursor.0)?;
        let mut connection = self.platform.db.acquire().await?;
        let mut found = graph::sent(&mut connection, actor.user, &span(&paging)?).await?;
        let pagination = paging.cut(&mut found, |row| row.place);
        let data = graph::requesters(&mut connection, actor.user, &found.rows).await?;
        Ok(List200 { data, pagination })
    }

    /// Accept a follower
    ///
    /// Who asked to follow me does. Where they have not asked, or it was answered, it is 404.
    #[oai(
        path = "/follow-requests/:user_id/accept",
        method = "post",
        operation_id = "acceptFollowRequest"
    )]
    async fn accept(
        &self,
        Signed(actor): Signed,
        user_id: Path<PersonRef>,
    ) -> Answer<Ok200<AnsweredRequest>, Answering> {
        let mut tx = self.platform.db.begin().await?;
        let answered = graph::accept(&mut tx, actor.user, &user_id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(answered))
    }

    /// Reject a follower
    ///
    /// They are not told, and may ask again. Where they have not asked, or it was answered, it is 404.
    #[oai(
        path = "/follow-requests/:user_id/reject",
        method = "post",
        operation_id = "rejectFollowRequest"
    )]
    async fn reject(
        &self,
        Signed(actor): Signed,
        user_id: Path<PersonRef>,
    ) -> Answer<Ok200<AnsweredRequest>, Answering> {
        let mut tx = self.platform.db.begin().await?;
        let answered = graph::reject(&mut tx, actor.user, &user_id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(answered))
    }
}

impl FollowsApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }
}

pub(crate) fn span(paging: &Paging) -> domain::Result<Span> {
    Ok(Span {
        after: paging.after()?,
        offset: paging.offset,
        limit: paging.limit,
    })
}

impl Refusals for Following {
    const LIST: &'static [Told] = &[
        NO_PERSON,
        Told::new(409, "self_follow", "People do not follow themselves."),
    ];
}

impl Refusals for Naming {
    const LIST: &'static [Told] = &[NO_PERSON];
}

impl Refusals for Answering {
    const LIST: &'static [Told] = &[Told::new(
        404,
        "not_found",
        "There is no such follow request.",
    )];
}
