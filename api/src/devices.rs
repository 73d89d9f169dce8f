//! Installations of applications that get pushes.

use std::sync::Arc;

use domain::DeviceId;
use domain::devices::{self, Device, NewDevice};
use platform::Platform;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;

use crate::answer::{Created201, List200, Nothing, Ok200};
use crate::apis::Tag;
use crate::auth::Signed;
use crate::body::Body;
use crate::page::Pagination;
use crate::problem::{Answer, Refusals, Told};

pub(crate) struct DevicesApi {
    platform: Arc<Platform>,
}

struct Removing;

#[OpenApi(prefix_path = "/devices", tag = "Tag::Notifications")]
impl DevicesApi {
    /// My devices
    ///
    /// The installations that get pushes, the last registered first: one a session at most. Their tokens are not shown.
    #[oai(path = "/", method = "get", operation_id = "listDevices")]
    async fn list(&self, Signed(actor): Signed) -> Answer<List200<Device>> {
        let mut connection = self.platform.db.acquire().await?;
        let now = self.platform.clock.now();
        let data = devices::list(&mut connection, actor, now).await?;
        let pagination = Pagination::whole(data.len());
        Ok(List200 { data, pagination })
    }

    /// Register a device
    ///
    /// With the token that FCM gave the installation; again whenever it gives another, and at each start. It belongs to
    /// whoever registered it last, and to their session: signing out, or ending the session from elsewhere, ends its
    /// pushes. A device that FCM does not know any more is removed.
    #[oai(path = "/", method = "post", operation_id = "registerDevice")]
    async fn register(
        &self,
        Signed(actor): Signed,
        body: Body<NewDevice>,
    ) -> Answer<Created201<Device>> {
        let mut tx = self.platform.db.begin().await?;
        let device = devices::register(&mut tx, actor, &body.0).await?;
        tx.commit().await?;
        Ok(Created201::of(device))
    }

    /// Remove a device
    ///
    /// It gets no more pushes; its session stays.
    #[oai(path = "/:id", method = "delete", operation_id = "removeDevice")]
    async fn remove(
        &self,
        Signed(actor): Signed,
        id: Path<DeviceId>,
    ) -> Answer<Ok200<Nothing>, Removing> {
        let mut tx = self.platform.db.begin().await?;
        devices::remove(&mut tx, actor.user, id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(Nothing {}))
    }
}

impl DevicesApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }
}

impl Refusals for Removing {
    const LIST: &'static [Told] = &[Told::new(404, "not_found", "You have no such device.")];
}
