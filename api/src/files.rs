//! `/files/{token}`: a file of the storage, for whoever holds a link to it that has not expired. The bytes pass through
//! as they are read; where a bucket keeps them, the answer sends on to the bucket.

mod incoming;
mod pictures;

use std::ops::{Bound, Range};
use std::sync::Arc;

use domain::Error;
use domain::media::playlist;
use platform::storage::{FileInfo, Grant, content_type};
use platform::{Platform, Storage};
use poem::endpoint::BoxEndpoint;
use poem::http::StatusCode;
use poem::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE,
    ETAG, IF_RANGE, LOCATION,
};
use poem::web::headers::{self, HeaderMapExt};
use poem::web::{Data, Path};
use poem::{Body, EndpointExt, Request, Response, Route, get, handler, put};

use crate::problem::Problem;

/// Of one person alone, and not to be found in a cache afterwards.
const UNKEPT: &str = "private, no-store";

pub(crate) fn routes(platform: &Arc<Platform>) -> BoxEndpoint<'static> {
    Route::new()
        .at("/:token", get(file))
        .at("/upload/:token", put(incoming::take))
        .at("/pictures/:media_id", get(pictures::picture))
        .data(platform.clone())
        .boxed()
}

#[handler]
async fn file(
    request: &Request,
    Path(token): Path<String>,
    Data(platform): Data<&Arc<Platform>>,
) -> poem::Result<Response> {
    let answer = answer(request, &token, platform).await;
    answer.map_err(|error| Problem::from(error).into())
}

/// A link that is forged, one that has expired and one whose file is gone are the same: nothing is there.
async fn answer(request: &Request, token: &str, platform: &Platform) -> domain::Result<Response> {
    let storage = &platform.storage;
    let grant = storage.granted(token).ok_or(Error::NotFound("file"))?;
    if grant.key.ends_with(".m3u8") {
        return list(storage, &grant).await;
    }
    if let Some(elsewhere) = storage.elsewhere(&grant).await? {
        return Ok(Response::builder()
            .status(StatusCode::TEMPORARY_REDIRECT)
            .header(LOCATION, elsewhere)
            .header(CACHE_CONTROL, UNKEPT)
            .finish());
    }
    let left = (grant.until - platform.clock.now()).num_seconds();
    serve(request, storage, &grant, &kept(&grant, left)).await
}

/// What is shown of people's files never changes under its link, and a page that shows it again fetches nothing.
fn kept(grant: &Grant, left: i64) -> String {
    match grant.key.starts_with("media/") {
        true => format!("private, max-age={left}, immutable"),
        false => UNKEPT.to_owned(),
    }
}

/// The file, whole or in part.
async fn serve(
    request: &Request,
    storage: &Storage,
    grant: &Grant,
    kept: &str,
) -> domain::Result<Response> {
    let info = storage.head(&grant.key).await?;
    let info = info.ok_or(Error::NotFound("file"))?;
    let (status, range) = match asked(request, &info) {
        Asked::All => (StatusCode::OK, None),
        Asked::Part(range) => (StatusCode::PARTIAL_CONTENT, Some(range)),
        Asked::Nothing => return Ok(not_satisfiable(&info)),
    };
    let content = storage.get(&grant.key, range.clone()).await?;
    let mut response = about(grant, &info, kept).status(status);
    if let Some(part) = &range {
        let text = format!("bytes {}-{}/{}", part.start, part.end - 1, info.size);
        response = response.header(CONTENT_RANGE, text);
    }
    let length = range.map_or(info.size, |part| part.end - part.start);
    let response = response.header(CONTENT_LENGTH, length);
    Ok(response.body(Body::from_bytes_stream(content)))
}

/// What a video is streamed from, with links for the names in it.
async fn list(storage: &Storage, grant: &Grant) -> domain::Result<Response> {
    let content = storage.get(&grant.key, None).await?;
    let bytes = Body::from_bytes_stream(content).into_string().await;
    let text = bytes.map_err(|_| Error::Unavailable("storage"))?;
    let folder = grant.key.rsplit_once('/').map_or("", |(folder, _)| folder);
    let shown = playlist::linked(&text, |name| {
        storage.link(&Grant {
            key: format!("{folder}/{name}"),
            filename: None,
            until: grant.until,
        })
    });
    Ok(Response::builder()
        .header(CONTENT_TYPE, content_type(&grant.key))
        .header(CACHE_CONTROL, UNKEPT)
        .body(shown))
}

fn about(grant: &Grant, info: &FileInfo, kept: &str) -> poem::ResponseBuilder {
    let response = Response::builder()
        .header(CONTENT_TYPE, content_type(&grant.key))
        .header(CONTENT_DISPOSITION, grant.disposition())
        .header(ACCEPT_RANGES, "bytes")
        .header(CACHE_CONTROL, kept);
    match &info.tag {
        Some(tag) => response.header(ETAG, quoted(tag)),
        None => response,
    }
}

fn quoted(tag: &str) -> String {
    format!("\"{}\"", tag.trim_matches('"'))
}

fn not_satisfiable(info: &FileInfo) -> Response {
    Response::builder()
        .status(StatusCode::RANGE_NOT_SATISFIABLE)
        .header(CONTENT_RANGE, format!("bytes */{}", info.size))
        .header(CACHE_CONTROL, UNKEPT)
        .finish()
}

#[derive(Debug, PartialEq, Eq)]
enum Asked {
    All,
    Part(Range<u64>),
    /// A part that is not there.
    Nothing,
}

/// One range is answered as such. Of several the whole is sent, and where the file is not the one whose part the client
/// has: both are allowed to (RFC 9110).
fn asked(request: &Request, info: &FileInfo) -> Asked {
    let same = match (request.headers().get(IF_RANGE), &info.tag) {
        (None, _) => true,
        (Some(shown), Some(tag)) => shown.as_bytes() == quoted(tag).as_bytes(),
        (Some(_), None) => false,
    };
    let Some(ranges) = request
        .headers()
        .typed_get::<headers::Range>()
        .filter(|_| same)
    else {
        return Asked::All;
    };
    let mut parts = ranges.satisfiable_ranges(info.size);
    match (parts.next(), parts.next()) {
        (Some(part), None) => within(part, info.size),
        (Some(_), Some(_)) => Asked::All,
        (None, _) => Asked::Nothing,
    }
}

fn within((start, end): (Bound<u64>, Bound<u64>), size: u64) -> Asked {
    let start = match start {
        Bound::Included(start) => start,
        Bound::Excluded(before) => before + 1,
        Bound::Unbounded => 0,
    };
    let end = match end {
        Bound::Included(last) => last.saturating_add(1).min(size),
        Bound::Excluded(end) => end.min(size),
        Bound::Unbounded => size,
    };
    match start < end {
        true => Asked::Part(start..end),
        false => Asked::Nothing,
    }
}
