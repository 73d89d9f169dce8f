//! The refresh token of a request: in its body, or in the cookie of a browser.

use domain::Error;
use domain::identity::{RefreshToken, ShownRefresh};
use poem::http::header::CONTENT_TYPE;
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaRequest, Registry};
use poem_openapi::types::Example;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions, Object};

use crate::body::Body;
use crate::edge::Caller;
use crate::problem::Problem;

/// A refresh token to be traded.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
struct RefreshRequest {
    /// Absent where it is in the cookie.
    refresh_token: Option<RefreshToken>,
}

/// What the body says wins: whoever writes a token is no browser that sends one by itself.
pub(super) struct FromBodyOrCookie(pub(super) ShownRefresh);

impl<'a> ApiExtractor<'a> for FromBodyOrCookie {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        Body::<RefreshRequest>::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        Some(MetaRequest {
            required: false,
            ..Body::<RefreshRequest>::request_meta()?
        })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let cookies = request.data::<Caller>().map(|caller| &caller.cookies);
        let cookies = cookies.filter(|cookies| cookies.asked);
        if cookies.is_none() || request.headers().contains_key(CONTENT_TYPE) {
            let Body(said) = Body::<RefreshRequest>::from_request(request, body, options).await?;
            if let Some(token) = said.refresh_token {
                return Ok(Self(ShownRefresh::ByHand(token)));
            }
        }
        let refused = |error| poem::Error::from(Problem::from(error));
        let required = || Error::invalid("refresh_token", "required", "is required");
        let cookies = cookies.ok_or_else(|| refused(required()))?;
        let token = cookies.refresh();
        let token = token.ok_or_else(|| refused(Error::Unauthenticated("refresh_invalid")))?;
        Ok(Self(ShownRefresh::InCookie {
            token: token.clone(),
            csrf: cookies.csrf().unwrap_or_default().to_owned(),
        }))
    }
}

impl Example for RefreshRequest {
    fn example() -> Self {
        Self {
            refresh_token: Some(RefreshToken::example()),
        }
    }
}
