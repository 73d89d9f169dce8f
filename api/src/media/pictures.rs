//! The pictures of profiles.

use std::sync::Arc;

use domain::media::{self, MediaKind, PicturePlace};
use domain::people::{self, Actor, PersonRef, Profile};
use platform::Platform;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;

use super::form::{FileForm, Wanted};
use super::{FILE_TOO_LARGE, FILE_TYPE_UNSUPPORTED, QUOTA_EXCEEDED};
use crate::answer::Ok200;
use crate::apis::Tag;
use crate::auth::Signed;
use crate::problem::{Answer, Refusals, Told};
use crate::users::{NO_PERSON, NOT_YOURS, owned};

pub(crate) struct PicturesApi {
    platform: Arc<Platform>,
}

const A_PICTURE: Wanted = Wanted {
    only: Some(MediaKind::Image),
    most_files: 1,
};

struct Showing;
struct Clearing;

#[OpenApi(prefix_path = "/users", tag = "Tag::Users")]
impl PicturesApi {
    /// Set my profile picture
    ///
    /// A picture, as a form. `profile_picture_url` has its address from now on; there is something at it as soon as the
    /// smaller forms are made. The one before is let go.
    #[oai(
        path = "/:user_id/profile-picture",
        method = "post",
        operation_id = "setProfilePicture"
    )]
    async fn set_picture(
        &self,
        signed: Signed,
        user_id: Path<PersonRef>,
        form: FileForm,
    ) -> Answer<Ok200<Profile>, Showing> {
        let place = PicturePlace::Picture;
        Ok(self.set(&signed.0, &user_id.0, place, form).await?)
    }

    /// Remove my profile picture
    ///
    /// Saying it twice is no error.
    #[oai(
        path = "/:user_id/profile-picture",
        method = "delete",
        operation_id = "removeProfilePicture"
    )]
    async fn clear_picture(
        &self,
        signed: Signed,
        user_id: Path<PersonRef>,
    ) -> Answer<Ok200<Profile>, Clearing> {
        let place = PicturePlace::Picture;
        Ok(self.clear(&signed.0, &user_id.0, place).await?)
    }

    /// Set my profile banner
    ///
    /// As the profile picture; its address is `profile_banner_url`.
    #[oai(
        path = "/:user_id/profile-banner",
        method = "post",
        operation_id = "setProfileBanner"
    )]
    async fn set_banner(
        &self,
        signed: Signed,
        user_id: Path<PersonRef>,
        form: FileForm,
    ) -> Answer<Ok200<Profile>, Showing> {
        let place = PicturePlace::Banner;
        Ok(self.set(&signed.0, &user_id.0, place, form).await?)
    }

    /// Remove my profile banner
    ///
    /// Saying it twice is no error.
    #[oai(
        path = "/:user_id/profile-banner",
        method = "delete",
        operation_id = "removeProfileBanner"
    )]
    async fn clear_banner(
        &self,
        signed: Signed,
        user_id: Path<PersonRef>,
    ) -> Answer<Ok200<Profile>, Clearing> {
        let place = PicturePlace::Banner;
        Ok(self.clear(&signed.0, &user_id.0, place).await?)
    }
}

impl PicturesApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }

    async fn set(
        &self,
        actor: &Actor,
        person: &PersonRef,
        place: PicturePlace,
        form: FileForm,
    ) -> domain::Result<Ok200<Profile>> {
        let platform = &self.platform;
        let user = owned(&mut *platform.db.acquire().await?, actor, person).await?;
        let form = form.read(platform, user, A_PICTURE).await?;
        let id = form.keep_one(platform).await?;
        let mut tx = platform.db.begin().await?;
        let public_url = &platform.config.http.public_url;
        media::set_picture(&mut tx, public_url, user, place, id).await?;
        tx.commit().await?;
        self.profile(actor).await
    }

    async fn clear(
        &self,
        actor: &Actor,
        person: &PersonRef,
        place: PicturePlace,
    ) -> domain::Result<Ok200<Profile>> {
        let mut tx = self.platform.db.begin().await?;
        let user = owned(tx.connection(), actor, person).await?;
        media::clear_picture(&mut tx, user, place).await?;
        tx.commit().await?;
        self.profile(actor).await
    }

    async fn profile(&self, actor: &Actor) -> domain::Result<Ok200<Profile>> {
        let (cache, presence) = (&self.platform.cache, &self.platform.presence);
        let now = self.platform.clock.now();
        let mut connection = self.platform.db.acquire().await?;
        let me = people::profile(cache, presence, &mut connection, actor, actor.user, now).await?;
        Ok(Ok200::of(me))
    }
}

impl Refusals for Showing {
    const LIST: &'static [Told] = &[
        NOT_YOURS,
        NO_PERSON,
        QUOTA_EXCEEDED,
        FILE_TOO_LARGE,
        FILE_TYPE_UNSUPPORTED,
    ];
}

impl Refusals for Clearing {
    const LIST: &'static [Told] = &[NOT_YOURS, NO_PERSON];
}
