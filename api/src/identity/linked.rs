//! The accounts elsewhere that somebody signs in with: adding one, and letting go of one.

use std::sync::Arc;

use domain::IdentityId;
use domain::identity::PasswordAttempt;
use domain::identity::providers::{
    self, AppState, Asked, CodeChallenge, CodeTrade, LinkedIdentity, ReturnTo,
};
use platform::Platform;
use poem_openapi::param::Path;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

use super::providers::departed::{self, AuthorizationUrl};
use super::providers::refusals::{ComingBack, Linking, Unlinking};
use super::providers::{cookie, send_off};
use super::tries;
use crate::answer::{Created201, List200, Nothing, Ok200};
use crate::apis::Tag;
use crate::auth::Signed;
use crate::body::Body;
use crate::page::Pagination;
use crate::problem::Answer;

pub(crate) struct LinkedApi {
    platform: Arc<Platform>,
}

/// How somebody links an account elsewhere, and where they want to come back. Without `return_to` the callback answers,
/// in this same browser.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
struct LinkRequest {
    /// Required where the session is older than five minutes.
    password: Option<PasswordAttempt>,
    /// A place of OAUTH_RETURN_TO. It is called with a `code`, which `POST /auth/identities` takes.
    return_to: Option<ReturnTo>,
    /// Given back to `return_to` as it is.
    state: Option<AppState>,
    /// Required with `return_to`: the S256 of a verifier of your own (RFC 7636).
    code_challenge: Option<CodeChallenge>,
}

#[OpenApi(prefix_path = "/auth", tag = "Tag::Auth")]
impl LinkedApi {
    /// Begin to link an account elsewhere
    ///
    /// For whoever signed in within the last five minutes, or sends their password, and has no address that is still to
    /// be proved. Send the browser to the URL.
    #[oai(
        path = "/oauth/:provider/link",
        method = "post",
        operation_id = "linkProvider"
    )]
    async fn link(
        &self,
        Signed(actor): Signed,
        /// The provider's word.
        #[oai(example = "example_provider")]
        provider: Path<String>,
        body: Body<LinkRequest>,
    ) -> Answer<Ok200<AuthorizationUrl>, Linking> {
        let body = body.0;
        let (db, now) = (&self.platform.db, self.platform.clock.now());
        let asking = providers::may_link(db, actor, body.password, now);
        tries::guess_again(&self.platform, actor, asking).await?;
        let asked = Asked {
            return_to: body.return_to,
            state: body.state,
            code_challenge: body.code_challenge,
        };
        let linking = Some(actor.user);
        let departure = send_off(&self.platform, &provider.0, asked, linking).await?;
        let cookie = cookie::set(&self.platform.config.http.public_url, &departure);
        Ok(departed::told(departure, &cookie))
    }

    /// My accounts elsewhere
    ///
    /// Those that I sign in with, the oldest first.
    #[oai(path = "/identities", method = "get", operation_id = "listIdentities")]
    async fn identities(&self, Signed(actor): Signed) -> Answer<List200<LinkedIdentity>> {
        let mut connection = self.platform.db.acquire().await?;
        let data = providers::identities(&mut connection, actor.user).await?;
        let pagination = Pagination::whole(data.len());
        Ok(List200 { data, pagination })
    }

    /// Link an account elsewhere
    ///
    /// With the code that `return_to` was called with, and the verifier behind your `code_challenge`; by whoever set
    /// out to link it.
    #[oai(path = "/identities", method = "post", operation_id = "linkIdentity")]
    async fn link_with_code(
        &self,
        Signed(actor): Signed,
        body: Body<CodeTrade>,
    ) -> Answer<Created201<LinkedIdentity>, ComingBack> {
        let mut tx = self.platform.db.begin().await?;
        let linked = providers::link_with_code(&mut tx, actor.user, &body.0).await?;
        tx.commit().await?;
        Ok(Created201::of(linked))
    }

    /// Unlink an account elsewhere
    ///
    /// Nobody signs in with it any more; sessions stay. The only way into an account is not taken away.
    #[oai(
        path = "/identities/:identity_id",
        method = "delete",
        operation_id = "unlinkIdentity"
    )]
    async fn unlink(
        &self,
        Signed(actor): Signed,
        /// Which of mine.
        #[oai(example = "example_identity")]
        identity_id: Path<IdentityId>,
    ) -> Answer<Ok200<Nothing>, Unlinking> {
        let mut tx = self.platform.db.begin().await?;
        providers::unlink(&mut tx, actor.user, identity_id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(Nothing {}))
    }
}

impl LinkedApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }
}

fn example_provider() -> String {
    "google".to_owned()
}

fn example_identity() -> IdentityId {
    IdentityId::example()
}

impl Example for LinkRequest {
    fn example() -> Self {
        Self {
            password: Some(PasswordAttempt::example()),
            return_to: Some(ReturnTo::example()),
            state: Some(AppState::example()),
            code_challenge: Some(CodeChallenge::example()),
        }
    }
}
