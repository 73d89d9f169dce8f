//! Taking one's data along, and leaving.

use std::sync::Arc;

use domain::ExportId;
use domain::identity::{self, PasswordAttempt};
use domain::lifecycle::{self, DataExport, Deactivated, Downloadable, Leaving};
use domain::people::{self, Actor, PersonRef, Right};
use platform::Platform;
use poem_openapi::param::{Path, Query};
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

use crate::answer::{Accepted202, List200, Ok200};
use crate::apis::Tag;
use crate::auth::Signed;
use crate::body::MaybeBody;
use crate::identity::{REAUTHENTICATION_REQUIRED, tries};
use crate::page::{self, Paging};
use crate::problem::{Answer, Refusals, Told};
use crate::users::{NO_PERSON, NOT_YOURS, owned};

pub(crate) struct LifecycleApi {
    platform: Arc<Platform>,
}

/// Shows again who one is.
#[derive(Debug, Default, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
struct Reauthentication {
    /// Of who has one. Who has none signs in again, and does it within five minutes.
    password: Option<PasswordAttempt>,
}

struct Asking;
struct Fetching;
struct Deactivating;
struct Deleting;

#[OpenApi(prefix_path = "/users", tag = "Tag::Users")]
impl LifecycleApi {
    /// Export my data
    ///
    /// Has a zip made of all that the service knows of whoever is signed in: JSON files, and a README that explains
    /// them. A mail brings a link once it is ready. One at a time, and one a day; those that failed do not count.
    #[oai(path = "/me/export", method = "post", operation_id = "exportMyData")]
    async fn export(&self, Signed(actor): Signed) -> Answer<Accepted202<DataExport>, Asking> {
        let config = &self.platform.config.lifecycle;
        let mut tx = self.platform.db.begin().await?;
        let export = lifecycle::ask(&mut tx, config, actor.user).await?;
        tx.commit().await?;
        Ok(Accepted202::of(export))
    }

    /// My exports
    ///
    /// Of the last 30 days, the newest first.
    #[oai(
        path = "/me/exports",
        method = "get",
        operation_id = "listMyDataExports"
    )]
    async fn exports(
        &self,
        Signed(actor): Signed,
        /// Most exports on the page.
        limit: Query<Option<u32>>,
        /// How many to skip.
        offset: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<List200<DataExport>> {
        let paging = Paging::asked(limit.0, offset.0, cursor.0)?;
        let (after, span) = (paging.after()?, (paging.offset, paging.limit));
        let (now, user) = (self.platform.clock.now(), actor.user);
        let mut connection = self.platform.db.acquire().await?;
        let mut data =
            lifecycle::list(&mut connection, user, now, after.map(ExportId), span).await?;
        let total = lifecycle::count(&mut connection, user).await?;
        let pagination = paging.of(&mut data, total, false, |one| page::cursor(&one.id));
        Ok(List200 { data, pagination })
    }

    /// One of my exports
    ///
    /// With a fresh link to its zip where it is ready.
    #[oai(
        path = "/me/exports/:export_id",
        method = "get",
        operation_id = "getMyDataExport"
    )]
    async fn find_export(
        &self,
        Signed(actor): Signed,
        /// As the list has it.
        export_id: Path<ExportId>,
    ) -> Answer<Ok200<Downloadable>, Fetching> {
        let platform = &self.platform;
        let now = platform.clock.now();
        let mut connection = platform.db.acquire().await?;
        let storage = &platform.storage;
        let found = lifecycle::find(&mut connection, storage, actor.user, export_id.0, now).await?;
        Ok(Ok200::of(found))
    }

    /// Deactivate my account
    ///
    /// Hides it from everybody and ends all its sessions. Signing in brings it back as it was.
    #[oai(
        path = "/me/deactivate",
        method = "post",
        operation_id = "deactivateMyAccount"
    )]
    async fn deactivate(
        &self,
        Signed(actor): Signed,
        body: MaybeBody<Reauthentication>,
    ) -> Answer<Ok200<Deactivated>, Deactivating> {
        self.reauthenticate(actor, body.0).await?;
        let mut tx = self.platform.db.begin().await?;
        let deactivated = lifecycle::deactivate(&mut tx, actor.user).await?;
        tx.commit().await?;
        Ok(Ok200::of(deactivated))
    }

    /// Delete an account
    ///
    /// One's own (`me`): hides it from everybody, ends all its sessions, and deletes it with all that is in it once the
    /// time of grace is over: 30 days, unless the operator chose another. Signing in until then keeps it. Or, for
    /// administrators, that of somebody else: it is suspended too, so that signing in does not call the deletion off.
    #[oai(path = "/:user_id", method = "delete", operation_id = "deleteAccount")]
    async fn delete(
        &self,
        Signed(actor): Signed,
        user_id: Path<PersonRef>,
        body: MaybeBody<Reauthentication>,
    ) -> Answer<Accepted202<Leaving>, Deleting> {
        let user = {
            let mut connection = self.platform.db.acquire().await?;
            match actor.role.may(Right::DeletePeople) {
                true => people::locate(&mut connection, actor.user, &user_id.0).await?,
                false => owned(&mut connection, &actor, &user_id.0).await?,
            }
        };
        if user == actor.user {
            return Ok(self.leave(actor, body.0).await?);
        }
        let config = &self.platform.config.lifecycle;
        let mut tx = self.platform.db.begin().await?;
        let leaving = lifecycle::remove(&mut tx, config, &actor, user).await?;
        tx.commit().await?;
        Ok(Accepted202::of(leaving))
    }
}

impl LifecycleApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }

    async fn leave(
        &self,
        actor: Actor,
        said: Option<Reauthentication>,
    ) -> domain::Result<Accepted202<Leaving>> {
        self.reauthenticate(actor, said).await?;
        let config = &self.platform.config.lifecycle;
        let mut tx = self.platform.db.begin().await?;
        let leaving = lifecycle::leave(&mut tx, config, actor.user).await?;
        tx.commit().await?;
        Ok(Accepted202::of(leaving))
    }

    async fn reauthenticate(
        &self,
        actor: Actor,
        said: Option<Reauthentication>,
    ) -> domain::Result<()> {
        let password = said.and_then(|said| said.password);
        let showing = identity::reauthenticate(&self.platform.db, actor, password);
        tries::guess_again(&self.platform, actor, showing).await?;
        Ok(())
    }
}

impl Refusals for Asking {
    const LIST: &'static [Told] = &[Told::new(409, "export_pending", "An export is being made.")];
}

impl Refusals for Fetching {
    const LIST: &'static [Told] = &[Told::new(404, "not_found", "There is no such export.")];
}

impl Refusals for Deactivating {
    const LIST: &'static [Told] = &[REAUTHENTICATION_REQUIRED];
}

impl Refusals for Deleting {
    const LIST: &'static [Told] = &[REAUTHENTICATION_REQUIRED, NOT_YOURS, NO_PERSON];
}

impl Example for Reauthentication {
    fn example() -> Self {
        Self {
            password: Some(PasswordAttempt::example()),
        }
    }
}
