//! Who is signed in. The token was read at the edge; here it counts, and its session must stand.

use domain::identity::{self, CsrfToken, Device};
use domain::people::Actor;
use domain::{Error, Result};
use platform::scope::Scope;
use poem::http::header::USER_AGENT;
use poem::{FromRequest, Request, RequestBody};
use poem_openapi::registry::{MetaSecurityScheme, Registry};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

use crate::edge::{Caller, Edge, Token, cookies};
use crate::problem::Problem;

pub(crate) const SCHEME: &str = "bearer";

/// The other way: see [`cookies`].
pub(crate) const COOKIE_SCHEME: &str = "cookie";

/// Somebody who is signed in. `actor.require(Right::…)?` asks for more.
#[derive(Debug)]
pub struct Signed(pub Actor);

/// Somebody who shows a good token, whether or not its session still stands: for leaving, which may be said twice.
#[derive(Debug)]
pub struct TokenOnly(pub Actor);

macro_rules! bearer {
    ($name:ident, $check:expr) => {
        impl<'a> ApiExtractor<'a> for $name {
            const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];

            type ParamType = ();
            type ParamRawType = ();

            fn register(registry: &mut Registry) {
                registry.create_security_scheme(SCHEME, scheme());
                registry.create_security_scheme(COOKIE_SCHEME, cookie_scheme());
            }

            fn security_schemes() -> Vec<&'static str> {
                vec![SCHEME, COOKIE_SCHEME]
            }

            async fn from_request(
                request: &'a Request,
                _: &mut RequestBody,
                _: ExtractParamOptions<()>,
            ) -> poem::Result<Self> {
                let actor: Result<Actor> = $check(request).await;
                let actor = actor.map_err(Problem::from)?;
                Scope::set_actor(actor.user.0);
                Ok(Self(actor))
            }
        }
    };
}

bearer!(Signed, standing);
bearer!(TokenOnly, shown);

fn scheme() -> MetaSecurityScheme {
    MetaSecurityScheme {
        ty: "http",
        description: Some(
            "The `token` of a sign-in, good for minutes; then trade the refresh token for a new one.",
        ),
        name: None,
        key_in: None,
        scheme: Some("bearer"),
        bearer_format: Some("JWT"),
        flows: None,
        openid_connect_url: None,
    }
}

fn cookie_scheme() -> MetaSecurityScheme {
    MetaSecurityScheme {
        ty: "apiKey",
        description: Some(
            "For browsers: the same token, in the cookie that a sign-in with `Commons-Session: cookie` sets (over https \
             its name begins with `__Secure-`). What changes something sends the `csrf_token` as `X-CSRF-Token` too.",
        ),
        name: Some(cookies::ACCESS),
        key_in: Some("cookie"),
        scheme: None,
        bearer_format: None,
        flows: None,
        openid_connect_url: None,
    }
}

async fn shown(request: &Request) -> Result<Actor> {
    match request.data::<Caller>().map(|caller| caller.token) {
        Some(Token::Good(actor)) => Ok(actor),
        Some(Token::Forged) => Err(CsrfToken::wrong()),
        Some(Token::Bad(code)) => Err(Error::Unauthenticated(code)),
        Some(Token::Absent) | None => Err(Error::Unauthenticated("token_missing")),
    }
}

/// The actor, by a token that is good and a session that stands. Asked once a request.
pub(crate) async fn standing(request: &Request) -> Result<Actor> {
    if let Some(known) = request.data::<Actor>() {
        return Ok(*known);
    }
    let shown = shown(request).await?;
    let edge = Edge::of(request).map_err(|error| Error::Internal(error.to_string()))?;
    identity::standing(&edge.platform, shown).await
}

/// Where a request came from, for the list of sessions.
#[derive(Debug)]
pub(crate) struct FromDevice(pub(crate) Device);

const LONGEST_AGENT: usize = 400;

impl<'a> FromRequest<'a> for FromDevice {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
        let agent = request.headers().get(USER_AGENT);
        let agent = agent.and_then(|agent| agent.to_str().ok());
        Ok(Self(Device {
            ip: request
                .data::<Caller>()
                .map(|caller| caller.address.to_string()),
            user_agent: agent.map(|agent| agent.chars().take(LONGEST_AGENT).collect()),
        }))
    }
}

/// The subscriber's line a request came over: what tries and messages are counted by.
#[derive(Debug)]
pub(crate) struct FromLine(pub(crate) String);

impl<'a> FromRequest<'a> for FromLine {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
        let line = request.data::<Caller>().map(Caller::subscriber);
        Ok(Self(line.unwrap_or_default()))
    }
}
