//! `/files/pictures/{media_id}`: what a profile shows. Whoever sees a card sees its picture; the address is not signed and
//! stays the same, so that it is kept by caches everywhere.

use std::sync::Arc;

use chrono::Duration;
use domain::{Error, MediaId, Result, media};
use platform::Platform;
use platform::storage::Grant;
use poem::http::StatusCode;
use poem::http::header::{CACHE_CONTROL, LOCATION};
use poem::web::{Data, Path};
use poem::{Request, Response, handler};
use uuid::Uuid;

use super::serve;
use crate::problem::Problem;

/// A picture that is taken down is seen for an hour longer where a cache has it.
const KEPT: &str = "public, max-age=3600";

/// Shorter than what is signed for the bucket.
const KEPT_BRIEFLY: &str = "public, max-age=120";

#[handler]
pub(super) async fn picture(
    request: &Request,
    Path(media_id): Path<String>,
    Data(platform): Data<&Arc<Platform>>,
) -> poem::Result<Response> {
    let answer = answer(request, &media_id, platform).await;
    answer.map_err(|error| Problem::from(error).into())
}

async fn answer(request: &Request, media_id: &str, platform: &Platform) -> Result<Response> {
    let nothing = || Error::NotFound("picture");
    let id = Uuid::try_parse(media_id).map_err(|_| nothing())?;
    let key = {
        let mut connection = platform.db.acquire().await?;
        media::picture(&mut connection, MediaId(id)).await?
    };
    let key = key.ok_or_else(nothing)?;
    if let Some(link) = platform.storage.cdn_link(&key) {
        return Ok(sent_on(&link, KEPT));
    }
    let grant = Grant {
        key,
        filename: None,
        until: platform.clock.now() + Duration::minutes(5),
    };
    match platform.storage.elsewhere(&grant).await? {
        Some(elsewhere) => Ok(sent_on(&elsewhere, KEPT_BRIEFLY)),
        None => serve(request, &platform.storage, &grant, KEPT).await,
    }
}

fn sent_on(to: &str, kept: &str) -> Response {
    Response::builder()
        .status(StatusCode::TEMPORARY_REDIRECT)
        .header(LOCATION, to)
        .header(CACHE_CONTROL, kept)
        .finish()
}
