//! What a client is told when a request fails: one form for all of it (RFC 9457).

mod bridge;
pub(crate) mod catalog;
mod refusal;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use platform::scope::Scope;
use poem::error::ResponseError;
use poem::http::StatusCode;
use poem::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use poem::{Body, Response};
use poem_openapi::Object;
use poem_openapi::types::ToJSON;

pub(crate) use catalog::Told;
pub(crate) use refusal::examples;
pub use refusal::{Answer, Refusal, Refusals};

pub(crate) const CONTENT: &str = "application/problem+json";

/// A failure on its way to the client.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) code: Cow<'static, str>,
    pub(crate) detail: String,
    pub(crate) errors: Vec<FieldProblem>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// One field that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
pub(crate) struct FieldProblem {
    /// Where: `email`, or `items.2.name` further in.
    pub(crate) field: String,
    /// Stable; for programs.
    pub(crate) code: String,
    /// For people.
    pub(crate) detail: String,
}

/// Why a request failed, after RFC 9457.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Problem")]
pub(crate) struct ProblemBody {
    /// Names the kind of problem: `urn:commons:problem:` and the code.
    pub(crate) r#type: String,
    /// The kind of problem in words.
    pub(crate) title: String,
    /// The HTTP status, again.
    pub(crate) status: u16,
    /// What happened this time, for people.
    pub(crate) detail: String,
    /// The path that was asked for.
    pub(crate) instance: String,
    /// The kind of problem; stable, for programs.
    pub(crate) code: String,
    /// Names this request in our logs.
    pub(crate) request_id: String,
    /// Every field that is wrong; empty where none is.
    pub(crate) errors: Vec<FieldProblem>,
    /// Always false.
    pub(crate) success: bool,
}

impl Problem {
    pub(crate) fn new(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code: code.into(),
            detail: detail.into(),
            errors: Vec::new(),
            headers: Vec::new(),
        }
    }

    /// One that the catalogue knows.
    pub(crate) fn told(told: &Told) -> Self {
        let status = StatusCode::from_u16(told.status);
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::new(status, told.code, told.detail)
    }

    pub(crate) fn with_errors(mut self, errors: Vec<FieldProblem>) -> Self {
        self.errors = errors;
        self
    }

    pub(crate) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    /// Rounded up: a client that waits so long is not too early.
    pub(crate) fn retry_after(self, wait: Duration) -> Self {
        let seconds = wait.as_millis().div_ceil(1000).max(1);
        self.with_header(RETRY_AFTER, &seconds.to_string())
    }

    pub(crate) fn body(&self, instance: &str, request_id: &str) -> ProblemBody {
        ProblemBody {
            r#type: format!("urn:commons:problem:{}", self.code),
            title: title(&self.code),
            status: self.status.as_u16(),
            detail: self.detail.clone(),
            instance: instance.to_owned(),
            code: self.code.clone().into_owned(),
            request_id: request_id.to_owned(),
            errors: self.errors.clone(),
            success: false,
        }
    }

    /// The answer, for the request of the current scope.
    pub(crate) fn answer(self, instance: &str) -> Response {
        let request_id = Scope::current().request_id;
        let body = self.body(instance, request_id.as_deref().unwrap_or_default());
        let mut response = Response::builder()
            .status(self.status)
            .body(Body::from(body.to_json_string()));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(CONTENT));
        headers.extend(self.headers);
        response
    }
}

/// `username_taken` is "Username taken".
fn title(code: &str) -> String {
    let mut words = code.replace('_', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status.as_u16(), self.code)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status(&self) -> StatusCode {
        self.status
    }

    fn as_response(&self) -> Response {
        self.clone().answer("")
    }
}
