//! `Idempotency-Key`: the same POST sent again is answered as it was the first time.
//!
//! The handler begins and commits as ever; its transaction is one that this layer opened, and the answer is added to it
//! before it really commits. So the effect and the answer are kept together or not at all. A handler that committed
//! nothing leaves nothing to repeat.

mod forms;

use domain::Error;
use domain::idempotency::{self as kept, Claim, Fingerprint, KeptAnswer, Key};
use platform::Tx;
use platform::db::Ambient;
use platform::scope::Scope;
use poem::endpoint::BoxEndpoint;
use poem::http::StatusCode;
use poem::http::header::{CONTENT_TYPE, HeaderValue};
use poem::{Body, Endpoint, Request, Response, Result};
use sha2::{Digest, Sha256};
use std::time::Duration;

use super::{Caller, Edge, failures};
use crate::media::form::is_form;
use crate::problem::{Problem, catalog};
use crate::{auth, body};

pub(crate) use forms::FormKey;

const HEADER: &str = "idempotency-key";
const REPLAYED: &str = "idempotent-replayed";

/// Answers `request` by its operation, or as it was answered before.
pub(super) async fn once(
    edge: &Edge,
    operation: &BoxEndpoint<'static>,
    mut request: Request,
) -> Result<Response> {
    let Some(header) = request.headers().get(HEADER) else {
        return operation.call(request).await;
    };
    let text = read(header)?.to_owned();
    let key = Key::of(&caller(&mut request).await?, &text);
    if is_form(&request) {
        return forms::once(edge, operation, request, key).await;
    }
    let content = request.take_body();
    let content = body::read(&request, content).await?;
    let asked = fingerprint(&request, &content);
    request.set_body(content);
    // Held until the answer: see `Edge::idempotent`.
    let _turn = edge.idempotent.acquire().await.map_err(|_| away())?;
    let mut tx = edge.platform.db.begin_shared().await.map_err(told)?;
    let claim = kept::claim(&mut tx, &edge.platform.config.auth, &key, &asked).await;
    match claim.map_err(told)? {
        Claim::First => first(edge, operation, request, tx, (&key, &asked)).await,
        Claim::Running => Err(in_progress()),
        Claim::Different => Err(Problem::told(&catalog::IDEMPOTENCY_KEY_REUSED).into()),
        Claim::Answered(answer) => Ok(replay(answer)),
    }
}

async fn first(
    edge: &Edge,
    operation: &BoxEndpoint<'static>,
    request: Request,
    tx: Tx,
    (key, asked): (&Key, &Fingerprint),
) -> Result<Response> {
    let path = super::path(&request);
    let shared = Ambient::holding(tx);
    let scope = Scope::current().within(shared.clone());
    let result = scope.run(operation.call(request)).await;
    let response = failures::settle(edge, &path, result);
    keep(edge, response, shared, (key, asked)).await
}

/// Adds the answer to what was done, and commits both.
async fn keep(
    edge: &Edge,
    mut response: Response,
    shared: Ambient,
    (key, asked): (&Key, &Fingerprint),
) -> Result<Response> {
    let Some(mut tx) = shared.into_committed() else {
        return Ok(response);
    };
    if response.status().is_server_error() {
        return Ok(response);
    }
    let content = response.take_body().into_bytes().await?;
    let content_type = response.content_type().unwrap_or("application/json");
    let answer = KeptAnswer {
        status: response.status().as_u16(),
        content_type: content_type.to_owned(),
        body: content.to_vec(),
    };
    let auth = &edge.platform.config.auth;
    kept::keep(&mut tx, auth, key, asked, &answer)
        .await
        .map_err(told)?;
    tx.commit().await.map_err(told)?;
    response.set_body(content);
    Ok(response)
}

fn read(header: &HeaderValue) -> Result<&str> {
    let text = header.to_str().ok();
    let text = text.filter(|text| (1..=255).contains(&text.len()));
    let text = text.filter(|text| text.bytes().all(|byte| byte.is_ascii_graphic()));
    text.ok_or_else(|| Problem::told(&catalog::IDEMPOTENCY_KEY_INVALID).into())
}

/// The person, where they are signed in for sure; else the address. What was answered to somebody is shown to nobody
/// whose session is over.
async fn caller(request: &mut Request) -> Result<String> {
    match auth::standing(request).await {
        Ok(actor) => {
            request.set_data(actor);
            Ok(format!("user {}", actor.user))
        }
        Err(Error::Unauthenticated(_) | Error::Denied { .. }) => {
            let caller = request.data::<Caller>().ok_or_else(away)?;
            Ok(format!("address {}", caller.subscriber()))
        }
        Err(error) => Err(told(error)),
    }
}

fn fingerprint(request: &Request, content: &[u8]) -> Fingerprint {
    let mut hash = head(request);
    hash.update(content);
    hash.finalize().into()
}

/// What a request says before its body.
fn head(request: &Request) -> Sha256 {
    let mut hash = Sha256::new();
    if let Some(caller) = request.data::<Caller>() {
        hash.update(format!("{} {}\n", request.method(), caller.uri));
        hash.update(caller.cookies.fingerprint(caller.uri.path()));
    }
    hash
}

fn replay(answer: KeptAnswer) -> Response {
    let mut response = Response::default();
    response.set_status(StatusCode::from_u16(answer.status).unwrap_or_default());
    if let Ok(content_type) = HeaderValue::from_str(&answer.content_type) {
        response.headers_mut().insert(CONTENT_TYPE, content_type);
    }
    response
        .headers_mut()
        .insert(REPLAYED, HeaderValue::from_static("true"));
    response.set_body(Body::from(answer.body));
    response
}

fn in_progress() -> poem::Error {
    let problem = Problem::told(&catalog::IDEMPOTENCY_IN_PROGRESS);
    problem.retry_after(Duration::from_secs(1)).into()
}

fn away() -> poem::Error {
    Problem::told(&catalog::UNAVAILABLE).into()
}

fn told(error: impl Into<Error>) -> poem::Error {
    Problem::from(error.into()).into()
}
