use std::net::SocketAddr;

use super::reader::Reader;
use crate::net::Network;

/// The HTTP tier.
#[derive(Clone, Debug)]
pub struct Http {
    pub bind: SocketAddr,
    pub ops_bind: SocketAddr,
    pub public_url: String,
    pub trusted_proxies: Vec<Network>,
    pub require_https: bool,
    pub cors_origins: Vec<String>,
}

impl Http {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.section("HTTP");
        let bind = reader.maybe("BIND", "Address the API listens on. Default: 127.0.0.1:8080, or all interfaces on PORT where that is set.");
        let port = reader.maybe::<u16>(
            "PORT",
            "Port to listen on where a platform hands one out; BIND wins.",
        );
        let ops_bind = reader.maybe(
            "OPS_BIND",
            "Address where workers and schedulers serve /metrics and /health. Default: a free port of this machine (the log names it), or all interfaces on PORT.",
        );
        let public_url: Option<String> = reader.or(
            "PUBLIC_URL",
            "http://localhost:8080",
            "Where people reach the API: links in mails start with it.",
        );
        let trusted_proxies = reader.list("TRUSTED_PROXIES", "Networks of your own proxies (10.0.0.0/8,::1): only they are believed about X-Forwarded-For and X-Forwarded-Proto.");
        let require_https = reader.flag("REQUIRE_HTTPS", "Refuse plain requests: GET is redirected, the rest is 403. Behind a trusted proxy X-Forwarded-Proto tells.");
        let cors_origins = reader.list(
            "CORS_ORIGINS",
            "Origins that browsers may call from (https://app.example). Not set: none.",
        );
        let on = |port: Option<u16>, own: u16| match port {
            Some(port) => SocketAddr::from(([0, 0, 0, 0], port)),
            None => SocketAddr::from(([127, 0, 0, 1], own)),
        };
        let port = port?;
        Some(Self {
            bind: bind?.unwrap_or(on(port, 8080)),
            ops_bind: ops_bind?.unwrap_or(on(port, 0)),
            public_url: public_url?.trim_end_matches('/').to_owned(),
            trusted_proxies: trusted_proxies?,
            require_https: require_https?,
            cors_origins: cors_origins?,
        })
    }
}
