//! Who asks, and for what: the address behind our proxies, whether they came over https, and the token they show.

use std::net::{IpAddr, Ipv4Addr};

use domain::Error;
use domain::identity;
use domain::people::Actor;
use platform::net;
use poem::Request;
use poem::http::Uri;
use poem::http::header::AUTHORIZATION;

use super::Edge;
use super::cookies::Cookies;

#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// What they asked for, before any route took a part of it away.
    pub(crate) uri: Uri,
    pub(crate) address: IpAddr,
    pub(crate) https: bool,
    pub(crate) token: Token,
    pub(crate) cookies: Cookies,
}

/// What the Authorization header holds, or where there is none the access cookie. A good token says who signed in, not that the session still stands.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Token {
    Absent,
    Bad(&'static str),
    Good(Actor),
    /// A good one in a cookie, to change something, without the CSRF token that only our pages know.
    Forged,
}

impl Caller {
    pub(super) fn of(edge: &Edge, request: &Request) -> Self {
        let peer = request.remote_addr().as_socket_addr().map(|peer| peer.ip());
        let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let trusted = &edge.platform.config.http.trusted_proxies;
        let all = |name: &str| -> Option<String> {
            let values = request.headers().get_all(name).iter();
            let values: Vec<&str> = values.filter_map(|value| value.to_str().ok()).collect();
            Some(values.join(",")).filter(|text| !text.is_empty())
        };
        let is_proxy = trusted.iter().any(|network| network.contains(peer));
        let proto = all("x-forwarded-proto").filter(|_| is_proxy);
        let https = proto.is_some_and(|proto| {
            proto
                .rsplit(',')
                .next()
                .is_some_and(|last| last.trim().eq_ignore_ascii_case("https"))
        });
        let cookies = Cookies::of(edge, request, https);
        Self {
            uri: request.uri().clone(),
            address: net::client_address(peer, all("x-forwarded-for").as_deref(), trusted),
            https,
            token: Token::of(edge, request, &cookies),
            cookies,
        }
    }

    /// Whose requests are counted and kept together where nobody is signed in.
    pub(crate) fn subscriber(&self) -> String {
        net::subscriber(self.address)
    }
}

impl Token {
    /// An Authorization header wins: whoever writes one is no browser that sends cookies by itself.
    fn of(edge: &Edge, request: &Request, cookies: &Cookies) -> Self {
        let Some(header) = request.headers().get(AUTHORIZATION) else {
            return Self::in_cookie(edge, request, cookies);
        };
        let text = header.to_str().unwrap_or_default();
        let Some((scheme, token)) = text.split_once(' ') else {
            return Self::Bad("token_malformed");
        };
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Self::Absent;
        }
        Self::read(edge, token.trim())
    }

    fn in_cookie(edge: &Edge, request: &Request, cookies: &Cookies) -> Self {
        let token = match cookies.access(request) {
            Ok(Some(token)) => Self::read(edge, token),
            Ok(None) => Self::Absent,
            Err(_) => Self::Bad("token_malformed"),
        };
        let auth = &edge.platform.config.auth;
        match token {
            Self::Good(actor) if !cookies.may_act(auth, request.method(), actor) => Self::Forged,
            token => token,
        }
    }

    fn read(edge: &Edge, token: &str) -> Self {
        let platform = &edge.platform;
        match identity::read_token(&platform.config.auth, token, platform.clock.now()) {
            Ok(actor) => Self::Good(actor),
            Err(Error::Unauthenticated(code)) => Self::Bad(code),
            Err(_) => Self::Bad("token_malformed"),
        }
    }
}
