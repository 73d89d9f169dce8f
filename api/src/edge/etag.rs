//! `ETag` and `If-None-Match`: what a client has already is not sent again. The tag is of the bytes, so that it says
//! nothing that they do not.
//!
//! What is changed with `If-Match` has its version in front, up to a dot: what others do with a post (they like it) changes
//! its bytes, and does not stand in the way of its author.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use poem::http::StatusCode;
use poem::http::header::{CACHE_CONTROL, ETAG, HeaderValue, IF_NONE_MATCH};
use poem::{Request, Response, Result};
use sha2::{Digest, Sha256};

/// Which of its owner's changes an answer shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version(pub(crate) i32);

/// The versions that an `If-Match` names: none where it is not there, or any will do. A weak tag matches nothing.
pub(crate) fn versions(if_match: Option<&str>) -> Option<Vec<i32>> {
    let named = if_match.filter(|named| named.trim() != "*")?;
    let versions = named.split(',').filter_map(|tag| {
        let tag = tag.trim().strip_prefix('"')?.strip_suffix('"')?;
        let (version, _) = tag.split_once('.')?;
        version.parse().ok()
    });
    Some(versions.collect())
}

/// The tags a client shows.
pub(super) fn shown(request: &Request) -> Option<HeaderValue> {
    request.headers().get(IF_NONE_MATCH).cloned()
}

/// Tags the answer to a GET; where the client has it already, says only that.
pub(super) async fn tag(mut response: Response, shown: Option<HeaderValue>) -> Result<Response> {
    let is_json = response
        .content_type()
        .is_some_and(|content| content.starts_with("application/json"));
    if response.status() != StatusCode::OK || !is_json {
        return Ok(response);
    }
    let content = response.take_body().into_bytes().await?;
    let digest = URL_SAFE_NO_PAD.encode(&Sha256::digest(&content)[..16]);
    let tag = match response.data::<Version>() {
        Some(Version(version)) => format!("\"{version}.{digest}\""),
        None => format!("\"{digest}\""),
    };
    let has_it = shown
        .as_ref()
        .and_then(|shown| shown.to_str().ok())
        .is_some_and(|shown| {
            let mut tags = shown
                .split(',')
                .map(|one| one.trim().trim_start_matches("W/"));
            tags.any(|one| one == tag || one == "*")
        });
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    // Kept by whoever asked, and asked again before it is used.
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("private, no-cache"));
    match has_it {
        true => response.set_status(StatusCode::NOT_MODIFIED),
        false => response.set_body(content),
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_if_match_names_versions() {
        assert_eq!(versions(None), None);
        assert_eq!(versions(Some(" * ")), None);
        assert_eq!(versions(Some("\"3.abc\", \"12.x.y\"")), Some(vec![3, 12]));
        assert_eq!(versions(Some("W/\"3.abc\", 3, \"abc\"")), Some(vec![]));
    }
}
