//! Quiet: blocking, and muting.

use std::sync::Arc;

use domain::graph::{self, BlockState, BlockedPerson, MuteRequest, MuteState, MutedPerson};
use domain::people::PersonRef;
use platform::Platform;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};

use super::{Naming, span};
use crate::answer::{List200, Ok200};
use crate::apis::Tag;
use crate::auth::Signed;
use crate::body::Body;
use crate::page::Paging;
use crate::problem::{Answer, Refusals, Told};
use crate::users::NO_PERSON;

pub(crate) struct QuietApi {
    platform: Arc<Platform>,
}

pub(crate) struct Blocking;
pub(crate) struct Muting;

#[OpenApi(tag = "Tag::Graph")]
impl QuietApi {
    /// Block
    ///
    /// From now on neither of the two exists for the other. Follows and requests between them end, both ways. Doing it
    /// again changes nothing.
    #[oai(
        path = "/users/:user_id/block",
        method = "post",
        operation_id = "block"
    )]
    async fn block(
        &self,
        Signed(actor): Signed,
        user_id: Path<PersonRef>,
    ) -> Answer<Ok200<BlockState>, Blocking> {
        let mut tx = self.platform.db.begin().await?;
        let state = graph::block(&mut tx, actor.user, &user_id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(state))
    }

    /// Block no more
    ///
    /// The follows that the block ended stay ended. Doing it again changes nothing.
    #[oai(
        path = "/users/:user_id/block",
        method = "delete",
        operation_id = "unblock"
    )]
    async fn unblock(
        &self,
        Signed(actor): Signed,
        user_id: Path<PersonRef>,
    ) -> Answer<Ok200<BlockState>, Naming> {
        let mut tx = self.platform.db.begin().await?;
        let state = graph::unblock(&mut tx, actor.user, &user_id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(state))
    }

    /// List whom I block
    ///
    /// The latest first, with as much as it takes to know them again.
    #[oai(path = "/blocks", method = "get", operation_id = "listBlocks")]
    async fn blocks(
        &self,
        Signed(actor): Signed,
        /// Most people on the page.
        limit: Query<Option<u32>>,
        /// How many to skip.
        offset: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<List200<BlockedPerson>> {
        let paging = Paging::asked(limit.0, offset.0, cursor.0)?;
        let mut connection = self.platform.db.acquire().await?;
        let mut found = graph::blocks(&mut connection, actor.user, &span(&paging)?).await?;
        let pagination = paging.cut(&mut found, |row| row.place);
        Ok(List200 {
            data: found.rows,
            pagination,
        })
    }

    /// Mute
    ///
    /// What they share is shown to me no more, for a while or until it is lifted. They are not told. Doing it again
    /// changes until when.
    #[oai(path = "/users/:user_id/mute", method = "post", operation_id = "mute")]
    async fn mute(
        &self,
        Signed(actor): Signed,
        user_id: Path<PersonRef>,
        body: Body<MuteRequest>,
    ) -> Answer<Ok200<MuteState>, Muting> {
        let mut tx = self.platform.db.begin().await?;
        let state = graph::mute(&mut tx, actor.user, &user_id.0, &body.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(state))
    }

    /// Mute no more
    ///
    /// Doing it again changes nothing.
    #[oai(
        path = "/users/:user_id/mute",
        method = "delete",
        operation_id = "unmute"
    )]
    async fn unmute(
        &self,
        Signed(actor): Signed,
        user_id: Path<PersonRef>,
    ) -> Answer<Ok200<MuteState>, Naming> {
        let mut tx = self.platform.db.begin().await?;
        let state = graph::unmute(&mut tx, actor.user, &user_id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(state))
    }

    /// List whom I mute
    ///
    /// The latest first. Mutes whose time has passed are over.
    #[oai(path = "/mutes", method = "get", operation_id = "listMutes")]
    async fn mutes(
        &self,
        Signed(actor): Signed,
        /// Most people on the page.
        limit: Query<Option<u32>>,
        /// How many to skip.
        offset: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<List200<MutedPerson>> {
        let paging = Paging::asked(limit.0, offset.0, cursor.0)?;
        let (span, now) = (span(&paging)?, self.platform.clock.now());
        let mut connection = self.platform.db.acquire().await?;
        let mut found = graph::mutes(&mut connection, actor.user, now, &span).await?;
        let pagination = paging.cut(&mut found, |row| row.place);
        let data = graph::muted(&mut connection, actor.user, &found.rows).await?;
        Ok(List200 { data, pagination })
    }
}

impl QuietApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }
}

impl Refusals for Blocking {
    const LIST: &'static [Told] = &[
        NO_PERSON,
        Told::new(409, "self_block", "People do not block themselves."),
    ];
}

impl Refusals for Muting {
    const LIST: &'static [Told] = &[
        NO_PERSON,
        Told::new(409, "self_mute", "People do not mute themselves."),
    ];
}
