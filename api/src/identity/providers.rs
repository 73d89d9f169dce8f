//! The ways in by an account elsewhere: to the provider, back again, and on to the application.

use std::sync::Arc;

use domain::identity::Device;
use domain::identity::providers::{
    self, AppState, Arrival, Asked, Attempt, CodeChallenge, CodeTrade, Departure, ReturnTo,
    SignInProvider,
};
use domain::{Error, UserId};
use platform::Platform;
use poem::Request;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};

use super::entrance::Entrance;
use super::page;
use crate::answer::List200;
use crate::apis::Tag;
use crate::auth::FromDevice;
use crate::body::Body;
use crate::page::Pagination;
use crate::problem::{Answer, Problem};

mod back;
pub(super) mod cookie;
pub(super) mod departed;
pub(super) mod refusals;
mod returned;

use back::Back;
use departed::Departed;
use refusals::{ComingBack, Departing, Trading};
use returned::{PostedBack, Returned};

pub(crate) struct ProvidersApi {
    platform: Arc<Platform>,
}

#[OpenApi(prefix_path = "/auth", tag = "Tag::Auth")]
impl ProvidersApi {
    /// Providers to sign in with
    ///
    /// Those that this installation offers, in its order.
    #[oai(path = "/oauth", method = "get", operation_id = "listProviders")]
    async fn list(&self) -> Answer<List200<SignInProvider>> {
        let data = providers::offered(&self.platform.oauth);
        let pagination = Pagination::whole(data.len());
        Ok(List200 { data, pagination })
    }

    /// Sign in with a provider
    ///
    /// Sends the browser to the provider; who accepts `application/json` and not `text/html` is told the URL instead.
    /// A cookie binds what follows to this browser. Afterwards `return_to` is called with a `code` for
    /// `POST /auth/oauth/token` and your `state`, or with an `error`, which is the code of a problem.
    #[oai(
        path = "/oauth/:provider",
        method = "get",
        operation_id = "signInWithProvider"
    )]
    async fn depart(
        &self,
        request: &Request,
        /// The provider's word.
        #[oai(example = "example_provider")]
        provider: Path<String>,
        /// A place of OAUTH_RETURN_TO. Without it the callback itself answers.
        return_to: Query<Option<ReturnTo>>,
        /// Given back to `return_to` as it is.
        state: Query<Option<AppState>>,
        /// Required with `return_to`: the S256 of a verifier of your own (RFC 7636).
        code_challenge: Query<Option<CodeChallenge>>,
    ) -> Answer<Departed, Departing> {
        let asked = Asked {
            return_to: return_to.0,
            state: state.0,
            code_challenge: code_challenge.0,
        };
        let departure = send_off(&self.platform, &provider.0, asked, None).await?;
        let cookie = cookie::set(&self.platform.config.http.public_url, &departure);
        Ok(Departed::of(departure, cookie, departed::is_told(request)))
    }

    /// Come back from a provider
    ///
    /// Where the provider sends the browser. Once, and only in the browser that left. Where an application waits it is
    /// called, by a redirect; else this answers a sign-in, or the account elsewhere that is now linked.
    #[oai(
        path = "/oauth/:provider/callback",
        method = "get",
        operation_id = "returnFromProvider"
    )]
    #[expect(clippy::too_many_arguments, reason = "what providers send")]
    async fn come_back(
        &self,
        request: &Request,
        from: FromDevice,
        /// The provider's word.
        #[oai(example = "example_provider")]
        provider: Path<String>,
        /// What the provider trades for its word.
        code: Query<Option<String>>,
        /// What we sent along.
        state: Query<Option<String>>,
        /// Why the provider sends nobody.
        error: Query<Option<String>>,
        /// Who says so (RFC 9207).
        iss: Query<Option<String>>,
    ) -> Answer<Back, ComingBack> {
        let returned = Returned {
            code: code.0,
            state: state.0.unwrap_or_default(),
            error: error.0,
            iss: iss.0,
            ..Returned::default()
        };
        self.receive(request, &provider.0, returned, &from.0).await
    }

    /// Come back from a provider that posts
    ///
    /// The same, for providers whose pages send a form (`response_mode=form_post`), as Apple's do.
    #[oai(
        path = "/oauth/:provider/callback",
        method = "post",
        operation_id = "returnFromProviderByPost"
    )]
    async fn come_back_by_post(
        &self,
        request: &Request,
        from: FromDevice,
        /// The provider's word.
        #[oai(example = "example_provider")]
        provider: Path<String>,
        posted: PostedBack,
    ) -> Answer<Back, ComingBack> {
        self.receive(request, &provider.0, posted.0, &from.0).await
    }

    /// Trade a provider's code
    ///
    /// What `return_to` was called with, and the verifier behind your `code_challenge`, for a session. Good once, for a
    /// minute. Who has a second factor is asked for it: 202, and no session yet.
    #[oai(
        path = "/oauth/token",
        method = "post",
        operation_id = "tradeProviderCode"
    )]
    async fn trade(&self, from: FromDevice, body: Body<CodeTrade>) -> Answer<Entrance, Trading> {
        let auth = &self.platform.config.auth;
        let mut tx = self.platform.db.begin().await?;
        let entry = providers::enter_with_code(&mut tx, auth, &body.0, &from.0).await?;
        tx.commit().await?;
        Ok(Entrance::of(entry))
    }
}

impl ProvidersApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }

    async fn receive(
        &self,
        request: &Request,
        provider: &str,
        returned: Returned,
        device: &Device,
    ) -> Answer<Back, ComingBack> {
        let public_url = &self.platform.config.http.public_url;
        let browser = cookie::find(request, public_url, &returned.state);
        let attempt = match self.take(provider, &returned.state, browser).await {
            Err(refused @ Error::Invalid(_)) if page::is_wanted(request) => {
                return Ok(Back::refused(&refused));
            }
            taken => taken?,
        };
        let arrived = self.arrive(&attempt, returned, device).await;
        let back = match (arrived, &attempt.way_back) {
            (Ok(Arrival::Coded(code)), Some(way)) => Back::to(way, ("code", code.expose())),
            (Err(error), Some(way)) => Back::to(way, ("error", &Problem::from(error).code)),
            (Ok(Arrival::Entered(entry)), _) => Back::entered(entry),
            (Ok(Arrival::Linked(linked)), _) => Back::linked(linked),
            (Ok(Arrival::Coded(_)), None) => Err(Error::Internal("a code for nobody".to_owned()))?,
            (Err(error), None) => Err(error)?,
        };
        Ok(back)
    }

    async fn take(
        &self,
        provider: &str,
        state: &str,
        browser: Option<&str>,
    ) -> domain::Result<Attempt> {
        let auth = &self.platform.config.auth;
        let mut tx = self.platform.db.begin().await?;
        let attempt = providers::take(&mut tx, auth, provider, state, browser).await?;
        tx.commit().await?;
        Ok(attempt)
    }

    async fn arrive(
        &self,
        attempt: &Attempt,
        returned: Returned,
        device: &Device,
    ) -> domain::Result<Arrival> {
        let code = returned.code()?;
        let issuer = returned.iss.as_deref();
        let mut identity = providers::identify(&self.platform, attempt, code, issuer).await?;
        returned.names.complete(&mut identity);
        let auth = &self.platform.config.auth;
        let settle = async || {
            let mut tx = self.platform.db.begin().await?;
            let arrival = providers::arrive(&mut tx, auth, attempt, &identity, device).await?;
            tx.commit().await?;
            Ok(arrival)
        };
        match settle().await {
            // Somebody was faster: perhaps they themselves, in another window. Now it is known who they are.
            Err(Error::Conflict { .. }) => settle().await,
            settled => settled,
        }
    }
}

/// Makes ready for the provider, and writes down who leaves.
pub(super) async fn send_off(
    platform: &Platform,
    provider: &str,
    asked: Asked,
    linking: Option<UserId>,
) -> domain::Result<Departure> {
    let departure = Departure::to(platform, provider, asked).await?;
    let mut tx = platform.db.begin().await?;
    providers::depart(&mut tx, &departure, linking).await?;
    tx.commit().await?;
    Ok(departure)
}

fn example_provider() -> String {
    "google".to_owned()
}
