//! What an outside video service reports: signed, fresh, and harmless when it comes again.

use chrono::{DateTime, Utc};
use platform::Tx;
use platform::config;
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object};
use ring::hmac;

use super::progress::tell;
use super::{MediaState, sql};
use crate::people::{Line, WebUrl};
use crate::wire::WireText;
use crate::{Error, MediaId, Result};

/// A report is believed for so long, to either side: seconds.
const FRESH_FOR: i64 = 300;

/// How a video is streamed.
const PLAYLIST: &str = "application/vnd.apple.mpegurl";

/// What became of a video.
#[derive(Clone, Debug, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct VideoReport {
    pub media_id: MediaId,
    pub state: VideoOutcome,
    /// Its HLS playlist, over https. Needed where it is ready.
    pub hls_url: Option<WebUrl>,
    pub duration_ms: Option<u32>,
    /// A word for why it failed.
    pub failure: Option<Line>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "lowercase")]
pub enum VideoOutcome {
    Ready,
    Failed,
}

/// Whether the service signed it, just now: an HMAC-SHA256 of `{timestamp}.{body}`, in hexadecimal.
pub fn check_report(
    config: &config::Media,
    (timestamp, signature): (&str, &str),
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<()> {
    let refused = || Error::denied("signature_wrong", "The report is not signed, or not now.");
    let secret = config.video_webhook_secret.as_ref().ok_or_else(refused)?;
    let sent: i64 = timestamp.parse().map_err(|_| refused())?;
    let signature = signature.strip_prefix("sha256=").unwrap_or(signature);
    let signature = super::FileHash::read(signature).map_err(|_| refused())?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
    let signed = [timestamp.as_bytes(), b".", body].concat();
    let is_signed = hmac::verify(&key, &signed, &signature.bytes()).is_ok();
    match is_signed && (now.timestamp() - sent).abs() <= FRESH_FOR {
        true => Ok(()),
        false => Err(refused()),
    }
}

/// Takes a report down. One about a video that nobody waits for changes nothing: it came before, or the video is gone.
pub async fn take_report(tx: &mut Tx, report: &VideoReport) -> Result<()> {
    let (id, now) = (report.media_id, tx.now());
    let turn = match (report.state, &report.hls_url) {
        (VideoOutcome::Ready, Some(url)) if url.as_str().starts_with("https://") => {
            let stream = (url.as_str(), PLAYLIST);
            let duration = report.duration_ms.map(i64::from);
            sql::show_stream(tx.connection(), id, stream, duration, now).await?
        }
        (VideoOutcome::Ready, _) => {
            let detail = "must be an https address";
            return Err(Error::invalid("hls_url", "invalid", detail));
        }
        (VideoOutcome::Failed, _) => {
            let why = report.failure.as_ref().map_or("service", Line::as_str);
            sql::refuse(tx.connection(), id, MediaState::Failed, why, now).await?
        }
    };
    tell(tx, id, turn);
    Ok(())
}

impl Example for VideoReport {
    fn example() -> Self {
        Self {
            media_id: MediaId::example(),
            state: VideoOutcome::Ready,
            hls_url: Some(WebUrl::example()),
            duration_ms: Some(93_000),
            failure: None,
        }
    }
}
