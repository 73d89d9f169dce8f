//! `PUT /files/upload/{token}`: a part of a direct upload, for whoever holds the link. Where a bucket keeps files, it takes
//! them itself.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::media::{self, FileHash};
use domain::{Error, Result};
use platform::Platform;
use poem::http::StatusCode;
use poem::http::header::CONTENT_LENGTH;
use poem::web::{Data, Path};
use poem::{Body, Request, Response, handler};

use crate::problem::Problem;

#[handler]
pub(super) async fn take(
    request: &Request,
    Path(token): Path<String>,
    body: Body,
    Data(platform): Data<&Arc<Platform>>,
) -> poem::Result<Response> {
    let taken = put(request, &token, body, platform).await;
    taken.map_err(|error| Problem::from(error).into())
}

async fn put(request: &Request, token: &str, body: Body, platform: &Platform) -> Result<Response> {
    let granted = platform.storage.upload_granted(token);
    let grant = granted.ok_or(Error::NotFound("upload"))?;
    let said = request.header(CONTENT_LENGTH);
    let said = said.and_then(|length| length.parse::<u64>().ok());
    if said.is_some_and(|said| said != grant.size) {
        let detail = format!("must have {} bytes", grant.size);
        return Err(Error::invalid("file", "length_wrong", detail));
    }
    let hash = request.header("content-digest").map(digest).transpose()?;
    let content = body.into_async_read();
    media::put_part(platform, &grant, hash.as_ref(), content).await?;
    Ok(StatusCode::NO_CONTENT.into())
}

/// RFC 9530: `sha-256=:…:`, in base64.
fn digest(header: &str) -> Result<FileHash> {
    let mut digests = header.split(',').map(str::trim);
    let sha256 = digests.find_map(|one| one.strip_prefix("sha-256=:")?.strip_suffix(':'));
    let bytes = sha256.and_then(|text| STANDARD.decode(text).ok());
    let bytes = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let wrong = || Error::invalid("Content-Digest", "invalid", "must hold a sha-256");
    bytes.map(FileHash::of).ok_or_else(wrong)
}
