//! The page behind the link in a verification mail.

use domain::Error;
use poem::http::StatusCode;
use poem::http::header::{ACCEPT, CONTENT_SECURITY_POLICY, HeaderValue};
use poem::web::Html;
use poem::{IntoResponse, Request, Response};
use poem_openapi::ApiResponse;
use poem_openapi::payload::Payload;
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, Registry};

use crate::edge::LEAF;

/// A few words for somebody who followed a link.
pub(super) struct Page {
    status: StatusCode,
    title: &'static str,
    text: String,
}

/// Whether a page is of more use than a problem.
pub(super) fn is_wanted(request: &Request) -> bool {
    let accept = request
        .headers()
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

impl Page {
    pub(super) fn verified(before: bool) -> Self {
        let text = match before {
            true => "Your e-mail address had been confirmed already. There is nothing left to do.",
            false => "Your e-mail address is confirmed. You can close this page.",
        };
        Self {
            status: StatusCode::OK,
            title: "Thank you",
            text: text.to_owned(),
        }
    }

    pub(super) fn refused(refused: &Error) -> Self {
        let detail = match refused {
            Error::Invalid(fields) => fields.first().map(|field| field.detail.clone()),
            _ => None,
        };
        Self {
            status: StatusCode::BAD_REQUEST,
            title: "This link does not work",
            text: detail.unwrap_or_else(|| "This link is not good.".to_owned()),
        }
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        // No word of it comes from outside: there is nothing to escape.
        let html = include_str!("page.html")
            .replace("{title}", self.title)
            .replace("{text}", &self.text);
        let mut response = Html(html).into_response();
        response.set_status(self.status);
        let policy = HeaderValue::from_static(LEAF);
        response
            .headers_mut()
            .insert(CONTENT_SECURITY_POLICY, policy);
        response
    }
}

impl ApiResponse for Page {
    fn meta() -> MetaResponses {
        let response = |status| MetaResponse {
            description: "",
            status: Some(status),
            status_range: None,
            content: vec![MetaMediaType {
                content_type: poem_openapi::payload::Html::<String>::CONTENT_TYPE,
                schema: poem_openapi::payload::Html::<String>::schema_ref(),
            }],
            headers: Vec::new(),
        };
        MetaResponses {
            responses: vec![response(200), response(400)],
        }
    }

    fn register(_: &mut Registry) {}
}
