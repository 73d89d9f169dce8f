//! The cookie that stays with the browser while somebody is at a provider's.

use domain::identity::providers::{Attempt, Departure};
use poem::Request;
use poem::http::header::COOKIE;

/// As long as the attempt itself.
const SECONDS: u32 = 600;

/// `__Host-`: no neighbour under the same domain can plant one. Browsers take that over https alone.
fn name(public_url: &str, tag: &str) -> String {
    match public_url.starts_with("https://") {
        true => format!("__Host-commons-oauth-{tag}"),
        false => format!("commons-oauth-{tag}"),
    }
}

pub(in crate::identity) fn set(public_url: &str, departure: &Departure) -> String {
    let name = name(public_url, &departure.tag());
    let kind = match (departure.posts_back, public_url.starts_with("https://")) {
        // The post comes from the provider's page.
        (true, _) => "SameSite=None; Secure",
        (false, true) => "SameSite=Lax; Secure",
        (false, false) => "SameSite=Lax",
    };
    let value = &departure.browser;
    format!("{name}={value}; Path=/; Max-Age={SECONDS}; HttpOnly; {kind}")
}

/// The one that belongs to this state.
pub(super) fn find<'a>(request: &'a Request, public_url: &str, state: &str) -> Option<&'a str> {
    let name = name(public_url, &Attempt::tag(state));
    let headers = request.headers().get_all(COOKIE).into_iter();
    let cookies = headers.filter_map(|header| header.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';'));
    pairs.find_map(|pair| {
        let (given, value) = pair.trim().split_once('=')?;
        (given == name).then_some(value)
    })
}
