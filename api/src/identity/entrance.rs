//! The answer to whoever showed who they are: a session, or the question for their second factor.

use domain::identity::{Challenge, Entry, SignedIn};
use poem::{IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::registry::{MetaResponses, Registry};

use crate::answer::{Accepted202, Ok200};

pub(crate) enum Entrance {
    SignedIn(Box<Ok200<SignedIn>>),
    Challenged(Accepted202<Challenge>),
}

impl Entrance {
    pub(crate) fn of(entry: Entry) -> Self {
        match entry {
            Entry::SignedIn(signed_in) => Self::SignedIn(Box::new(Ok200::of(*signed_in))),
            Entry::Challenged(challenge) => Self::Challenged(Accepted202::of(challenge)),
        }
    }
}

impl IntoResponse for Entrance {
    fn into_response(self) -> Response {
        match self {
            Self::SignedIn(answer) => answer.into_response(),
            Self::Challenged(answer) => answer.into_response(),
        }
    }
}

impl ApiResponse for Entrance {
    fn meta() -> MetaResponses {
        let both = [Ok200::<SignedIn>::meta(), Accepted202::<Challenge>::meta()];
        MetaResponses {
            responses: both.into_iter().flat_map(|meta| meta.responses).collect(),
        }
    }

    fn register(registry: &mut Registry) {
        Ok200::<SignedIn>::register(registry);
        Accepted202::<Challenge>::register(registry);
    }
}
