//! A panic ends its request, with an answer, and nothing else.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt;
use poem::{Endpoint, Request, Response, Result};

use crate::problem::{Problem, catalog};

pub(super) async fn catch<E: Endpoint<Output = Response>>(
    next: Arc<E>,
    request: Request,
) -> Result<Response> {
    match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(answered) => answered,
        Err(panic) => {
            tracing::error!("a handler panicked: {}", message(&*panic));
            Err(Problem::told(&catalog::INTERNAL).into())
        }
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use poem::EndpointExt;
    use poem::endpoint::make;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_problem_that_tells_nothing() {
        let handler = make(|_| async {
            panic!("the secret is 42");
            #[expect(unreachable_code, reason = "says what the handler would answer")]
            Response::default()
        });
        let guarded = handler.map_to_response().around(catch);
        let error = guarded.call(Request::default()).await.unwrap_err();
        let problem = Problem::from(error);
        assert_eq!(problem.code, "internal");
        assert!(!problem.detail.contains("42"));
    }
}
