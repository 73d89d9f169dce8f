//! `/notifications/stream`: what happens to a person, as it happens, by server-sent events.
//!
//! Postgres is what the stream shows; the live bus only says when to look. It listens first and reads then, after the
//! place of the last event that was seen: so nothing is lost and nothing comes twice, whatever restarts in between.

mod feed;

use std::sync::Arc;

use domain::Error;
use domain::notifications;
use platform::Platform;
use poem::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use poem::{Body, IntoResponse, Response};
use poem_openapi::param::{Header, Query};
use poem_openapi::registry::{
    MetaMediaType, MetaResponse, MetaResponses, MetaSchema, MetaSchemaRef, Registry,
};
use poem_openapi::{ApiResponse, OpenApi};
use uuid::Uuid;

use crate::apis::Tag;
use crate::auth::Signed;
use crate::problem::Answer;
use feed::Feed;

pub(crate) struct StreamApi {
    platform: Arc<Platform>,
}

/// Events until the client goes, or has to.
pub(crate) struct Events200(Body);

#[OpenApi(prefix_path = "/notifications", tag = "Tag::Notifications")]
impl StreamApi {
    /// Stream notifications
    ///
    /// Server-sent events: `notification` (new, or something was added; the data is as in the list, the id its `place`),
    /// `unread_count` (at the beginning and when it changes), `deleted` (`id`), `media` (a file of one's own has come further:
    /// `id`, `state`, `progress`, and `failure` where it failed; not told again, so ask for the file after coming back). A
    /// comment every 15 seconds shows that the line lives. Whoever comes back sends the id of the last event, as browsers do by themselves, and is told what
    /// happened meanwhile, once; without one the stream begins now. It outlives the access token, and closes within a second
    /// when the session ends. At most 10 streams a person; one more is 429.
    #[oai(path = "/stream", method = "get", operation_id = "streamNotifications")]
    async fn stream(
        &self,
        Signed(actor): Signed,
        /// The `id` of the last event that was seen.
        #[oai(name = "Last-Event-ID")]
        last_event_id: Header<Option<String>>,
        /// The same, for clients that cannot set the header; which wins.
        after: Query<Option<Uuid>>,
    ) -> Answer<Events200> {
        let platform = &self.platform;
        let config = &platform.config.notifications;
        let listener = platform.live.listen(actor.user.0, config.streams);
        let listener = listener.map_err(|_| Error::RateLimited {
            retry_after: config.heartbeat,
        })?;
        let seen = last_event_id.0.and_then(|id| Uuid::try_parse(&id).ok());
        let place = match seen.or(after.0) {
            Some(place) => place,
            None => {
                let mut connection = platform.db.acquire().await?;
                notifications::latest_place(&mut connection, actor.user).await?
            }
        };
        let feed = Feed::new(platform.clone(), actor, listener, place);
        Ok(Events200(Body::from_bytes_stream(feed.chunks())))
    }
}

impl StreamApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }
}

impl IntoResponse for Events200 {
    fn into_response(self) -> Response {
        Response::builder()
            .header(CONTENT_TYPE, "text/event-stream")
            // Nothing between us and the client may gather, change or keep it.
            .header(CACHE_CONTROL, "no-cache, no-store, no-transform")
            .header("x-accel-buffering", "no")
            .body(self.0)
    }
}

impl ApiResponse for Events200 {
    fn meta() -> MetaResponses {
        MetaResponses {
            responses: vec![MetaResponse {
                description: "Events, for as long as the client stays.",
                status: Some(200),
                status_range: None,
                content: vec![MetaMediaType {
                    content_type: "text/event-stream",
                    schema: MetaSchemaRef::Inline(Box::new(MetaSchema {
                        example: Some(
                            "id: 01932c5e-6d80-7b1a-9f3b-2a1c4e5d6f70\nevent: notification\ndata: {…}\n\n".into(),
                        ),
                        ..MetaSchema::new("string")
                    })),
                }],
                headers: Vec::new(),
            }],
        }
    }

    fn register(_: &mut Registry) {}
}
