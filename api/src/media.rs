//! Files of people: pictures, videos, sounds, documents.

mod direct;
pub(crate) mod form;
mod pictures;
mod report;

use std::sync::Arc;

use domain::MediaId;
use domain::media::{self, Media, MediaChange, MediaState};
use platform::Platform;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use uuid::Uuid;

pub(crate) use direct::DirectApi;
pub(crate) use pictures::PicturesApi;
pub(crate) use report::VideoReportsApi;

use crate::answer::{Created201, List200, Nothing, Ok200, Progressing};
use crate::apis::Tag;
use crate::auth::Signed;
use crate::body::Body;
use crate::page::{self, Paging};
use crate::problem::{Answer, FieldProblem, Problem, Refusal, Refusals, Told};
use form::{A_FILE, FileForm};

pub(crate) struct MediaApi {
    platform: Arc<Platform>,
}

pub(crate) const NO_FILE: Told = Told::new(404, "not_found", "There is no such file.");

pub(crate) const FILE_TOO_LARGE: Told = Told::new(
    413,
    "file_too_large",
    "A file of this kind can have at most 10485760 bytes.",
);

pub(crate) const FILE_TYPE_UNSUPPORTED: Told = Told::new(
    415,
    "file_type_unsupported",
    "Pictures, videos, sounds and documents are taken; this file is none of them, whatever its name says.",
);

pub(crate) const QUOTA_EXCEEDED: Told = Told::new(
    409,
    "quota_exceeded",
    "Your files have no room for this one; delete others first.",
);

const FAILED: Told = Told::new(422, "media_failed", "Nothing could be made of this file.");

struct Uploading;
struct Seeing;
struct Changing;
struct Deleting;

#[OpenApi(prefix_path = "/media", tag = "Tag::Media")]
impl MediaApi {
    /// Upload a file
    ///
    /// A picture, a video, a sound or a document, as a form. What it is is told by its bytes and not by its name. Sounds
    /// and documents are ready at once; of pictures and videos smaller forms are made first: ask for the file until it is
    /// ready. A file that nothing shows for a day is deleted, so that one sent twice does no harm; an Idempotency-Key is
    /// not looked at.
    #[oai(path = "/", method = "post", operation_id = "uploadMedia")]
    async fn upload(
        &self,
        Signed(actor): Signed,
        form: FileForm,
    ) -> Answer<Created201<Media>, Uploading> {
        let form = form.read(&self.platform, actor.user, A_FILE).await?;
        let id = form.keep_one(&self.platform).await?;
        Ok(Created201::of(self.find(actor.user, id).await?))
    }

    /// My files
    ///
    /// The newest first, also those that nothing shows.
    #[oai(path = "/", method = "get", operation_id = "listMedia")]
    async fn list(
        &self,
        Signed(actor): Signed,
        /// Most files on the page.
        limit: Query<Option<u32>>,
        /// How many to skip.
        offset: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<List200<Media>> {
        let paging = Paging::asked(limit.0, offset.0, cursor.0)?;
        let (after, span) = (paging.after::<Uuid>()?, (paging.offset, paging.limit));
        let (storage, now) = (&self.platform.storage, self.platform.clock.now());
        let mut connection = self.platform.db.acquire().await?;
        let mut data = media::list(&mut connection, storage, actor.user, after, span, now).await?;
        let total = media::count(&mut connection, actor.user).await?;
        let is_estimate = total == media::MOST_COUNTED;
        let pagination = paging.of(&mut data, total, is_estimate, |one| page::cursor(&one.id));
        Ok(List200 { data, pagination })
    }

    /// One of my files
    ///
    /// 200 once it is ready, 206 while it is worked on (`progress` says how far), 202 while its bytes are awaited, 422 where
    /// nothing could be made of it (`errors` says why).
    #[oai(path = "/:media_id", method = "get", operation_id = "getMedia")]
    async fn show(
        &self,
        Signed(actor): Signed,
        /// As it was answered when it was uploaded.
        media_id: Path<MediaId>,
    ) -> Answer<Progressing<Media>, Seeing> {
        let found = self.find(actor.user, media_id.0).await?;
        match found.state {
            MediaState::Ready => Ok(Progressing::done(found)),
            MediaState::Reserved => Ok(Progressing::awaited(found)),
            MediaState::Uploaded | MediaState::Processing => Ok(Progressing::worked_on(found)),
            MediaState::Failed
            | MediaState::Quarantined
            | MediaState::Expired
            | MediaState::Deleting => Err(failed(found)),
        }
    }

    /// Describe a file
    ///
    /// `alt` says in words what it shows.
    #[oai(path = "/:media_id", method = "put", operation_id = "changeMedia")]
    async fn change(
        &self,
        Signed(actor): Signed,
        media_id: Path<MediaId>,
        body: Body<MediaChange>,
    ) -> Answer<Ok200<Media>, Changing> {
        let mut tx = self.platform.db.begin().await?;
        media::change(&mut tx, actor.user, media_id.0, &body.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(self.find(actor.user, media_id.0).await?))
    }

    /// Delete a file
    ///
    /// With all that was made of it. One that something shows stays: take it out there first.
    #[oai(path = "/:media_id", method = "delete", operation_id = "deleteMedia")]
    async fn delete(
        &self,
        Signed(actor): Signed,
        media_id: Path<MediaId>,
    ) -> Answer<Ok200<Nothing>, Deleting> {
        let mut tx = self.platform.db.begin().await?;
        media::delete(&mut tx, actor.user, media_id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(Nothing {}))
    }
}

impl MediaApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }

    async fn find(&self, owner: domain::UserId, id: MediaId) -> domain::Result<Media> {
        let (storage, now) = (&self.platform.storage, self.platform.clock.now());
        let mut connection = self.platform.db.acquire().await?;
        media::find(&mut connection, storage, owner, id, now).await
    }
}

fn failed(file: Media) -> Refusal<Seeing> {
    let why = file.failure.unwrap_or_default();
    Refusal::of(Problem::told(&FAILED).with_errors(vec![FieldProblem {
        field: "file".to_owned(),
        detail: format!("failed: {}", why.replace('_', " ")),
        code: why,
    }]))
}

impl Refusals for Uploading {
    const LIST: &'static [Told] = &[QUOTA_EXCEEDED, FILE_TOO_LARGE, FILE_TYPE_UNSUPPORTED];
}

impl Refusals for Seeing {
    const LIST: &'static [Told] = &[NO_FILE, FAILED];
}

impl Refusals for Changing {
    const LIST: &'static [Told] = &[NO_FILE];
}

impl Refusals for Deleting {
    const LIST: &'static [Told] = &[
        NO_FILE,
        Told::new(
            409,
            "media_in_use",
            "Something shows this file; take it out there first.",
        ),
    ];
}
