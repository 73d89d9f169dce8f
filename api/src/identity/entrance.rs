//! The answers that are a session, or something short of it: to whoever showed who they are, and to whoever registered.

use domain::identity::{Arrival, Challenge, Entry, Registered, SignedIn};
use poem::{IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::registry::{MetaResponses, Registry};

use crate::answer::{Accepted202, Created201, Ok200};

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
        both(Ok200::<SignedIn>::meta(), Accepted202::<Challenge>::meta())
    }

    fn register(registry: &mut Registry) {
        Ok200::<SignedIn>::register(registry);
        Accepted202::<Challenge>::register(registry);
    }
}

pub(crate) enum Arrived {
    SignedIn(Box<Created201<SignedIn>>),
    Registered(Accepted202<Registered>),
}

impl Arrived {
    pub(crate) fn of(arrival: Arrival) -> Self {
        match arrival {
            Arrival::SignedIn(signed_in) => Self::SignedIn(Box::new(Created201::of(*signed_in))),
            Arrival::Registered(registered) => Self::Registered(Accepted202::of(registered)),
        }
    }
}

impl IntoResponse for Arrived {
    fn into_response(self) -> Response {
        match self {
            Self::SignedIn(answer) => answer.into_response(),
            Self::Registered(answer) => answer.into_response(),
        }
    }
}

impl ApiResponse for Arrived {
    fn meta() -> MetaResponses {
        both(
            Created201::<SignedIn>::meta(),
            Accepted202::<Registered>::meta(),
        )
    }

    fn register(registry: &mut Registry) {
        Created201::<SignedIn>::register(registry);
        Accepted202::<Registered>::register(registry);
    }
}

fn both(one: MetaResponses, other: MetaResponses) -> MetaResponses {
    MetaResponses {
        responses: one.responses.into_iter().chain(other.responses).collect(),
    }
}
