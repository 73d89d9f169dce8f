//! The JSON body of a request. Where it does not fit, all its wrong fields are told at once.

mod faults;
mod posted;

use poem::http::StatusCode;
use poem::http::header::CONTENT_LENGTH;
use poem::{Request, RequestBody};
use poem_openapi::error::{ContentTypeError, ParseRequestPayloadError};
use poem_openapi::payload::{Json, Payload};
use poem_openapi::registry::{MetaMediaType, MetaRequest, Registry};
use poem_openapi::types::{Example, ParseFromJSON, ToJSON};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use serde_json::Value;

pub(crate) use faults::explain;
pub(crate) use posted::{FormFields, Posted};

use crate::aliases::Renames;
use crate::edge::Edge;
use crate::problem::{Problem, catalog};

/// A body of type `T`. Its published example is what tells the wrong fields from the right ones.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<'a, T: ParseFromJSON + ToJSON + Example> ApiExtractor<'a> for Body<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        debug_assert!(keeps_its_word::<T>(), "{}: see `keeps_its_word`", T::name());
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        Some(MetaRequest {
            description: None,
            content: vec![MetaMediaType {
                content_type: "application/json",
                schema: T::schema_ref(),
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
        if !Json::<T>::check_content_type(content_type) {
            let content_type = content_type.to_owned();
            return Err(ContentTypeError::NotSupported { content_type }.into());
        }
        let bytes = read(request, body.take()?).await?;
        Ok(Self(understood(request, parse(&bytes)?)?))
    }
}

/// What was said, by our names of the fields; else all that is wrong with it.
pub(crate) fn understood<T: ParseFromJSON + ToJSON + Example>(
    request: &Request,
    mut said: Value,
) -> poem::Result<T> {
    if let Some(renames) = request.data::<Renames>() {
        renames.apply(&mut said);
    }
    T::parse_from_json(Some(said.clone())).map_err(|error| {
        Problem::told(&catalog::VALIDATION_FAILED)
            .with_errors(faults::find::<T>(&said, error.message()))
            .into()
    })
}

/// A body that may be left out.
#[derive(Debug)]
pub struct MaybeBody<T>(pub Option<T>);

impl<'a, T: ParseFromJSON + ToJSON + Example> ApiExtractor<'a> for MaybeBody<T> {
    const TYPES: &'static [ApiExtractorType] = Body::<T>::TYPES;

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        Body::<T>::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        let meta = Body::<T>::request_meta()?;
        Some(MetaRequest {
            required: false,
            ..meta
        })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        if request.content_type().is_none() {
            let bytes = read(request, body.take()?).await?;
            return match bytes.is_empty() {
                true => Ok(Self(None)),
                false => Err(ContentTypeError::ExpectContentType.into()),
            };
        }
        let body = Body::<T>::from_request(request, body, options).await?;
        Ok(Self(Some(body.0)))
    }
}

fn parse(bytes: &[u8]) -> Result<Value, ParseRequestPayloadError> {
    serde_json::from_slice(bytes).map_err(|error| ParseRequestPayloadError {
        reason: error.to_string(),
    })
}

/// Whether a type reads its own example, and refuses a field it does not know (`deny_unknown_fields`): the document says
/// so of every body.
fn keeps_its_word<T: ParseFromJSON + ToJSON + Example>() -> bool {
    let example = T::example().to_json().unwrap_or_default();
    let mut more = example.clone();
    more["…"] = Value::Null;
    T::parse_from_json(Some(example)).is_ok() && T::parse_from_json(Some(more)).is_err()
}

/// All of a body, counting its bytes: its length may be a lie, or not said at all.
pub(crate) async fn read(request: &Request, body: poem::Body) -> poem::Result<Vec<u8>> {
    let limit = Edge::of(request)?.body_limit();
    let said = request
        .header(CONTENT_LENGTH)
        .and_then(|length| length.parse::<usize>().ok());
    if said.is_some_and(|said| said > limit) {
        return Err(too_large(limit).into());
    }
    match body.into_bytes_limit(limit).await {
        Ok(bytes) => Ok(bytes.to_vec()),
        Err(poem::error::ReadBodyError::PayloadTooLarge) => Err(too_large(limit).into()),
        Err(poem::error::ReadBodyError::Io(error)) => {
            let detail = format!("The body did not arrive whole: {error}.");
            Err(Problem::new(StatusCode::BAD_REQUEST, "body_incomplete", detail).into())
        }
        Err(error) => Err(error.into()),
    }
}

fn too_large(limit: usize) -> Problem {
    let mut problem = Problem::told(&catalog::BODY_TOO_LARGE);
    problem.detail = format!("The body is larger than {limit} bytes.");
    problem
}
