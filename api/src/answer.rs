//! Successes: every one is `{"success": true, "data": …}`, and a list adds `"pagination"`.

use poem::http::header::{HeaderName, HeaderValue};
use poem::http::{HeaderMap, StatusCode};
use poem::web::Json;
use poem::{IntoResponse, Response};
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::{Example, ParseFromJSON, ToJSON, Type};
use poem_openapi::{ApiResponse, Object};

use crate::edge::cookies::Ended;
use crate::edge::etag::Version;
use crate::page::Pagination;

/// What can stand in `data`: a type of the wire that publishes an example of itself.
pub trait Datum: Type + ParseFromJSON + ToJSON + Example {}

impl<T: Type + ParseFromJSON + ToJSON + Example> Datum for T {}

#[derive(Debug, Object)]
#[oai(rename = "Success", example)]
struct One<T: Datum> {
    /// Always true.
    success: bool,
    data: T,
}

#[derive(Debug, Object)]
#[oai(rename = "List", example)]
struct Many<T: Datum> {
    /// Always true.
    success: bool,
    data: Vec<T>,
    pagination: Pagination,
}

/// There is nothing to say but that it is done.
#[derive(Clone, Copy, Debug, Default, Object)]
#[oai(example)]
pub struct Nothing {}

impl Example for Nothing {
    fn example() -> Self {
        Self {}
    }
}

/// One thing, with a status of success.
#[derive(Debug)]
pub struct Success<const STATUS: u16, T> {
    data: T,
    headers: HeaderMap,
    ends_session: bool,
    version: Option<Version>,
}

pub type Ok200<T> = Success<200, T>;
pub type Created201<T> = Success<201, T>;
pub type Accepted202<T> = Success<202, T>;

impl<const STATUS: u16, T> Success<STATUS, T> {
    pub fn of(data: T) -> Self {
        Self {
            data,
            headers: HeaderMap::new(),
            ends_session: false,
            version: None,
        }
    }

    /// The session of whoever asked is over: a browser is told to forget it.
    #[must_use]
    pub(crate) fn ending_session(mut self, ends: bool) -> Self {
        self.ends_session = ends;
        self
    }

    /// Whoever changes it may say that they have read this version: see [`crate::edge::etag`].
    #[must_use]
    pub(crate) fn of_version(mut self, version: i32) -> Self {
        self.version = Some(Version(version));
        self
    }

    /// A value that is no header value is left out.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }
}

impl<const STATUS: u16, T: Datum> IntoResponse for Success<STATUS, T> {
    fn into_response(self) -> Response {
        let body = One {
            success: true,
            data: self.data,
        };
        let mut response = Json(body.to_json()).into_response();
        response.set_status(StatusCode::from_u16(STATUS).unwrap_or_default());
        response.headers_mut().extend(self.headers);
        if self.ends_session {
            response.set_data(Ended);
        }
        if let Some(version) = self.version {
            response.set_data(version);
        }
        response
    }
}

impl<const STATUS: u16, T: Datum> ApiResponse for Success<STATUS, T> {
    fn meta() -> MetaResponses {
        one_response::<One<T>>(STATUS)
    }

    fn register(registry: &mut Registry) {
        One::<T>::register(registry);
    }
}

/// Something that is made behind the scenes, however far it is.
#[derive(Debug)]
pub struct Progressing<T> {
    data: T,
    status: StatusCode,
}

impl<T> Progressing<T> {
    pub fn done(data: T) -> Self {
        let status = StatusCode::OK;
        Self { data, status }
    }

    pub fn worked_on(data: T) -> Self {
        let status = StatusCode::PARTIAL_CONTENT;
        Self { data, status }
    }

    /// What it is made of is not here yet.
    pub fn awaited(data: T) -> Self {
        let status = StatusCode::ACCEPTED;
        Self { data, status }
    }
}

impl<T: Datum> IntoResponse for Progressing<T> {
    fn into_response(self) -> Response {
        let mut response = Success::<200, T>::of(self.data).into_response();
        response.set_status(self.status);
        response
    }
}

impl<T: Datum> ApiResponse for Progressing<T> {
    fn meta() -> MetaResponses {
        let each = [200, 202, 206].map(one_response::<One<T>>);
        MetaResponses {
            responses: each.into_iter().flat_map(|one| one.responses).collect(),
        }
    }

    fn register(registry: &mut Registry) {
        One::<T>::register(registry);
    }
}

/// A page of a list.
#[derive(Debug)]
pub struct List200<T> {
    pub data: Vec<T>,
    pub pagination: Pagination,
}

impl<T: Datum> IntoResponse for List200<T> {
    fn into_response(self) -> Response {
        let body = Many {
            success: true,
            data: self.data,
            pagination: self.pagination,
        };
        Json(body.to_json()).into_response()
    }
}

impl<T: Datum> ApiResponse for List200<T> {
    fn meta() -> MetaResponses {
        one_response::<Many<T>>(200)
    }

    fn register(registry: &mut Registry) {
        Many::<T>::register(registry);
    }
}

fn one_response<T: Type>(status: u16) -> MetaResponses {
    MetaResponses {
        responses: vec![MetaResponse {
            description: "",
            status: Some(status),
            status_range: None,
            content: vec![MetaMediaType {
                content_type: "application/json",
                schema: T::schema_ref(),
            }],
            headers: Vec::new(),
        }],
    }
}

impl<T: Datum> Example for One<T> {
    fn example() -> Self {
        Self {
            success: true,
            data: T::example(),
        }
    }
}

impl<T: Datum> Example for Many<T> {
    fn example() -> Self {
        Self {
            success: true,
            data: vec![T::example()],
            pagination: Pagination::example(),
        }
    }
}
