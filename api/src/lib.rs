//! Floor 3: the HTTP tier. It reads a request, calls one verb of the domain in one transaction, and shows what came of
//! it. What every request goes through is in [`edge`]; what goes wrong is told by [`problem`].

mod aliases;
mod answer;
mod apis;
mod auth;
mod body;
mod comments;
mod console;
mod contacts;
mod devices;
mod docs;
mod edge;
mod feed;
mod files;
mod graph;
mod hashtags;
mod health;
mod identity;
mod lifecycle;
mod media;
mod notifications;
mod office;
mod openapi;
mod operations;
mod ops;
mod page;
mod posts;
mod problem;
mod search;
mod server;
mod settings;
mod stream;
mod trends;
mod unsubscribe;
mod users;

pub use aliases::TABLE as ALIASES;
pub use answer::{Accepted202, Created201, List200, Nothing, Ok200};
pub use auth::{Signed, TokenOnly};
pub use body::Body;
pub use openapi::openapi_json;
pub use ops::serve_ops;
pub use page::{Pagination, Paging, cursor};
pub use problem::{Answer, Refusal, Refusals, catalog::Told};
pub use server::serve;

use std::sync::Arc;

use platform::Platform;
use poem::endpoint::BoxEndpoint;
use poem::{EndpointExt, Route};
use poem_openapi::OpenApiService;

use edge::{Edge, Guarded};

/// The whole HTTP tier as one endpoint.
pub fn app(platform: Platform) -> BoxEndpoint<'static> {
    let platform = Arc::new(platform);
    let edge = Arc::new(Edge::new(platform.clone()));
    let api = Guarded::new(apis::apis(&platform), &edge);
    let root = Guarded::new(apis::root_apis(&platform), &edge);
    let routes = Route::new()
        .nest("/api/v1", OpenApiService::new(api, "Commons", VERSION))
        .nest("/docs", docs::routes())
        .nest("/console", console::routes())
        .nest("/files", files::routes(&platform))
        .at("/openapi.json", docs::openapi())
        .at("/metrics", ops::metrics(&platform))
        .nest("/", OpenApiService::new(root, "Commons", VERSION));
    edge::around(&edge, routes.boxed())
}

pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
