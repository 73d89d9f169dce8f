use std::time::Duration;

use super::reader::Reader;
use crate::secret::Secret;

/// Pictures, videos, sounds and documents of people.
#[derive(Clone, Debug)]
pub struct Media {
    pub image_bytes: u64,
    pub document_bytes: u64,
    pub audio_bytes: u64,
    pub video_bytes: u64,
    pub quota: u64,
    pub upload_timeout: Duration,
    pub upload_idle: Duration,
    pub upload_within: Duration,
    pub unused_for: Duration,
    pub cdn_url: Option<String>,
    pub clamd: Option<String>,
    pub video_webhook_secret: Option<Secret>,
}

impl Media {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.section("Media");
        let image_bytes = reader.or("MEDIA_IMAGE_LIMIT", "10485760", "Largest picture in bytes.");
        let document_bytes = reader.or(
            "MEDIA_DOCUMENT_LIMIT",
            "26214400",
            "Largest document in bytes.",
        );
        let audio_bytes = reader.or("MEDIA_AUDIO_LIMIT", "52428800", "Largest sound in bytes.");
        let video_bytes = reader.or("MEDIA_VIDEO_LIMIT", "524288000", "Largest video in bytes.");
        let quota = quota(reader);
        let upload_timeout = reader.span(
            "UPLOAD_TIMEOUT",
            "30m",
            "An upload that takes longer is given up.",
        );
        let upload_idle = reader.span(
            "UPLOAD_IDLE",
            "30s",
            "An upload of which nothing came for so long is given up.",
        );
        let upload_within = reader.span(
            "UPLOAD_WITHIN",
            "6h",
            "How long a direct upload may take from its announcement to its completion.",
        );
        let unused_for = reader.span(
            "MEDIA_UNUSED_FOR",
            "24h",
            "A file that nothing shows for so long is deleted.",
        );
        let cdn_url = reader.maybe::<String>(
            "MEDIA_CDN_URL",
            "Where a CDN shows the storage's files, such as https://cdn.example: links to pictures, videos and sounds are this and the file's key, unsigned and without an end. Not set: signed links that expire.",
        );
        let clamd = reader.maybe(
            "CLAMD",
            "A virus scanner (clamd) as host:port: files are scanned before anybody sees them. Not set: they are not.",
        );
        let secret = reader.maybe::<String>(
            "VIDEO_WEBHOOK_SECRET",
            "What an outside video service signs its reports with. Set: videos wait for its report and are not worked on here.",
        );
        Some(Self {
            image_bytes: image_bytes?,
            document_bytes: document_bytes?,
            audio_bytes: audio_bytes?,
            video_bytes: video_bytes?,
            quota: quota?,
            upload_timeout: upload_timeout?,
            upload_idle: upload_idle?,
            upload_within: upload_within?,
            unused_for: unused_for?,
            cdn_url: cdn_url?.map(|url| url.trim_end_matches('/').to_owned()),
            clamd: clamd?,
            video_webhook_secret: secret?.map(Secret::new),
        })
    }
}

fn quota(reader: &mut Reader<'_>) -> Option<u64> {
    reader.or(
        "MEDIA_QUOTA",
        "21474836480",
        "Bytes that the files of one person may have together, as they were uploaded.",
    )
}
