//! The OpenAPI document: what the APIs say of themselves, and what is true of every operation, said once here.

mod finish;
mod share;

use std::collections::{BTreeSet, HashMap};
use std::marker::PhantomData;
use std::sync::LazyLock;

use poem::endpoint::BoxEndpoint;
use poem::http::Method;
use poem_openapi::registry::{MetaApi, MetaPath, Registry};
use poem_openapi::{LicenseObject, OpenApi, OpenApiService, ServerObject};
use serde::Serialize;
use serde_json::Value;

use crate::apis::{Apis, RootApis};

/// As committed in `openapi/openapi.json`.
pub fn openapi_json() -> String {
    document().to_owned()
}

pub(crate) fn document() -> &'static str {
    &WRITTEN.text
}

/// Whether the document says that `operation` may answer `status`.
pub(crate) fn documents(operation: &str, status: u16) -> bool {
    let statuses = WRITTEN.statuses.get(operation);
    statuses.is_some_and(|statuses| statuses.contains(&status))
}

struct Written {
    text: String,
    statuses: HashMap<String, BTreeSet<u16>>,
}

/// It is the same for as long as the process lives.
static WRITTEN: LazyLock<Written> = LazyLock::new(|| {
    let document = Document::whole();
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    Written {
        text,
        statuses: finish::statuses(&document.paths),
    }
});

/// In the order in which people read it.
#[derive(Default, Serialize)]
struct Document {
    openapi: Value,
    info: Value,
    servers: Value,
    tags: Value,
    paths: Value,
    components: Value,
}

impl Document {
    fn whole() -> Self {
        let api = service::<Apis>().server(ServerObject::new("/api/v1").description("This server"));
        let mut document = Self::read(&api.spec());
        let root = Self::read(&service::<RootApis>().spec());
        finish::merge(&mut document, root);
        finish::operations(&mut document.paths, &document.components);
        finish::schemas(&mut document.components, &document.paths);
        share::parts(&mut document);
        document
    }

    fn read(spec: &str) -> Self {
        let mut spec: Value = serde_json::from_str(spec).unwrap_or_default();
        let mut take = |name: &str| spec.get_mut(name).map(Value::take).unwrap_or_default();
        Self {
            openapi: take("openapi"),
            info: take("info"),
            servers: take("servers"),
            tags: take("tags"),
            paths: take("paths"),
            components: take("components"),
        }
    }
}

fn service<T: OpenApi>() -> OpenApiService<Described<T>, ()> {
    let license = LicenseObject::new("MIT OR Apache-2.0").url("https://spdx.org/licenses/MIT");
    OpenApiService::new(Described(PhantomData), "Commons", crate::VERSION)
        .description(include_str!("openapi/description.md").trim())
        .license(license)
}

/// APIs as they describe themselves, with nobody behind them: a document needs no server.
struct Described<T>(PhantomData<fn() -> T>);

impl<T: OpenApi> OpenApi for Described<T> {
    fn meta() -> Vec<MetaApi> {
        each_path_once(T::meta())
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn add_routes(self, _: &mut HashMap<String, HashMap<Method, BoxEndpoint<'static>>>) {}
}

/// Two APIs may share a path (`GET` of one, `DELETE` of another): a document that named it twice would lose the first.
fn each_path_once(mut apis: Vec<MetaApi>) -> Vec<MetaApi> {
    let mut paths: Vec<MetaPath> = Vec::new();
    for path in apis
        .iter_mut()
        .flat_map(|api| std::mem::take(&mut api.paths))
    {
        match paths.iter_mut().find(|known| known.path == path.path) {
            Some(known) => known.operations.extend(path.operations),
            None => paths.push(path),
        }
    }
    if let Some(first) = apis.first_mut() {
        first.paths = paths;
    }
    apis
}

#[cfg(test)]
mod tests;
