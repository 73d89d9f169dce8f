//! Who follows whom.

use std::sync::Arc;

use domain::graph::{self, Found, Listed};
use domain::people::{self, PersonCard, PersonRef};
use domain::{Result, UserId};
use platform::Platform;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};

use super::{Naming, span};
use crate::answer::List200;
use crate::apis::Tag;
use crate::auth::Signed;
use crate::page::Paging;
use crate::problem::{Answer, Refusals, Told};
use crate::users::NO_PERSON;

pub(crate) struct ListsApi {
    platform: Arc<Platform>,
}

pub(crate) struct Looking;

#[OpenApi(tag = "Tag::Graph")]
impl ListsApi {
    /// List followers
    ///
    /// The latest first. Of a private account only to those who follow it.
    #[oai(
        path = "/users/:user_id/followers",
        method = "get",
        operation_id = "listFollowers"
    )]
    async fn followers(
        &self,
        Signed(actor): Signed,
        user_id: Path<PersonRef>,
        /// Most people on the page.
        limit: Query<Option<u32>>,
        /// How many to skip.
        offset: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<List200<PersonCard>, Looking> {
        let paging = Paging::asked(limit.0, offset.0, cursor.0)?;
        let span = span(&paging)?;
        let found = {
            let mut connection = self.platform.db.acquire().await?;
            graph::followers(&mut connection, actor.user, &user_id.0, &span).await?
        };
        Ok(people_page(&self.platform, actor.user, &paging, found).await?)
    }

    /// List followed people
    ///
    /// Whom a person follows, the latest first. Of a private account only to those who follow it.
    #[oai(
        path = "/users/:user_id/following",
        method = "get",
        operation_id = "listFollowing"
    )]
    async fn following(
        &self,
        Signed(actor): Signed,
        user_id: Path<PersonRef>,
        /// Most people on the page.
        limit: Query<Option<u32>>,
        /// How many to skip.
        offset: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<List200<PersonCard>, Looking> {
        let paging = Paging::asked(limit.0, offset.0, cursor.0)?;
        let span = span(&paging)?;
        let found = {
            let mut connection = self.platform.db.acquire().await?;
            graph::following(&mut connection, actor.user, &user_id.0, &span).await?
        };
        Ok(people_page(&self.platform, actor.user, &paging, found).await?)
    }

    /// List mutuals
    ///
    /// Who of the people I follow follows that person: the latest whom I followed first.
    #[oai(
        path = "/users/:user_id/mutuals",
        method = "get",
        operation_id = "listMutuals"
    )]
    async fn mutuals(
        &self,
        Signed(actor): Signed,
        user_id: Path<PersonRef>,
        /// Most people on the page.
        limit: Query<Option<u32>>,
        /// How many to skip.
        offset: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<List200<PersonCard>, Naming> {
        let paging = Paging::asked(limit.0, offset.0, cursor.0)?;
        let span = span(&paging)?;
        let found = {
            let mut connection = self.platform.db.acquire().await?;
            graph::mutuals(&mut connection, actor.user, &user_id.0, &span).await?
        };
        Ok(people_page(&self.platform, actor.user, &paging, found).await?)
    }
}

impl ListsApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }
}

/// A page of people, with their cards as the viewer sees them.
pub(crate) async fn people_page(
    platform: &Platform,
    viewer: UserId,
    paging: &Paging,
    mut found: Found<Listed>,
) -> Result<List200<PersonCard>> {
    let pagination = paging.cut(&mut found, |row| row.place);
    let people: Vec<UserId> = found.rows.iter().map(|row| row.person).collect();
    let mut connection = platform.db.acquire().await?;
    let data = people::cards(&mut connection, viewer, &people).await?;
    Ok(List200 { data, pagination })
}

impl Refusals for Looking {
    const LIST: &'static [Told] = &[
        NO_PERSON,
        Told::new(
            403,
            "account_private",
            "Only those who follow this account see that.",
        ),
    ];
}
