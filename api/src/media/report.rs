//! What an outside video service reports.

use std::sync::Arc;

use domain::media::{self, VideoReport};
use platform::Platform;
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaRequest, Registry};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions, OpenApi};

use crate::answer::{Nothing, Ok200};
use crate::apis::Tag;
use crate::body::{self, Body};
use crate::edge::Edge;
use crate::problem::{Answer, Problem, Refusals, Told};

const TIMESTAMP: &str = "x-commons-timestamp";
const SIGNATURE: &str = "x-commons-signature";

pub(crate) struct VideoReportsApi {
    platform: Arc<Platform>,
}

/// A report whose signature is good.
struct SignedReport(VideoReport);

struct Reporting;

#[OpenApi(prefix_path = "/media", tag = "Tag::Media")]
impl VideoReportsApi {
    /// Report on a video
    ///
    /// For a video service that makes what is streamed. `X-Commons-Timestamp` is the time in seconds, at most five minutes
    /// off; `X-Commons-Signature` is `sha256=` and the HMAC-SHA256 of `{timestamp}.{body}` in hexadecimal, by the secret
    /// `VIDEO_WEBHOOK_SECRET`. A report about a video that nobody waits for any more changes nothing.
    #[oai(
        path = "/video-webhook",
        method = "post",
        operation_id = "reportOnVideo"
    )]
    async fn report(&self, signed: SignedReport) -> Answer<Ok200<Nothing>, Reporting> {
        let mut tx = self.platform.db.begin().await?;
        media::take_report(&mut tx, &signed.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(Nothing {}))
    }
}

impl VideoReportsApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }
}

impl<'a> ApiExtractor<'a> for SignedReport {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        Body::<VideoReport>::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        Body::<VideoReport>::request_meta()
    }

    /// The signature is of the bytes: it is checked before anybody reads them.
    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let platform = &Edge::of(request)?.platform;
        let bytes = body::read(request, body.take()?).await?;
        let header = |name: &str| request.header(name).unwrap_or_default();
        let signed = (header(TIMESTAMP), header(SIGNATURE));
        let (config, now) = (&platform.config.media, platform.clock.now());
        media::check_report(config, signed, &bytes, now).map_err(Problem::from)?;
        let mut body = RequestBody::new(bytes.into());
        let Body(report) = Body::from_request(request, &mut body, options).await?;
        Ok(Self(report))
    }
}

impl Refusals for Reporting {
    const LIST: &'static [Told] = &[Told::new(
        403,
        "signature_wrong",
        "The report is not signed, or not now.",
    )];
}
