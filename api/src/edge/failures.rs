//! Whatever failed inside becomes a problem: handlers' refusals, poem's own errors, an unknown path, a wrong method.

use std::sync::Arc;

use poem::http::header::ALLOW;
use poem::{Endpoint, Request, Response, Result};
use poem_openapi::OperationId;

use super::Edge;
use crate::problem::{Problem, catalog};

pub(super) async fn tell<E: Endpoint<Output = Response>>(
    next: Arc<E>,
    request: Request,
) -> Result<Response> {
    let (edge, path) = (Edge::of(&request)?.clone(), super::path(&request));
    Ok(settle(&edge, &path, next.call(request).await))
}

/// The answer, success or problem, knowing still which operation it is of.
pub(super) fn settle(edge: &Edge, path: &str, result: Result<Response>) -> Response {
    let error = match result {
        Ok(response) => return response,
        Err(error) => error,
    };
    let operation = error.data::<OperationId>().copied();
    let mut problem = Problem::from(error);
    if problem.code == catalog::METHOD_NOT_ALLOWED.code
        && let Some(door) = edge.doors.find(path)
    {
        problem = problem.with_header(ALLOW, &door.methods);
    }
    let mut response = problem.answer(path);
    if let Some(operation) = operation {
        response.set_data(operation);
    }
    response
}
