//! The problems that are not of one operation: what any of them may answer, by what it takes.

/// A problem as the documentation tells it.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    pub status: u16,
    pub code: &'static str,
    pub detail: &'static str,
}

impl Told {
    pub const fn new(status: u16, code: &'static str, detail: &'static str) -> Self {
        Self {
            status,
            code,
            detail,
        }
    }
}

pub(crate) const RATE_LIMITED: Told = Told::new(
    429,
    "rate_limited",
    "Too many requests. Try again when Retry-After has passed.",
);
pub(crate) const INTERNAL: Told = Told::new(
    500,
    "internal",
    "Something went wrong on our side. The request id names it in our logs.",
);
pub(crate) const UNAVAILABLE: Told = Told::new(
    503,
    "unavailable",
    "A part of the service is away for the moment. Try again.",
);
pub(crate) const TIMEOUT: Told = Told::new(
    503,
    "timeout",
    "The request took too long and was given up.",
);

pub(crate) const TOKEN_MISSING: Told = Told::new(
    401,
    "token_missing",
    "This needs an access token: `Authorization: Bearer …`.",
);
pub(crate) const TOKEN_MALFORMED: Told = Told::new(
    401,
    "token_malformed",
    "The access token is not one of ours.",
);
pub(crate) const TOKEN_EXPIRED: Told = Told::new(
    401,
    "token_expired",
    "The access token has expired. Trade your refresh token for a new one.",
);
pub(crate) const TOKEN_REVOKED: Told = Told::new(
    401,
    "token_revoked",
    "The session of this access token is over. Sign in again.",
);

/// Operations for people who are signed in.
pub(crate) const SIGNED_IN: [Told; 4] =
    [TOKEN_MISSING, TOKEN_MALFORMED, TOKEN_EXPIRED, TOKEN_REVOKED];

pub(crate) const CSRF_TOKEN_WRONG: Told = Told::new(
    403,
    "csrf_token_wrong",
    "With cookies, what changes something needs the session's CSRF token as X-CSRF-Token.",
);

/// Operations for people who are signed in that change something.
pub(crate) const WITH_COOKIES: [Told; 1] = [CSRF_TOKEN_WRONG];

pub(crate) const VALIDATION_FAILED: Told = Told::new(
    400,
    "validation_failed",
    "Some fields are wrong; `errors` lists them all.",
);
pub(crate) const JSON_MALFORMED: Told = Told::new(
    400,
    "json_malformed",
    "The body is not JSON: expected value at line 1 column 1.",
);
pub(crate) const BODY_TOO_LARGE: Told = Told::new(
    413,
    "body_too_large",
    "The body is larger than 1048576 bytes.",
);
pub(crate) const MEDIA_TYPE_UNSUPPORTED: Told = Told::new(
    415,
    "media_type_unsupported",
    "Send the body as application/json.",
);

/// Operations that take a body.
pub(crate) const WITH_BODY: [Told; 4] = [
    VALIDATION_FAILED,
    JSON_MALFORMED,
    BODY_TOO_LARGE,
    MEDIA_TYPE_UNSUPPORTED,
];

pub(crate) const PARAMETER_INVALID: Told = Told::new(
    400,
    "parameter_invalid",
    "A parameter of the path or the query is wrong.",
);

/// Operations with parameters.
pub(crate) const WITH_PARAMETERS: [Told; 1] = [PARAMETER_INVALID];

pub(crate) const IDEMPOTENCY_KEY_INVALID: Told = Told::new(
    400,
    "idempotency_key_invalid",
    "An Idempotency-Key has 1 to 255 visible ASCII characters.",
);
pub(crate) const IDEMPOTENCY_IN_PROGRESS: Told = Told::new(
    409,
    "idempotency_in_progress",
    "The first request with this Idempotency-Key still runs.",
);
pub(crate) const IDEMPOTENCY_KEY_REUSED: Told = Told::new(
    422,
    "idempotency_key_reused",
    "This Idempotency-Key was sent with another request.",
);

pub(crate) const IDEMPOTENCY_KEY_UNSUPPORTED: Told = Told::new(
    400,
    "idempotency_key_unsupported",
    "A form with files takes no Idempotency-Key. Send the files first, and what shows them in JSON.",
);

/// Every POST.
pub(crate) const WITH_IDEMPOTENCY_KEY: [Told; 3] = [
    IDEMPOTENCY_KEY_INVALID,
    IDEMPOTENCY_IN_PROGRESS,
    IDEMPOTENCY_KEY_REUSED,
];

/// Operations with `If-Match`.
pub(crate) const PRECONDITION_FAILED: Told = Told::new(
    412,
    "precondition_failed",
    "It was changed since you read it. Read it again.",
);

pub(crate) const FORBIDDEN: Told = Told::new(403, "forbidden", "You may not do this.");
pub(crate) const ROUTE_UNKNOWN: Told =
    Told::new(404, "route_unknown", "There is nothing at this path.");
pub(crate) const METHOD_NOT_ALLOWED: Told = Told::new(
    405,
    "method_not_allowed",
    "This path does not take this method; Allow lists those it takes.",
);
pub(crate) const HTTPS_REQUIRED: Told = Told::new(403, "https_required", "Use https.");
