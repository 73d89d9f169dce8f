//! The answer to whoever leaves for a provider: a redirect for browsers, a URL for programs.

use domain::identity::providers::Departure;
use poem::http::StatusCode;
use poem::http::header::{ACCEPT, CACHE_CONTROL, HeaderValue, LOCATION, SET_COOKIE};
use poem::{IntoResponse, Request, Response};
use poem_openapi::registry::{MetaResponse, MetaResponses, Registry};
use poem_openapi::types::Example;
use poem_openapi::{ApiResponse, Object};

use crate::answer::Ok200;

/// Where to send the browser.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(in crate::identity) struct AuthorizationUrl {
    /// Of the provider's. Good for ten minutes, once.
    pub(in crate::identity) authorization_url: String,
}

pub(super) enum Departed {
    Told(Ok200<AuthorizationUrl>),
    Sent(Redirect),
}

pub(super) struct Redirect {
    status: StatusCode,
    url: String,
    cookie: Option<String>,
}

/// Whether a URL is of more use than a redirect.
pub(super) fn is_told(request: &Request) -> bool {
    let accept = request.headers().get(ACCEPT);
    let accept = accept
        .and_then(|accept| accept.to_str().ok())
        .unwrap_or_default();
    accept.contains("application/json") && !accept.contains("text/html")
}

pub(in crate::identity) fn told(departure: Departure, cookie: &str) -> Ok200<AuthorizationUrl> {
    let url = AuthorizationUrl {
        authorization_url: departure.url,
    };
    Ok200::of(url)
        .with_header(SET_COOKIE, cookie)
        .with_header(CACHE_CONTROL, "no-store")
}

impl Departed {
    pub(super) fn of(departure: Departure, cookie: String, is_told: bool) -> Self {
        match is_told {
            true => Self::Told(told(departure, &cookie)),
            false => Self::Sent(Redirect {
                status: StatusCode::FOUND,
                url: departure.url,
                cookie: Some(cookie),
            }),
        }
    }
}

impl Redirect {
    /// To be fetched by GET, whatever led here.
    pub(super) fn see(url: String) -> Self {
        Self {
            status: StatusCode::SEE_OTHER,
            url,
            cookie: None,
        }
    }

    pub(super) fn meta(status: u16) -> MetaResponse {
        MetaResponse {
            description: "",
            status: Some(status),
            status_range: None,
            content: Vec::new(),
            headers: Vec::new(),
        }
    }
}

impl IntoResponse for Redirect {
    fn into_response(self) -> Response {
        let mut response = Response::builder().status(self.status).finish();
        let headers = response.headers_mut();
        if let Ok(url) = HeaderValue::from_str(&self.url) {
            headers.insert(LOCATION, url);
        }
        if let Some(Ok(cookie)) = self.cookie.as_deref().map(HeaderValue::from_str) {
            headers.insert(SET_COOKIE, cookie);
        }
        response
    }
}

impl IntoResponse for Departed {
    fn into_response(self) -> Response {
        match self {
            Self::Told(answer) => answer.into_response(),
            Self::Sent(redirect) => redirect.into_response(),
        }
    }
}

impl ApiResponse for Departed {
    fn meta() -> MetaResponses {
        let mut meta = Ok200::<AuthorizationUrl>::meta();
        meta.responses.push(Redirect::meta(302));
        meta
    }

    fn register(registry: &mut Registry) {
        Ok200::<AuthorizationUrl>::register(registry);
    }
}

impl Example for AuthorizationUrl {
    fn example() -> Self {
        Self {
            authorization_url:
                "https://accounts.google.com/o/oauth2/v2/auth?response_type=code&client_id=…"
                    .to_owned(),
        }
    }
}
