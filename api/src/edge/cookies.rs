//! Browsers hold their session in cookies, which no script reads. Who sends `Commons-Session: cookie` gets the tokens of
//! an answer that way, whatever operation gives them; and their access cookie is taken where no Authorization header is.
//!
//! A browser sends cookies by itself, also for pages that are not ours: what changes something has to say the
//! session's CSRF token too, or the cookie does not count ([`Token::Forged`](super::Token)).

use std::time::Duration;

use domain::identity::{CsrfToken, RefreshToken, read_token};
use domain::people::Actor;
use domain::wire::WireText;
use platform::config::{Auth, SameSite};
use poem::http::header::{COOKIE, HeaderValue, SET_COOKIE};
use poem::http::{HeaderMap, Method, StatusCode};
use poem::{Request, Response, Result};
use serde_json::Value;

use super::Edge;
use crate::problem::{Problem, catalog};

pub(crate) const ASK: &str = "commons-session";
pub(crate) const CSRF_HEADER: &str = "x-csrf-token";

pub(crate) const ACCESS: &str = "commons_access";
const REFRESH: &str = "commons_refresh";
const CSRF: &str = "commons_csrf";

/// Where each is sent.
const ACCESS_PATH: &str = "/api";
const REFRESH_PATH: &str = "/api/v1/auth";

/// The one operation that takes the refresh cookie for what it does.
const REFRESHING: &str = "/api/v1/auth/refresh";

/// What a browser showed, and how it will be answered.
#[derive(Clone, Debug)]
pub(crate) struct Cookies {
    /// Whether tokens are to go into cookies.
    pub(crate) asked: bool,
    /// Whether they may cross the network over https only.
    secure: bool,
    same_site: SameSite,
    /// Whether any of ours came along.
    shown: bool,
    refresh: Option<RefreshToken>,
    csrf_cookie: Option<String>,
    csrf_header: Option<String>,
}

/// The session of whoever asked is over: their cookies go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended;

impl Cookies {
    pub(super) fn of(edge: &Edge, request: &Request, https: bool) -> Self {
        let config = &edge.platform.config;
        let same_site = config.auth.cookie_same_site;
        let secure =
            https || config.http.public_url.starts_with("https://") || same_site == SameSite::None;
        let headers = request.headers();
        let jar = Jar(headers);
        let refresh = jar.one(&named(REFRESH, secure)).ok().flatten();
        let asked = headers.get(ASK);
        Self {
            asked: asked.is_some_and(|mode| mode.as_bytes().eq_ignore_ascii_case(b"cookie")),
            secure,
            same_site,
            shown: refresh.is_some() || jar.has(&named(ACCESS, secure)),
            refresh: refresh.and_then(|text| RefreshToken::read(text).ok()),
            csrf_cookie: jar.one(CSRF).ok().flatten().map(str::to_owned),
            csrf_header: request.header(CSRF_HEADER).map(str::to_owned),
        }
    }

    /// The access token. Two of one name are a trick: nobody knows which of them we gave.
    pub(super) fn access<'a>(
        &self,
        request: &'a Request,
    ) -> std::result::Result<Option<&'a str>, Ambiguous> {
        Jar(request.headers()).one(&named(ACCESS, self.secure))
    }

    /// Whether the request may act for `actor` though only cookies say who asks.
    pub(super) fn may_act(&self, auth: &Auth, method: &Method, actor: Actor) -> bool {
        let said = || self.csrf_header.as_deref().unwrap_or_default();
        is_safe(method) || CsrfToken::fits(auth, actor.session, said())
    }

    pub(crate) fn refresh(&self) -> Option<&RefreshToken> {
        self.refresh.as_ref()
    }

    /// The CSRF token as header and cookie say it, where they say the same.
    pub(crate) fn csrf(&self) -> Option<&str> {
        let header = self.csrf_header.as_deref()?;
        (self.csrf_cookie.as_deref() == Some(header)).then_some(header)
    }

    /// What an answer depends on besides the body of its request.
    pub(super) fn fingerprint(&self, path: &str) -> String {
        let refresh = self.refresh.as_ref().filter(|_| path == REFRESHING);
        match self.asked {
            true => format!(
                "cookie {}\n",
                refresh.map(RefreshToken::fingerprint).unwrap_or_default()
            ),
            false => String::new(),
        }
    }

    /// The answer as this browser takes it.
    pub(super) async fn settle(
        &self,
        edge: &Edge,
        path: &str,
        mut response: Response,
    ) -> Result<Response> {
        let refused = path == REFRESHING && response.status() == StatusCode::UNAUTHORIZED;
        if self.shown && (response.data::<Ended>().is_some() || refused && self.asked) {
            self.clear(response.headers_mut());
        }
        if !self.asked || !response.status().is_success() || !is_json(&response) {
            return Ok(response);
        }
        let bytes = response.take_body().into_bytes().await?;
        let mut answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        match self.take(edge, &mut answer["data"], response.headers_mut())? {
            true => response.set_body(answer.to_string()),
            false => response.set_body(bytes),
        }
        Ok(response)
    }

    /// Moves the tokens of an answer into cookies. False: it holds none.
    fn take(&self, edge: &Edge, data: &mut Value, headers: &mut HeaderMap) -> Result<bool> {
        let auth = &edge.platform.config.auth;
        if let Some(csrf) = data["csrf_token"].as_str() {
            self.set(headers, CSRF, csrf, auth.refresh_ttl);
            return Ok(false);
        }
        let (Some(access), Some(refresh)) =
            (data["token"].as_str(), data["refresh_token"].as_str())
        else {
            return Ok(false);
        };
        let told = |error| poem::Error::from(Problem::from(error));
        let issued = read_token(auth, access, edge.platform.clock.now()).map_err(told)?;
        let csrf = CsrfToken::of(auth, issued.session)
            .map_err(told)?
            .csrf_token;
        self.set(headers, ACCESS, access, auth.access_ttl);
        self.set(headers, REFRESH, refresh, auth.refresh_ttl);
        self.set(headers, CSRF, &csrf, auth.refresh_ttl);
        let fields = data
            .as_object_mut()
            .ok_or_else(|| Problem::told(&catalog::INTERNAL))?;
        fields.remove("token");
        fields.remove("refresh_token");
        fields.insert("token_type".to_owned(), "Cookie".into());
        fields.insert("csrf_token".to_owned(), csrf.into());
        Ok(true)
    }

    fn clear(&self, headers: &mut HeaderMap) {
        for name in [ACCESS, REFRESH, CSRF] {
            self.set(headers, name, "", Duration::ZERO);
        }
    }

    fn set(&self, headers: &mut HeaderMap, name: &str, value: &str, age: Duration) {
        let path = match name {
            ACCESS => ACCESS_PATH,
            REFRESH => REFRESH_PATH,
            _ => "/",
        };
        let same_site = match (self.same_site, name) {
            (SameSite::None, _) => "None",
            (SameSite::Lax, REFRESH) => "Strict",
            (SameSite::Lax, _) => "Lax",
        };
        let name = if name == CSRF {
            name.to_owned()
        } else {
            named(name, self.secure)
        };
        let mut cookie = format!(
            "{name}={value}; Path={path}; Max-Age={}; SameSite={same_site}",
            age.as_secs()
        );
        if name != CSRF {
            cookie.push_str("; HttpOnly");
        }
        if self.secure {
            cookie.push_str("; Secure");
        }
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            headers.append(SET_COOKIE, cookie);
        }
    }
}

/// Over https a prefix keeps pages of plain http from setting a cookie in our name.
fn named(name: &str, secure: bool) -> String {
    match secure {
        true => format!("__Secure-{name}"),
        false => name.to_owned(),
    }
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn is_json(response: &Response) -> bool {
    response
        .content_type()
        .is_some_and(|kind| kind.starts_with("application/json"))
}

/// One name, two cookies.
pub(super) struct Ambiguous;

/// The cookies of a request.
struct Jar<'a>(&'a HeaderMap);

impl<'a> Jar<'a> {
    fn all(&self, name: &str) -> impl Iterator<Item = &'a str> {
        let headers = self.0.get_all(COOKIE).iter();
        let pairs = headers
            .filter_map(|header| header.to_str().ok())
            .flat_map(|text| text.split(';'));
        let pairs = pairs.filter_map(|pair| pair.trim().split_once('='));
        pairs
            .filter(move |(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    fn one(&self, name: &str) -> std::result::Result<Option<&'a str>, Ambiguous> {
        let mut found = self.all(name);
        let first = found.next().filter(|value| !value.is_empty());
        match found.next() {
            None => Ok(first),
            Some(_) => Err(Ambiguous),
        }
    }

    fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(header: &'static str) -> std::result::Result<Option<&'static str>, ()> {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static(header));
        let found = Jar(&headers).one("a").map(|value| value.map(str::to_owned));
        match found {
            Ok(value) => Ok(value.map(|value| &*value.leak())),
            Err(Ambiguous) => Err(()),
        }
    }

    #[test]
    fn a_cookie_is_found_among_others_and_two_of_a_name_are_none() {
        assert_eq!(one("b=1; a=2; aa=3"), Ok(Some("2")));
        assert_eq!(one("b=1"), Ok(None));
        assert_eq!(one("a="), Ok(None));
        assert_eq!(one("a=1; a=2"), Err(()));
    }
}
