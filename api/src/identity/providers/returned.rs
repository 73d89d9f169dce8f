//! What a provider sends along when it sends somebody back.

use domain::identity::providers::NamesTold;
use domain::{Error, Result};
use platform::oauth;
use poem::{Request, RequestBody};
use poem_openapi::error::ContentTypeError;
use poem_openapi::registry::{MetaMediaType, MetaRequest, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions, Object};
use serde::Deserialize;

use crate::body;

const FORM: &str = "application/x-www-form-urlencoded";

#[derive(Debug, Default)]
pub(super) struct Returned {
    pub(super) code: Option<String>,
    pub(super) state: String,
    pub(super) error: Option<String>,
    pub(super) iss: Option<String>,
    pub(super) names: NamesTold,
}

impl Returned {
    /// What the provider trades for its word on who it is.
    pub(super) fn code(&self) -> Result<&str> {
        match (self.error.as_deref(), self.code.as_deref()) {
            (None, Some(code)) => Ok(code),
            (Some("access_denied" | "user_cancelled_authorize"), _) => Err(Error::denied(
                "access_denied",
                "The sign-in was called off at the provider.",
            )),
            (Some("temporarily_unavailable" | "server_error"), _) => {
                Err(Error::Unavailable("provider"))
            }
            _ => Err(Error::Unauthenticated("provider_refused")),
        }
    }
}

/// The form of `response_mode=form_post`. Providers send more; only this is read.
#[derive(Debug, Object)]
struct PostedForm {
    /// What the provider trades for its word.
    code: Option<String>,
    /// What we sent along.
    state: Option<String>,
    /// Why the provider sends nobody.
    error: Option<String>,
    /// Who says so (RFC 9207).
    iss: Option<String>,
    /// The first time only, as JSON: `{"name": {"firstName": "…", "lastName": "…"}}`.
    user: Option<String>,
}

pub(super) struct PostedBack(pub(super) Returned);

#[derive(Deserialize)]
struct PostedUser {
    name: PostedName,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PostedName {
    first_name: Option<String>,
    last_name: Option<String>,
}

impl<'a> ApiExtractor<'a> for PostedBack {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        PostedForm::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        Some(MetaRequest {
            description: None,
            content: vec![MetaMediaType {
                content_type: FORM,
                schema: PostedForm::schema_ref(),
            }],
            required: true,
        })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let content_type = request
            .content_type()
            .ok_or(ContentTypeError::ExpectContentType)?;
        if !content_type.starts_with(FORM) {
            let content_type = content_type.to_owned();
            return Err(ContentTypeError::NotSupported { content_type }.into());
        }
        let bytes = body::read(request, body.take()?).await?;
        Ok(Self(read(&bytes)))
    }
}

fn read(form: &[u8]) -> Returned {
    let mut returned = Returned::default();
    for (field, text) in oauth::form_fields(form) {
        match field.as_str() {
            "code" => returned.code = Some(text),
            "state" => returned.state = text,
            "error" => returned.error = Some(text),
            "iss" => returned.iss = Some(text),
            "user" => returned.names = names(&text),
            _ => {}
        }
    }
    returned
}

fn names(user: &str) -> NamesTold {
    let user = serde_json::from_str::<PostedUser>(user).ok();
    user.map_or_else(NamesTold::default, |user| NamesTold {
        first_name: user.name.first_name,
        last_name: user.name.last_name,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_posted_form_is_read_with_the_names_it_may_hold() {
        let form = b"state=s&code=c&x=y&user=%7B%22name%22%3A%7B%22firstName%22%3A%22Ada%22%7D%7D";
        let returned = read(form);
        assert_eq!(returned.code().unwrap(), "c");
        assert_eq!(returned.state, "s");
        assert_eq!(returned.names.first_name.as_deref(), Some("Ada"));
        assert!(read(b"user=nonsense").names.first_name.is_none());
    }
}
