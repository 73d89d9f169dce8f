//! What administrators do to accounts.

use std::sync::Arc;

use domain::audit::Operator;
use domain::office::{self, RoleRequest, SuspensionRequest, VerificationRequest};
use domain::people::{self, Actor, PersonRef, Profile, Right};
use platform::{Platform, Tx};
use poem_openapi::OpenApi;
use poem_openapi::param::Path;

use crate::answer::Ok200;
use crate::apis::Tag;
use crate::auth::Signed;
use crate::body::Body;
use crate::problem::{Answer, Refusals, Told, catalog};
use crate::users::NO_PERSON;

pub(crate) struct OfficeApi {
    platform: Arc<Platform>,
}

struct Acting;

impl Refusals for Acting {
    const LIST: &'static [Told] = &[catalog::FORBIDDEN, NO_PERSON];
}

struct Suspending;

impl Refusals for Suspending {
    const LIST: &'static [Told] = &[
        catalog::FORBIDDEN,
        NO_PERSON,
        Told::new(409, "self_suspension", "You cannot suspend yourself."),
    ];
}

struct Granting;

impl Refusals for Granting {
    const LIST: &'static [Told] = &[
        catalog::FORBIDDEN,
        NO_PERSON,
        Told::new(
            409,
            "last_administrator",
            "Somebody has to stay administrator.",
        ),
    ];
}

#[OpenApi(prefix_path = "/admin/users", tag = "Tag::Office")]
impl OfficeApi {
    /// Vouch for a person
    ///
    /// Gives a level of verification, or takes it (`none`). In the audit.
    #[oai(
        path = "/:user_id/verification",
        method = "put",
        operation_id = "verifyUser"
    )]
    async fn verify(
        &self,
        Signed(actor): Signed,
        user_id: Path<PersonRef>,
        body: Body<VerificationRequest>,
    ) -> Answer<Ok200<Profile>, Acting> {
        actor.require(Right::VerifyPeople)?;
        let mut tx = self.platform.db.begin().await?;
        let user = people::locate(tx.connection(), actor.user, &user_id.0).await?;
        office::verify(&mut tx, &Operator::person(actor.user), user, body.0.level).await?;
        Ok(self.done(tx, actor, user).await?)
    }

    /// Suspend an account
    ///
    /// At once: its sessions end, nobody sees it, nobody comes in; with `until`, until then. Suspending it again changes
    /// reason and time. In the audit.
    #[oai(
        path = "/:user_id/suspension",
        method = "put",
        operation_id = "suspendUser"
    )]
    async fn suspend(
        &self,
        Signed(actor): Signed,
        user_id: Path<PersonRef>,
        body: Body<SuspensionRequest>,
    ) -> Answer<Ok200<Profile>, Suspending> {
        actor.require(Right::SuspendPeople)?;
        let mut tx = self.platform.db.begin().await?;
        let user = people::locate(tx.connection(), actor.user, &user_id.0).await?;
        office::suspend(&mut tx, &Operator::person(actor.user), user, &body.0).await?;
        Ok(self.done(tx, actor, user).await?)
    }

    /// Let a suspended account back
    ///
    /// One that is not suspended stays as it is. In the audit.
    #[oai(
        path = "/:user_id/suspension",
        method = "delete",
        operation_id = "liftSuspension"
    )]
    async fn lift_suspension(
        &self,
        Signed(actor): Signed,
        user_id: Path<PersonRef>,
    ) -> Answer<Ok200<Profile>, Acting> {
        actor.require(Right::SuspendPeople)?;
        let mut tx = self.platform.db.begin().await?;
        let user = people::locate(tx.connection(), actor.user, &user_id.0).await?;
        office::lift_suspension(&mut tx, &Operator::person(actor.user), user).await?;
        Ok(self.done(tx, actor, user).await?)
    }

    /// Give a role
    ///
    /// It counts from the person's next request. The last administrator stays one. In the audit.
    #[oai(path = "/:user_id/role", method = "put", operation_id = "grantRole")]
    async fn grant(
        &self,
        Signed(actor): Signed,
        user_id: Path<PersonRef>,
        body: Body<RoleRequest>,
    ) -> Answer<Ok200<Profile>, Granting> {
        actor.require(Right::GrantRoles)?;
        let mut tx = self.platform.db.begin().await?;
        let user = people::locate(tx.connection(), actor.user, &user_id.0).await?;
        office::grant(&mut tx, &Operator::person(actor.user), user, body.0.role).await?;
        Ok(self.done(tx, actor, user).await?)
    }
}

impl OfficeApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }

    /// Commits, and shows the account as it is now.
    async fn done(
        &self,
        tx: Tx,
        actor: Actor,
        user: domain::UserId,
    ) -> domain::Result<Ok200<Profile>> {
        tx.commit().await?;
        let (cache, presence) = (&self.platform.cache, &self.platform.presence);
        let (mut connection, now) = (self.platform.db.acquire().await?, self.platform.clock.now());
        let profile = people::profile(cache, presence, &mut connection, &actor, user, now).await?;
        Ok(Ok200::of(profile))
    }
}
