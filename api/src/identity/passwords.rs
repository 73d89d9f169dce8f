//! Passwords and addresses after registration.

use std::sync::Arc;

use domain::identity::{
    self, EmailChange, ForgottenPassword, LinkToken, PasswordChange, PasswordReset,
};
use domain::{Error, Result};
use platform::Platform;
use poem::Request;
use poem_openapi::OpenApi;
use poem_openapi::param::Query;
use poem_openapi::types::Example;

use super::page::{self, Page, PageOr};
use super::{REAUTHENTICATION_REQUIRED, tries};
use crate::answer::{Accepted202, Nothing, Ok200};
use crate::apis::Tag;
use crate::auth::Signed;
use crate::body::{Body, FormFields, Posted};
use crate::problem::{Answer, Refusals, Told};

pub(crate) struct PasswordsApi {
    platform: Arc<Platform>,
}

/// Showing again who one is, for somebody who has no password to show.
struct Confirming;

#[OpenApi(prefix_path = "/auth", tag = "Tag::Auth")]
impl PasswordsApi {
    /// Forget a password
    ///
    /// Sends a link to a new one, if the address has an account. The answer and its time are the same if it has none,
    /// and where there were mails enough: one a minute and five an hour are the most.
    #[oai(
        path = "/forgot-password",
        method = "post",
        operation_id = "forgotPassword"
    )]
    async fn forgot(&self, body: Body<ForgottenPassword>) -> Answer<Accepted202<Nothing>> {
        let mut tx = self.platform.db.begin().await?;
        identity::ask_reset(&mut tx, self.auth(), &body.0.email).await?;
        tx.commit().await?;
        Ok(Accepted202::of(Nothing {}))
    }

    /// Reset a password
    ///
    /// With the token from the link in the mail, which is good once. Ends every session, proves the address, and leaves
    /// a second factor as it is. A page posts the same as a form, and is answered a page.
    #[oai(
        path = "/reset-password",
        method = "post",
        operation_id = "resetPassword"
    )]
    async fn reset(&self, said: Posted<PasswordReset>) -> Answer<PageOr<Nothing>> {
        match said {
            Posted::Json(said) => {
                self.set(said).await?;
                Ok(PageOr::Data(Ok200::of(Nothing {})))
            }
            Posted::Form(form) => Ok(PageOr::Page(self.set_by_form(&form).await?)),
        }
    }

    /// Follow a reset link
    ///
    /// What the link in the mail opens where no page of an app was named: a form for the new password. Programs that do
    /// not accept `text/html` are refused with a problem where the link is not good.
    #[oai(
        path = "/reset-password",
        method = "get",
        operation_id = "followResetLink"
    )]
    async fn follow(
        &self,
        request: &Request,
        /// The token of the link.
        #[oai(example = "example_token")]
        token: Query<LinkToken>,
    ) -> Answer<Page> {
        let mut connection = self.platform.db.acquire().await?;
        let now = self.platform.clock.now();
        match identity::check_reset(&mut connection, self.auth(), &token.0, now).await {
            Ok(()) => Ok(Page::to_reset(token.0.as_str())),
            Err(refused @ Error::Invalid(_)) if page::is_wanted(request) => {
                Ok(Page::refused(&refused))
            }
            Err(refused) => Err(refused.into()),
        }
    }

    /// Change the password
    ///
    /// With the one it had. An account without one is given its first within five minutes of signing in. All other
    /// sessions end.
    #[oai(path = "/password", method = "put", operation_id = "changePassword")]
    async fn change_password(
        &self,
        Signed(actor): Signed,
        body: Body<PasswordChange>,
    ) -> Answer<Ok200<Nothing>, Confirming> {
        let ready = identity::ready_password(&self.platform.db, actor, body.0);
        let ready = tries::guess_again(&self.platform, actor, ready).await?;
        let mut tx = self.platform.db.begin().await?;
        identity::change_password(&mut tx, &ready).await?;
        tx.commit().await?;
        Ok(Ok200::of(Nothing {}))
    }

    /// Change the e-mail address
    ///
    /// Sends a link to the new address, which becomes the account's when the link is followed, and word of it to the old
    /// one. The answer is the same whether or not the new address has an account. Once a minute and five times an hour
    /// are the most.
    #[oai(path = "/email", method = "put", operation_id = "changeEmail")]
    async fn change_email(
        &self,
        Signed(actor): Signed,
        body: Body<EmailChange>,
    ) -> Answer<Accepted202<Nothing>, Confirming> {
        let ready = identity::ready_email(&self.platform.db, actor, body.0);
        let ready = tries::guess_again(&self.platform, actor, ready).await?;
        let mut tx = self.platform.db.begin().await?;
        identity::change_email(&mut tx, self.auth(), &ready).await?;
        tx.commit().await?;
        Ok(Accepted202::of(Nothing {}))
    }
}

impl PasswordsApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }

    fn auth(&self) -> &platform::config::Auth {
        &self.platform.config.auth
    }

    async fn set(&self, said: PasswordReset) -> Result<()> {
        let ready = identity::ready_reset(&self.platform.db, self.auth(), said).await?;
        let mut tx = self.platform.db.begin().await?;
        identity::reset_password(&mut tx, &ready).await?;
        Ok(tx.commit().await?)
    }

    async fn set_by_form(&self, form: &FormFields) -> Result<Page> {
        let token = form.text("token");
        let said = match form.read::<PasswordReset>() {
            Ok(said) => said,
            Err(why) => return Ok(Page::to_reset_again(token, why)),
        };
        match self.set(said).await {
            Ok(()) => Ok(Page::reset()),
            Err(Error::Invalid(faults)) if faults.iter().any(|one| one.field == "password") => {
                let why = faults
                    .first()
                    .map(|one| format!("`password` {}.", one.detail));
                Ok(Page::to_reset_again(token, why.unwrap_or_default()))
            }
            Err(refused @ Error::Invalid(_)) => Ok(Page::refused(&refused)),
            Err(refused) => Err(refused),
        }
    }
}

impl Refusals for Confirming {
    const LIST: &'static [Told] = &[REAUTHENTICATION_REQUIRED];
}

fn example_token() -> LinkToken {
    LinkToken::example()
}
