//! The answer to whoever comes back from a provider.

use domain::Error;
use domain::identity::Entry;
use domain::identity::providers::{LinkedIdentity, WayBack};
use platform::oauth;
use poem::http::header::{CACHE_CONTROL, HeaderValue};
use poem::{IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::registry::{MetaResponses, Registry};

use super::departed::Redirect;
use crate::answer::Created201;
use crate::identity::entrance::Entrance;
use crate::identity::page::Page;

pub(super) enum Back {
    /// On to the application.
    Sent(Redirect),
    Entered(Box<Entrance>),
    Linked(Created201<LinkedIdentity>),
    /// For people, where nobody knows whose application it was.
    Refused(Page),
}

impl Back {
    /// With a word of ours and the application's own state.
    pub(super) fn to(way: &WayBack, word: (&str, &str)) -> Self {
        let mut words = vec![word];
        words.extend(way.app_state.as_deref().map(|state| ("state", state)));
        let url = oauth::with_parameters(&way.return_to, &words);
        Self::Sent(Redirect::see(url.unwrap_or_else(|| way.return_to.clone())))
    }

    pub(super) fn entered(entry: Entry) -> Self {
        Self::Entered(Box::new(Entrance::of(entry)))
    }

    pub(super) fn linked(linked: LinkedIdentity) -> Self {
        Self::Linked(Created201::of(linked))
    }

    pub(super) fn refused(refused: &Error) -> Self {
        Self::Refused(Page::refused(refused))
    }
}

impl IntoResponse for Back {
    fn into_response(self) -> Response {
        let mut response = match self {
            Self::Sent(redirect) => redirect.into_response(),
            Self::Entered(entrance) => entrance.into_response(),
            Self::Linked(linked) => linked.into_response(),
            Self::Refused(page) => page.into_response(),
        };
        // It is the answer to a GET, and may hold tokens.
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

impl ApiResponse for Back {
    fn meta() -> MetaResponses {
        let mut responses = Entrance::meta().responses;
        responses.extend(Created201::<LinkedIdentity>::meta().responses);
        responses.push(Redirect::meta(303));
        let page = Page::meta().responses.into_iter();
        responses.extend(page.filter(|page| page.status == Some(400)));
        MetaResponses { responses }
    }

    fn register(registry: &mut Registry) {
        Entrance::register(registry);
        Created201::<LinkedIdentity>::register(registry);
    }
}
