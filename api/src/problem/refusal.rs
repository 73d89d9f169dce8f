//! The refusals of an operation, in its signature: `Answer<Ok200<Account>, Registering>` says what it answers and what
//! it may refuse with, and the OpenAPI document repeats it.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use poem_openapi::ApiResponse;
use poem_openapi::registry::{
    MetaMediaType, MetaResponse, MetaResponses, MetaSchema, MetaSchemaRef, Registry,
};
use poem_openapi::types::{ToJSON, Type};
use serde_json::Value;

use super::{CONTENT, Problem, ProblemBody, Told};

/// What an operation answers: a success, or one of the refusals that `S` lists and that every operation shares.
pub type Answer<T, S = ()> = Result<T, Refusal<S>>;

/// What an operation may refuse with, besides what its body, its parameters, its token and its method bring along
/// (`catalog`).
pub trait Refusals: Send + Sync + 'static {
    const LIST: &'static [Told];
}

impl Refusals for () {
    const LIST: &'static [Told] = &[];
}

#[derive(Debug)]
pub struct Refusal<S = ()> {
    problem: Box<Problem>,
    of: PhantomData<fn() -> S>,
}

impl<S> Refusal<S> {
    /// One that the domain has no word for.
    pub(crate) fn of(problem: Problem) -> Self {
        Self {
            problem: Box::new(problem),
            of: PhantomData,
        }
    }
}

impl<S, E: Into<domain::Error>> From<E> for Refusal<S> {
    fn from(error: E) -> Self {
        Self {
            problem: Box::new(error.into().into()),
            of: PhantomData,
        }
    }
}

impl<S> From<Refusal<S>> for poem::Error {
    fn from(refusal: Refusal<S>) -> Self {
        (*refusal.problem).into()
    }
}

impl<S: Refusals> ApiResponse for Refusal<S> {
    fn meta() -> MetaResponses {
        let mut by_status: BTreeMap<u16, Vec<Told>> = BTreeMap::new();
        for told in S::LIST {
            by_status.entry(told.status).or_default().push(*told);
        }
        let responses = by_status.into_iter().map(|(status, told)| MetaResponse {
            description: "",
            status: Some(status),
            status_range: None,
            content: vec![MetaMediaType {
                content_type: CONTENT,
                schema: carrying(&told),
            }],
            headers: Vec::new(),
        });
        MetaResponses {
            responses: responses.collect(),
        }
    }

    fn register(registry: &mut Registry) {
        ProblemBody::register(registry);
    }
}

/// poem-openapi has no place for several examples of one answer: they travel in the schema's one, as a list, and the
/// document's finish ([`crate::openapi`]) puts them where they belong.
fn carrying(told: &[Told]) -> MetaSchemaRef {
    ProblemBody::schema_ref().merge(MetaSchema {
        example: Some(examples(told)),
        ..MetaSchema::ANY
    })
}

/// Problems as a client would see them.
pub(crate) fn examples(told: &[Told]) -> Value {
    let example = |told: &Told| {
        let body = Problem::told(told).body("/api/v1/…", "01932c5e-6d80-7b1a-9f3b-2a1c4e5d6f70");
        body.to_json().unwrap_or_default()
    };
    told.iter().map(example).collect()
}
