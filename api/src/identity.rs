//! The ways in.

use std::sync::Arc;

use domain::Error;
use domain::identity::codes::{self as phone_codes, CodeAttempt};
use domain::identity::{
    self, Claimed, Device, EMAIL_UNVERIFIED, Entry, LinkToken, Login, LoginProof, NewUser,
    PasswordAttempt, Refreshed, Registration, Tokens, Verifiable, VerifiedEmail,
};
use domain::people::Phone;
use platform::Platform;
use platform::backoff::Guess;
use poem::Request;
use poem_openapi::param::Query;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

use crate::answer::{Accepted202, Nothing, Ok200};
use crate::apis::Tag;
use crate::auth::{FromDevice, FromLine, Signed, TokenOnly};
use crate::body::{Body, FormFields, Posted};
use crate::problem::{Answer, Refusals, Told};

pub(crate) mod codes;
mod entrance;
mod linked;
pub(crate) mod page;
pub(crate) mod passwords;
mod providers;
mod sessions;
mod shown_refresh;
pub(crate) mod tries;
mod two_factor;

pub(crate) use linked::LinkedApi;
pub(crate) use providers::ProvidersApi;
pub(crate) use sessions::SessionsApi;
pub(crate) use two_factor::TwoFactorApi;

use entrance::{Arrived, Entrance};
use page::{Page, PageOr};
use shown_refresh::FromBodyOrCookie;

pub(crate) struct IdentityApi {
    platform: Arc<Platform>,
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
    ///
    /// Where an address has to be proved first (`AUTH_REQUIRE_VERIFIED_EMAIL`): 202 and no session yet, whether or not
    /// the address has an account already. The mail says which.
    #[oai(path = "/register", method = "post", operation_id = "register")]
    async fn register(
        &self,
        from: FromDevice,
        body: Body<Registration>,
    ) -> Answer<Arrived, Registering> {
        let new = NewUser::registering(body.0).await?;
        let mut tx = self.platform.db.begin().await?;
        let arrival = identity::register(&mut tx, self.auth(), &new, &from.0).await?;
        tx.commit().await?;
        Ok(Arrived::of(arrival))
    }

    /// Sign in
    ///
    /// By e-mail, username or phone, and password; by phone also with a code that was sent to it. Who has a second
    /// factor is asked for it: 202, and no session yet. The answer to a wrong password or code and to an unknown
    /// account is the same, and takes as long. After five failures at one account, from whatever address, or twenty from
    /// one address, the next try has to wait, and longer with each failure.
    #[oai(path = "/login", method = "post", operation_id = "login")]
    async fn login(
        &self,
        from: FromDevice,
        line: FromLine,
        body: Body<Login>,
    ) -> Answer<Entrance, SigningIn> {
        let (claimed, shown) = (body.0.claimed()?, body.0.shown()?);
        let guess = Guess {
            at: match shown {
                LoginProof::Password(_) => "login",
                LoginProof::Code(..) => codes::CODE,
            },
            account: &claimed.folded(),
            line: &line.0,
        };
        let entry = tries::guess(&self.platform, guess, async {
            match shown {
                LoginProof::Password(password) => {
                    self.by_password(claimed, password, &from.0).await
                }
                LoginProof::Code(phone, code) => self.by_code(&phone, &code, &from.0).await,
            }
        });
        Ok(Entrance::of(entry.await?))
    }

    /// Trade a refresh token
    ///
    /// For a new access token and a new refresh token. Each refresh token is good once: showing a used one again ends
    /// its session for everybody who holds one, for one of them is a thief. A browser that sends
    /// `Commons-Session: cookie` needs no body: the token is in its cookie.
    #[oai(path = "/refresh", method = "post", operation_id = "refresh")]
    async fn refresh(&self, shown: FromBodyOrCookie) -> Answer<Ok200<Tokens>, Refreshing> {
        let mut tx = self.platform.db.begin().await?;
        let refreshed = identity::refresh(&mut tx, self.auth(), &shown.0).await?;
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
        Ok(Ok200::of(Nothing {}).ending_session(true))
    }

    /// Verify an e-mail address
    ///
    /// With the token from the link in the mail; an address that shall take the place of another does so now. Verifying
    /// it again is no error. A page posts the same as a form, and is answered a page.
    #[oai(path = "/verify-email", method = "post", operation_id = "verifyEmail")]
    async fn verify_email(
        &self,
        said: Posted<VerifyEmailRequest>,
    ) -> Answer<PageOr<VerifiedEmail>, Verifying> {
        match said {
            Posted::Json(said) => Ok(PageOr::Data(Ok200::of(self.follow(&said.token).await?))),
            Posted::Form(form) => Ok(PageOr::Page(self.follow_by_form(&form).await?)),
        }
    }

    /// Follow a verification link
    ///
    /// What the link in the mail opens: a page that asks for the click which verifies the address. Opening it does not,
    /// for programs that look into mails open every link. Programs that do not accept `text/html` are refused with a
    /// problem where the link is not good.
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
    ) -> Answer<Page> {
        let mut connection = self.platform.db.acquire().await?;
        let now = self.platform.clock.now();
        match identity::check_verification(&mut connection, self.auth(), &token.0, now).await {
            Ok(Verifiable::Open) => Ok(Page::to_verify(&token.0)),
            Ok(Verifiable::Done) => Ok(Page::verified(true)),
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

    async fn by_password(
        &self,
        claimed: Claimed<'_>,
        password: PasswordAttempt,
        device: &Device,
    ) -> domain::Result<Entry> {
        let proof = identity::prove(&self.platform.db, claimed, password).await?;
        let mut tx = self.platform.db.begin().await?;
        let entry = match identity::login(&mut tx, self.auth(), &proof, device).await {
            Err(unverified @ Error::Denied { code, .. }) if code == EMAIL_UNVERIFIED => {
                identity::remind(&mut tx, self.auth(), &proof).await?;
                tx.commit().await?;
                return Err(unverified);
            }
            entry => entry?,
        };
        tx.commit().await?;
        Ok(entry)
    }

    async fn by_code(
        &self,
        phone: &Phone,
        code: &CodeAttempt,
        device: &Device,
    ) -> domain::Result<Entry> {
        let mut tx = self.platform.db.begin().await?;
        let config = &self.platform.config;
        let tried = phone_codes::login(&mut tx, config, phone, code, device).await?;
        tx.commit().await?;
        tried.or_unknown()
    }

    async fn follow_by_form(&self, form: &FormFields) -> domain::Result<Page> {
        let followed = match form.read::<VerifyEmailRequest>() {
            Ok(said) => self.follow(&said.token).await,
            Err(why) => Err(Error::invalid("token", "token_invalid", why)),
        };
        match followed {
            Ok(verified) => Ok(Page::verified(verified.already_verified)),
            Err(refused @ (Error::Invalid(_) | Error::Conflict { .. })) => {
                Ok(Page::refused(&refused))
            }
            Err(refused) => Err(refused),
        }
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
        Told::new(
            403,
            EMAIL_UNVERIFIED,
            "Confirm your e-mail address first: the link is in your mail.",
        ),
    ];
}

/// Before what cannot be undone.
pub(crate) const REAUTHENTICATION_REQUIRED: Told = Told::new(
    403,
    "reauthentication_required",
    "Sign in again; then you have a few minutes.",
);

/// A way in is not taken away where there is no other.
pub(crate) const LAST_WAY_IN: Told = Told::new(
    409,
    "last_way_in",
    "This is the only way into your account. Set a password first.",
);

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
    const LIST: &'static [Told] = &[Told::new(
        409,
        "email_taken",
        "This e-mail address has an account.",
    )];
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

impl Example for VerifyEmailRequest {
    fn example() -> Self {
        Self {
            token: LinkToken::example(),
        }
    }
}
