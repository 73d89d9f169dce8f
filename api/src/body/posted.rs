//! A body that programs send as JSON and pages as a form.

use std::collections::HashMap;

use poem::web::Form;
use poem::{FromRequest, Request, RequestBody};
use poem_openapi::payload::{Form as FormPayload, Payload};
use poem_openapi::registry::{MetaMediaType, MetaRequest, Registry};
use poem_openapi::types::{Example, ParseFromJSON, ToJSON};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use serde_json::Value;

use super::{Body, faults, read};

/// What was posted.
#[derive(Debug)]
pub(crate) enum Posted<T> {
    Json(T),
    /// By a page, which shows what is wrong with it.
    Form(FormFields),
}

/// The fields of a form, as they came.
#[derive(Debug)]
pub(crate) struct FormFields(HashMap<String, String>);

impl FormFields {
    pub(crate) fn text(&self, field: &str) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }

    /// What the fields say, by the rules of the same body in JSON; else what is wrong with the first that is.
    pub(crate) fn read<T: ParseFromJSON + ToJSON + Example>(&self) -> Result<T, String> {
        let given = serde_json::to_value(&self.0).unwrap_or(Value::Null);
        T::parse_from_json(Some(given.clone())).map_err(|error| {
            let wrong = faults::find::<T>(&given, error.message());
            wrong
                .into_iter()
                .map(|fault| format!("`{}` {}.", fault.field, fault.detail))
                .next()
                .unwrap_or_default()
        })
    }
}

impl<'a, T: ParseFromJSON + ToJSON + Example> ApiExtractor<'a> for Posted<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        Body::<T>::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        let mut meta = Body::<T>::request_meta()?;
        meta.content.push(MetaMediaType {
            content_type: FormPayload::<T>::CONTENT_TYPE,
            schema: T::schema_ref(),
        });
        Some(meta)
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let is_form = request
            .content_type()
            .is_some_and(|kind| kind.starts_with(FormPayload::<T>::CONTENT_TYPE));
        if !is_form {
            let Body(said) = Body::<T>::from_request(request, body, options).await?;
            return Ok(Self::Json(said));
        }
        let bytes = read(request, body.take()?).await?;
        let mut body = RequestBody::new(bytes.into());
        let Form(fields) = <Form<_> as FromRequest>::from_request(request, &mut body).await?;
        Ok(Self::Form(FormFields(fields)))
    }
}
