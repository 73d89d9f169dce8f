//! What happened to a person.

use std::sync::Arc;

use domain::NotificationId;
use domain::notifications::{
    self, Dismissed, Filter, Notification, ReadAll, ReadAllRequest, ReadState, UnreadCount,
};
use domain::settings::NotificationType;
use platform::Platform;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};

use crate::answer::{List200, Ok200};
use crate::apis::Tag;
use crate::auth::Signed;
use crate::body::MaybeBody;
use crate::page::{Paging, cursor};
use crate::problem::{Answer, Refusals, Told};

pub(crate) struct NotificationsApi {
    platform: Arc<Platform>,
}

struct Naming;

impl Refusals for Naming {
    const LIST: &'static [Told] = &[Told::new(
        404,
        "not_found",
        "There is no such notification.",
    )];
}

#[OpenApi(prefix_path = "/notifications", tag = "Tag::Notifications")]
impl NotificationsApi {
    /// My notifications
    ///
    /// The latest first. What many did to one thing on one day (UTC) is one of them, with who did it last and how many did
    /// it; it moves up, unread, when somebody joins, and goes when nobody is left. What whoever asks may not see any more is
    /// left out.
    #[oai(path = "/", method = "get", operation_id = "listNotifications")]
    async fn list(
        &self,
        Signed(actor): Signed,
        /// Only those that are unread, or (`false`) only those that are read.
        unread: Query<Option<bool>>,
        /// Only those of a kind.
        r#type: Query<Option<NotificationType>>,
        /// Most notifications on the page.
        limit: Query<Option<u32>>,
        /// How many to skip.
        offset: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<List200<Notification>> {
        let paging = Paging::asked(limit.0, offset.0, cursor.0)?;
        let filter = Filter {
            unread: unread.0,
            kind: r#type.0,
            after: paging.after()?,
            offset: paging.offset,
            limit: paging.limit,
        };
        let defaults = &self.platform.config.people;
        let mut connection = self.platform.db.acquire().await?;
        let found = notifications::list(&mut connection, defaults, actor.user, &filter).await?;
        let mut data = found.rows;
        let pagination = paging.of(&mut data, found.total, found.total_is_estimate, |one| {
            self::cursor(&one.place)
        });
        Ok(List200 { data, pagination })
    }

    /// Count unread notifications
    ///
    /// Up to 500.
    #[oai(
        path = "/unread-count",
        method = "get",
        operation_id = "countUnreadNotifications"
    )]
    async fn unread_count(&self, Signed(actor): Signed) -> Answer<Ok200<UnreadCount>> {
        let mut connection = self.platform.db.acquire().await?;
        let count = notifications::unread_count(&mut connection, actor.user).await?;
        Ok(Ok200::of(count))
    }

    /// Read all notifications
    ///
    /// Up to the `place` of the latest that was shown. What gains something meanwhile stays unread.
    #[oai(
        path = "/read-all",
        method = "put",
        operation_id = "readAllNotifications"
    )]
    async fn read_all(
        &self,
        Signed(actor): Signed,
        body: MaybeBody<ReadAllRequest>,
    ) -> Answer<Ok200<ReadAll>> {
        let mut tx = self.platform.db.begin().await?;
        let request = body.0.unwrap_or_default();
        let read = notifications::read_all(&mut tx, actor.user, &request).await?;
        tx.commit().await?;
        Ok(Ok200::of(read))
    }

    /// Read a notification
    ///
    /// Doing it again changes nothing.
    #[oai(
        path = "/:notification_id/read",
        method = "put",
        operation_id = "readNotification"
    )]
    async fn read(
        &self,
        Signed(actor): Signed,
        notification_id: Path<NotificationId>,
    ) -> Answer<Ok200<ReadState>, Naming> {
        let mut tx = self.platform.db.begin().await?;
        let read = notifications::read(&mut tx, actor.user, notification_id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(read))
    }

    /// Delete a notification
    ///
    /// It comes back when somebody joins those who did it on its day.
    #[oai(
        path = "/:notification_id",
        method = "delete",
        operation_id = "deleteNotification"
    )]
    async fn delete(
        &self,
        Signed(actor): Signed,
        notification_id: Path<NotificationId>,
    ) -> Answer<Ok200<Dismissed>, Naming> {
        let mut tx = self.platform.db.begin().await?;
        let dismissed = notifications::dismiss(&mut tx, actor.user, notification_id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(dismissed))
    }
}

impl NotificationsApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }
}
