//! `/openapi.json`, and `/docs` for people: Swagger UI, served from here alone.

use std::sync::LazyLock;

use poem::endpoint::{BoxEndpoint, make_sync};
use poem::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use poem::{Body, EndpointExt, Response, Route, get};
use poem_openapi::OpenApiService;

use crate::{edge, openapi};

/// Every path there is here.
pub(crate) const PATHS: [&str; 5] = [
    "/openapi.json",
    "/docs",
    "/docs/swagger-ui.js",
    "/docs/swagger-ui.css",
    "/docs/start.js",
];

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Commons API</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
  <div id="ui"></div>
  <script src="/docs/swagger-ui.js"></script>
  <script src="/docs/start.js"></script>
</body>
</html>
"#;

/// Without `validatorUrl: null` Swagger UI would show the document to a server of its makers.
const START: &str = r##"SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#ui",
  deepLinking: true,
  persistAuthorization: true,
  validatorUrl: null,
});
"##;

pub(crate) fn openapi() -> BoxEndpoint<'static> {
    file("application/json", openapi::document)
}

pub(crate) fn routes() -> BoxEndpoint<'static> {
    Route::new()
        .at("/", file("text/html; charset=utf-8", || PAGE))
        .at(
            "/swagger-ui.js",
            file("text/javascript; charset=utf-8", || &SWAGGER.script),
        )
        .at(
            "/swagger-ui.css",
            file("text/css; charset=utf-8", || &SWAGGER.style),
        )
        .at(
            "/start.js",
            file("text/javascript; charset=utf-8", || START),
        )
        .boxed()
}

fn file(content_type: &'static str, text: fn() -> &'static str) -> BoxEndpoint<'static> {
    let answer = make_sync(move |_| {
        Response::builder()
            .header(CONTENT_TYPE, content_type)
            .header(CONTENT_SECURITY_POLICY, edge::PAGE)
            .header(CACHE_CONTROL, "public, max-age=300")
            .body(Body::from(text()))
    });
    get(answer).boxed()
}

struct Swagger {
    script: String,
    style: String,
}

/// poem-openapi carries Swagger UI inlined in a page of its own. Taken apart, its parts can be cached, and the policy
/// of the page needs no inline script.
static SWAGGER: LazyLock<Swagger> = LazyLock::new(|| {
    let page = OpenApiService::new((), "", "").swagger_ui_html();
    let between = |from: &str, to: &str| {
        let rest = page.split_once(from).map_or("", |(_, rest)| rest);
        rest.split_once(to).map_or("", |(text, _)| text).to_owned()
    };
    Swagger {
        script: between("<script charset=\"UTF-8\">", "</script>"),
        style: between("<style charset=\"UTF-8\">", "</style>"),
    }
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swagger_ui_is_taken_apart_whole() {
        assert!(SWAGGER.script.len() > 1_000_000);
        assert!(SWAGGER.script.contains("SwaggerUIBundle"));
        assert!(SWAGGER.style.len() > 100_000);
        assert!(!SWAGGER.style.contains("@import"));
    }
}
