//! The ways in.

use std::sync::Arc;
use std::time::Duration;

use domain::Error;
use domain::identity::{
    self, LinkToken, Login, NewUser, RefreshToken, Refreshed, Registration, SignedIn, Tokens,
    VerifiedEmail,
};
use platform::Platform;
use poem::Request;
use poem_openapi::param::Query;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

use crate::answer::{Accepted202, Created201, Nothing, Ok200};
use crate::apis::Tag;
use crate::auth::{FromDevice, Signed, TokenOnly};
use crate::body::Body;
use crate::problem::{Answer, Refusals, Told};

mod entrance;
mod linked;
mod page;
mod providers;

use entrance::Entrance;
pub(crate) use linked::LinkedApi;
use page::Page;
pub(crate) use providers::ProvidersApi;

/// What tries to sign in are counted as.
const TRIES: &str = "login";

/// Redis has so long to count.
const PATIENCE: Duration = Duration::from_millis(250);

pub(crate) struct IdentityApi {
    platform: Arc<Platform>,
}

/// A refresh token to be traded.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
struct RefreshRequest {
    refresh_token: RefreshToken,
}

/// The token from the link in a verification mail.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
struct VerifyEmailRequest {
    token: LinkToken,
}

struct Registering;
struct SigningIn;
struct Refreshing;
struct Verifying;
struct Resending;

#[OpenApi(prefix_path = "/auth", tag = "Tag::Auth")]
impl IdentityApi {
    /// Register
    ///
    /// Makes an account, signs it in, and sends a mail with a link that proves the address. Of two registrations with
    /// the same username or e-mail at once, one succeeds.
    #[oai(path = "/register", method = "post", operation_id = "register")]
    async fn register(
        &self,
        from: FromDevice,
        body: Body<Registration>,
    ) -> Answer<Created201<SignedIn>, Registering> {
        let new = NewUser::registering(body.0).await?;
        let mut tx = self.platform.db.begin().await?;
        let signed_in = identity::register(&mut tx, self.auth(), &new, &from.0).await?;
        tx.commit().await?;
        Ok(Created201::of(signed_in))
    }

    /// Sign in
    ///
    /// By e-mail, username or phone, and password. Who has a second factor is asked for it: 202, and no session yet. The answer to a wrong password and to an unknown account is the same, and
    /// takes as long. Tries are counted by account as well as by address.
    #[oai(path = "/login", method = "post", operation_id = "login")]
    async fn login(&self, from: FromDevice, body: Body<Login>) -> Answer<Entrance, SigningIn> {
        let account = self.count_try(&body.0).await?;
        let proof = identity::prove(&self.platform.db, body.0).await?;
        let mut tx = self.platform.db.begin().await?;
        let entry = identity::login(&mut tx, self.auth(), &proof, &from.0).await?;
        tx.commit().await?;
        self.forget_tries(&account).await;
        Ok(Entrance::of(entry))
    }

    /// Trade a refresh token
    ///
    /// For a new access token and a new refresh token. Each refresh token is good once: showing a used one again ends
    /// its session for everybody who holds one, for one of them is a thief.
    #[oai(path = "/refresh", method = "post", operation_id = "refresh")]
    async fn refresh(&self, body: Body<RefreshRequest>) -> Answer<Ok200<Tokens>, Refreshing> {
        let mut tx = self.platform.db.begin().await?;
        let refreshed = identity::refresh(&mut tx, self.auth(), &body.0.refresh_token).await?;
        tx.commit().await?;
        match refreshed {
            Refreshed::Tokens(tokens) => Ok(Ok200::of(tokens)),
            Refreshed::Reused => Err(Error::Unauthenticated("refresh_reused").into()),
        }
    }

    /// Sign out
    ///
    /// Ends the session of the token that is shown, with all its refresh tokens. Saying it twice is no error.
    #[oai(path = "/logout", method = "post", operation_id = "logout")]
    async fn logout(&self, TokenOnly(actor): TokenOnly) -> Answer<Ok200<Nothing>> {
        let mut tx = self.platform.db.begin().await?;
        identity::logout(&mut tx, actor.session).await?;
        tx.commit().await?;
        Ok(Ok200::of(Nothing {}))
    }

    /// Verify an e-mail address
    ///
    /// With the token from the link in the mail. Verifying it again is no error.
    #[oai(path = "/verify-email", method = "post", operation_id = "verifyEmail")]
    async fn verify_email(
        &self,
        body: Body<VerifyEmailRequest>,
    ) -> Answer<Ok200<VerifiedEmail>, Verifying> {
        Ok(Ok200::of(self.follow(&body.0.token).await?))
    }

    /// Follow a verification link
    ///
    /// What the link in the mail opens: does the same as the POST, and answers a page for people. Programs that do not
    /// accept `text/html` are refused with a problem.
    #[oai(
        path = "/verify-email",
        method = "get",
        operation_id = "followVerificationLink"
    )]
    async fn follow_verification_link(
        &self,
        request: &Request,
        /// The token of the link.
        #[oai(example = "example_token")]
        token: Query<LinkToken>,
    ) -> Answer<Page, Verifying> {
        match self.follow(&token.0).await {
            Ok(verified) => Ok(Page::verified(verified.already_verified)),
            Err(refused @ Error::Invalid(_)) if page::is_wanted(request) => {
                Ok(Page::refused(&refused))
            }
            Err(refused) => Err(refused.into()),
        }
    }

    /// Send another verification mail
    ///
    /// To the address of whoever is signed in, at most once a minute. Earlier links stay good until they expire.
    #[oai(
        path = "/resend-verification",
        method = "post",
        operation_id = "resendVerification"
    )]
    async fn resend_verification(
        &self,
        Signed(actor): Signed,
    ) -> Answer<Accepted202<Nothing>, Resending> {
        let mut tx = self.platform.db.begin().await?;
        identity::resend(&mut tx, self.auth(), actor.user).await?;
        tx.commit().await?;
        Ok(Accepted202::of(Nothing {}))
    }
}

impl IdentityApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }

    fn auth(&self) -> &platform::config::Auth {
        &self.platform.config.auth
    }

    async fn follow(&self, token: &LinkToken) -> domain::Result<VerifiedEmail> {
        let mut tx = self.platform.db.begin().await?;
        let verified = identity::verify_email(&mut tx, self.auth(), token).await?;
        tx.commit().await?;
        Ok(verified)
    }

    /// Guessing at one account from many addresses is still guessing. Counts whether or not there is such an account,
    /// and answers the name it counts by. Without Redis the password still has to be right: the try passes.
    async fn count_try(&self, login: &Login) -> domain::Result<String> {
        let account = login.claimed()?.folded();
        let limit = self.platform.config.limits.login;
        let counting = self.platform.rates.count(TRIES, &account, limit);
        match tokio::time::timeout(PATIENCE, counting).await {
            Ok(Ok(standing)) if !standing.allowed => Err(Error::RateLimited {
                retry_after: standing.reset,
            }),
            _ => Ok(account),
        }
    }

    /// Whoever knows the password is not guessing.
    async fn forget_tries(&self, account: &str) {
        let limit = self.platform.config.limits.login;
        let forgetting = self.platform.rates.forget(TRIES, account, limit);
        let _ = tokio::time::timeout(PATIENCE, forgetting).await;
    }
}

impl Refusals for Registering {
    const LIST: &'static [Told] = &[
        Told::new(409, "username_taken", "This username is taken."),
        Told::new(409, "email_taken", "This e-mail address has an account."),
    ];
}

impl Refusals for SigningIn {
    const LIST: &'static [Told] = &[
        Told::new(
            401,
            "credentials_wrong",
            "No account fits these credentials.",
        ),
        SUSPENDED,
    ];
}

/// Told only to those who showed that the account is theirs.
pub(crate) const SUSPENDED: Told =
    Told::new(403, "account_suspended", "This account is suspended.");

impl Refusals for Refreshing {
    const LIST: &'static [Told] = &[
        Told::new(
            401,
            "refresh_invalid",
            "The refresh token is not one of ours.",
        ),
        Told::new(
            401,
            "refresh_expired",
            "The refresh token has expired. Sign in again.",
        ),
        Told::new(
            401,
            "refresh_reused",
            "The refresh token had been used. Its session is over.",
        ),
        Told::new(
            401,
            "session_revoked",
            "The session is over. Sign in again.",
        ),
    ];
}

impl Refusals for Verifying {
    const LIST: &'static [Told] = &[];
}

impl Refusals for Resending {
    const LIST: &'static [Told] = &[
        Told::new(404, "not_found", "There is no such e-mail address."),
        Told::new(409, "already_verified", "The address is verified."),
    ];
}

fn example_token() -> LinkToken {
    LinkToken::example()
}

impl Example for RefreshRequest {
    fn example() -> Self {
        Self {
            refresh_token: RefreshToken::example(),
        }
    }
}

impl Example for VerifyEmailRequest {
    fn example() -> Self {
        Self {
            token: LinkToken::example(),
        }
    }
}
