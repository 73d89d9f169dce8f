//! What stands around every operation of the OpenAPI document: idempotency for POSTs, tokens in cookies for browsers,
//! tags for GETs, and the check that it answers only what its document says.

use std::collections::HashMap;
use std::sync::Arc;

use poem::endpoint::BoxEndpoint;
use poem::http::Method;
use poem::{Endpoint, EndpointExt, Request, Response, Result};
use poem_openapi::registry::{MetaApi, Registry};
use poem_openapi::{OpenApi, OperationId};

use super::{Caller, Edge, etag, failures, idempotency};
use crate::openapi;

/// APIs with the guard around each operation.
pub(crate) struct Guarded<T> {
    apis: T,
    edge: Arc<Edge>,
}

impl<T> Guarded<T> {
    pub(crate) fn new(apis: T, edge: &Arc<Edge>) -> Self {
        Self {
            apis,
            edge: edge.clone(),
        }
    }
}

type Routes = HashMap<String, HashMap<Method, BoxEndpoint<'static>>>;

impl<T: OpenApi> OpenApi for Guarded<T> {
    fn meta() -> Vec<MetaApi> {
        T::meta()
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn add_routes(self, routes: &mut Routes) {
        let mut bare = Routes::new();
        self.apis.add_routes(&mut bare);
        for (path, operations) in bare {
            let guarded = routes.entry(path).or_default();
            for (method, operation) in operations {
                let guard = Guard {
                    operation,
                    edge: self.edge.clone(),
                    method: method.clone(),
                };
                guarded.insert(method, guard.boxed());
            }
        }
    }
}

struct Guard {
    operation: BoxEndpoint<'static>,
    edge: Arc<Edge>,
    method: Method,
}

impl Endpoint for Guard {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let (path, shown) = (super::path(&request), etag::shown(&request));
        let cookies = request
            .data::<Caller>()
            .map(|caller| caller.cookies.clone());
        let result = match self.method {
            Method::POST => idempotency::once(&self.edge, &self.operation, request).await,
            _ => self.operation.call(request).await,
        };
        let mut response = failures::settle(&self.edge, &path, result);
        if let Some(cookies) = cookies {
            response = cookies.settle(&self.edge, &path, response).await?;
        }
        if self.method == Method::GET && is_tagged(&response) {
            response = etag::tag(response, shown).await?;
        }
        check(&response);
        Ok(response)
    }
}

fn is_tagged(response: &Response) -> bool {
    let operation = response.data::<OperationId>();
    operation.is_some_and(|operation| openapi::documents(operation.0, 304))
}

/// An answer that the document does not know of is a defect: it ends the request where developers look, and is logged
/// where clients depend on it.
fn check(response: &Response) {
    let Some(OperationId(operation)) = response.data() else {
        return;
    };
    let status = response.status().as_u16();
    let documented = openapi::documents(operation, status);
    if !documented {
        tracing::error!(
            operation,
            status,
            "answered a status that openapi.json does not list"
        );
    }
    debug_assert!(
        documented,
        "{operation} answered {status}, which openapi.json does not list"
    );
}
