//! Uploads past the API: announced here, put to the storage, completed here.

use std::sync::Arc;

use domain::MediaId;
use domain::media::{self, Media, NewUpload, Upload};
use platform::Platform;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;

use super::{FILE_TOO_LARGE, FILE_TYPE_UNSUPPORTED, QUOTA_EXCEEDED};
use crate::answer::{Accepted202, Created201, Nothing, Ok200};
use crate::apis::Tag;
use crate::auth::Signed;
use crate::body::Body;
use crate::problem::{Answer, Refusals, Told};

pub(crate) struct DirectApi {
    platform: Arc<Platform>,
}

const NO_UPLOAD: Told = Told::new(404, "not_found", "There is no such upload.");

struct Announcing;
struct Completing;
struct Aborting;

#[OpenApi(prefix_path = "/media/uploads", tag = "Tag::Media")]
impl DirectApi {
    /// Announce a direct upload
    ///
    /// For large files: answers where each part of the file is put, by PUT and without a token. A part that failed is put
    /// again alone. Then complete the upload.
    #[oai(path = "/", method = "post", operation_id = "announceUpload")]
    async fn announce(
        &self,
        Signed(actor): Signed,
        body: Body<NewUpload>,
    ) -> Answer<Created201<Upload>, Announcing> {
        let mut tx = self.platform.db.begin().await?;
        let upload = media::announce(&mut tx, &self.platform, actor.user, &body.0).await?;
        tx.commit().await?;
        Ok(Created201::of(upload))
    }

    /// Complete a direct upload
    ///
    /// All parts are there. What came is compared with what was announced behind the scenes: ask for the file until it is
    /// ready. Saying it twice is no error.
    #[oai(
        path = "/:media_id/complete",
        method = "post",
        operation_id = "completeUpload"
    )]
    async fn complete(
        &self,
        Signed(actor): Signed,
        media_id: Path<MediaId>,
    ) -> Answer<Accepted202<Media>, Completing> {
        let platform = &self.platform;
        media::complete(platform, actor.user, media_id.0).await?;
        let (storage, now) = (&platform.storage, platform.clock.now());
        let mut connection = platform.db.acquire().await?;
        let found = media::find(&mut connection, storage, actor.user, media_id.0, now).await?;
        Ok(Accepted202::of(found))
    }

    /// Call a direct upload off
    ///
    /// What was put is deleted. One that is completed is a file: delete that.
    #[oai(path = "/:media_id", method = "delete", operation_id = "abortUpload")]
    async fn abort(
        &self,
        Signed(actor): Signed,
        media_id: Path<MediaId>,
    ) -> Answer<Ok200<Nothing>, Aborting> {
        let mut tx = self.platform.db.begin().await?;
        media::abort(&mut tx, actor.user, media_id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(Nothing {}))
    }
}

impl DirectApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }
}

impl Refusals for Announcing {
    const LIST: &'static [Told] = &[QUOTA_EXCEEDED, FILE_TOO_LARGE, FILE_TYPE_UNSUPPORTED];
}

impl Refusals for Completing {
    const LIST: &'static [Told] = &[
        NO_UPLOAD,
        Told::new(
            409,
            "upload_incomplete",
            "Not all parts are there, or not all of each.",
        ),
        FILE_TYPE_UNSUPPORTED,
        Told::new(
            415,
            "file_type_wrong",
            "The file is not what it was announced as.",
        ),
    ];
}

impl Refusals for Aborting {
    const LIST: &'static [Told] = &[NO_UPLOAD];
}
