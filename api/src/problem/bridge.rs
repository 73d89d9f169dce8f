//! The one bridge from failures to problems: the domain's refusals, and poem's own.

use domain::{Error, FieldError};
use poem::error::{
    MethodNotAllowedError, NotFoundError, ParsePathError, ParseQueryError, ReadBodyError,
};
use poem::http::StatusCode;
use poem::http::header::WWW_AUTHENTICATE;
use poem_openapi::error::{
    AuthorizationError, ContentTypeError, ParseParamError, ParseRequestPayloadError,
};

use super::{FieldProblem, Problem, catalog};
use std::time::Duration;

/// What a client is told to wait where nobody knows better.
const A_MOMENT: Duration = Duration::from_secs(2);

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(what) => Self::new(
                StatusCode::NOT_FOUND,
                "not_found",
                format!("There is no such {what}."),
            ),
            Error::Unauthenticated(code) => unauthenticated(code),
            Error::Forbidden(right) => {
                let mut problem = Self::told(&catalog::FORBIDDEN);
                problem.detail = format!("You may not do this: it takes the right `{right}`.");
                problem
            }
            Error::Denied { code, detail } => Self::new(StatusCode::FORBIDDEN, code, detail),
            Error::Invalid(errors) => Self::told(&catalog::VALIDATION_FAILED)
                .with_errors(errors.into_iter().map(FieldProblem::from).collect()),
            Error::Conflict {
                code,
                field,
                detail,
            } => {
                let errors = field.map(|field| FieldProblem {
                    field: field.to_owned(),
                    code: code.to_owned(),
                    detail: detail.to_owned(),
                });
                Self::new(StatusCode::CONFLICT, code, detail)
                    .with_errors(errors.into_iter().collect())
            }
            Error::Changed => Self::told(&catalog::PRECONDITION_FAILED),
            Error::TooLarge { most } => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "file_too_large",
                format!("A file of this kind can have at most {most} bytes."),
            ),
            Error::Unsupported { code, detail } => {
                Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, code, detail)
            }
            Error::RateLimited { retry_after } => {
                Self::told(&catalog::RATE_LIMITED).retry_after(retry_after)
            }
            error if error.is_passing() => {
                tracing::warn!(%error, "a part of the service is away");
                Self::told(&catalog::UNAVAILABLE).retry_after(A_MOMENT)
            }
            error @ (Error::Unavailable(_)
            | Error::Database(_)
            | Error::LeaseLost
            | Error::Internal(_)) => {
                tracing::error!(%error, cause = ?error, "a request failed");
                Self::told(&catalog::INTERNAL)
            }
        }
    }
}

impl From<FieldError> for FieldProblem {
    fn from(error: FieldError) -> Self {
        Self {
            field: error.field,
            code: error.code.to_owned(),
            detail: error.detail,
        }
    }
}

/// A 401 says how to do better (RFC 6750): an `error` only where a token was shown.
fn unauthenticated(code: &'static str) -> Problem {
    let told = catalog::SIGNED_IN.iter().find(|told| told.code == code);
    let detail = told.map_or_else(|| unauthenticated_detail(code), |told| told.detail);
    let challenge = match code.starts_with("token_") && code != "token_missing" {
        true => "Bearer realm=\"commons\", error=\"invalid_token\"",
        false => "Bearer realm=\"commons\"",
    };
    Problem::new(StatusCode::UNAUTHORIZED, code, detail).with_header(WWW_AUTHENTICATE, challenge)
}

fn unauthenticated_detail(code: &str) -> &'static str {
    match code {
        "credentials_wrong" => "No account fits these credentials.",
        "code_wrong" => "This code is not good for this number: it is wrong, used or has expired.",
        "refresh_invalid" => "The refresh token is not one of ours.",
        "refresh_expired" => "The refresh token has expired. Sign in again.",
        "refresh_reused" => {
            "The refresh token had been used. Its session is over for everybody who holds one; sign in again."
        }
        "challenge_over" => {
            "This challenge was answered, has expired, or was answered wrong too often. Sign in again."
        }
        "second_factor_wrong" => "The code is wrong, or was used before.",
        "provider_refused" => {
            "The provider did not say who you are, or not in a way that can be believed."
        }
        "session_revoked" => "The session is over. Sign in again.",
        _ => "You are not signed in.",
    }
}

impl From<poem::Error> for Problem {
    /// Poem's failures, and ours that came through its hands.
    fn from(error: poem::Error) -> Self {
        if let Some(problem) = error.downcast_ref::<Self>() {
            return problem.clone();
        }
        if let Some(error) = error.downcast_ref::<ParseParamError>() {
            return parameter(error.name, &error.reason);
        }
        if let Some(error) = error.downcast_ref::<poem_openapi::error::ParsePathError>() {
            return parameter(error.name, &error.reason);
        }
        if error.is::<ParsePathError>() || error.is::<ParseQueryError>() {
            return Self::told(&catalog::PARAMETER_INVALID);
        }
        if let Some(error) = error.downcast_ref::<ParseRequestPayloadError>() {
            let mut problem = Self::told(&catalog::JSON_MALFORMED);
            problem.detail = format!("The body is not JSON: {}.", error.reason);
            return problem;
        }
        let told = match &error {
            error if error.is::<NotFoundError>() => catalog::ROUTE_UNKNOWN,
            error if error.is::<MethodNotAllowedError>() => catalog::METHOD_NOT_ALLOWED,
            error if error.is::<ContentTypeError>() => catalog::MEDIA_TYPE_UNSUPPORTED,
            error if error.is::<AuthorizationError>() => return unauthenticated("token_missing"),
            error if is_too_large(error) => catalog::BODY_TOO_LARGE,
            _ => return by_status(&error),
        };
        Self::told(&told)
    }
}

fn is_too_large(error: &poem::Error) -> bool {
    matches!(error.downcast_ref(), Some(ReadBodyError::PayloadTooLarge))
}

fn parameter(name: &str, reason: &str) -> Problem {
    let (code, detail) = crate::body::explain(reason);
    Problem::told(&catalog::PARAMETER_INVALID).with_errors(vec![FieldProblem {
        field: name.to_owned(),
        code,
        detail,
    }])
}

fn by_status(error: &poem::Error) -> Problem {
    let status = error.status();
    if status.is_client_error() {
        let reason = status.canonical_reason().unwrap_or("Refused");
        let code = reason.to_lowercase().replace([' ', '-'], "_");
        return Problem::new(status, code, error.to_string());
    }
    tracing::error!(%error, "a request failed");
    Problem::told(&catalog::INTERNAL)
}
